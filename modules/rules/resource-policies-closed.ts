import { namesCallers } from './conditions.ts';
import { admitting, isForEverybody } from './policy-documents.ts';
import type { HouseRule } from './rule.ts';

export const resourcePoliciesClosed: HouseRule = {
  id: 'resource-policies-closed',
  severity: 'warning',
  rule: 'a policy at a resource lets in somebody who is named, or whom a condition narrows, not everybody (IAM reference_policies_elements_principal)',
  check: (estate) =>
    admitting(estate)
      .filter((statement) => isForEverybody(statement) && !namesCallers(statement.body.Condition))
      .map(({ address, body }) => ({
        address: `${address}.Principal`,
        value: body.Principal ?? body.NotPrincipal,
        fix: 'name the account or the service, or add a condition such as aws:SourceArn',
      })),
};
