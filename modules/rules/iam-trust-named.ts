import { principalsOf, trusting } from './policy-documents.ts';
import type { HouseRule } from './rule.ts';

export const iamTrustNamed: HouseRule = {
  id: 'iam-trust-named',
  rule: 'who assumes a role is named: a service or an account, not everybody (IAM reference_policies_elements_principal)',
  check: (estate) =>
    trusting(estate)
      .filter((statement) => principalsOf(statement).includes('*') || statement.body.NotPrincipal !== undefined)
      .map(({ address, body }) => ({
        address: `${address}.Principal`,
        value: body.Principal ?? body.NotPrincipal,
        fix: 'name the service, e.g. ecs-tasks.amazonaws.com',
      })),
};
