import { admitting, principalsOf } from './policy-documents.ts';
import type { HouseRule } from './rule.ts';

export const resourcePoliciesClosed: HouseRule = {
  id: 'resource-policies-closed',
  rule: 'a policy at a resource lets in somebody who is named, or whom a condition narrows, not everybody (IAM reference_policies_elements_principal)',
  check: (estate) =>
    admitting(estate)
      .filter((statement) => principalsOf(statement).includes('*') || statement.body.NotPrincipal !== undefined)
      .filter(({ body }) => Object.keys(body.Condition ?? {}).length === 0)
      .map(({ address, body }) => ({
        address: `${address}.Principal`,
        value: body.Principal ?? body.NotPrincipal,
        fix: 'name the account or the service, or add a condition such as aws:SourceArn',
      })),
};
