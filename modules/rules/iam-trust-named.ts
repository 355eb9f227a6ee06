import { type Json, several } from './estate.ts';
import { trusting } from './policy-documents.ts';
import type { HouseRule } from './rule.ts';

export const iamTrustNamed: HouseRule = {
  id: 'iam-trust-named',
  rule: 'who assumes a role is named: a service or an account, not everybody (IAM reference_policies_elements_principal)',
  check: (estate) =>
    trusting(estate)
      .filter(({ body }) => principals(body.Principal).includes('*') || body.NotPrincipal !== undefined)
      .map(({ address, body }) => ({
        address: `${address}.Principal`,
        value: body.Principal ?? body.NotPrincipal,
        fix: 'name the service, e.g. ecs-tasks.amazonaws.com',
      })),
};

function principals(principal: Json): readonly string[] {
  if (typeof principal === 'string') return [principal];
  return Object.values(principal ?? {}).flatMap((value) => several<string>(value as string | string[]));
}
