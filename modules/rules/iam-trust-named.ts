import { demandsSomething, namesCallers } from './conditions.ts';
import { isForEverybody, trusting } from './policy-documents.ts';
import type { HouseRule } from './rule.ts';

export const iamTrustNamed: HouseRule = {
  id: 'iam-trust-named',
  severity: 'error',
  rule: 'who assumes a role is named: a service, an account or an organization, not everybody, nor everybody whom another identity provider knows (IAM reference_policies_elements_principal)',
  check: (estate) =>
    trusting(estate).flatMap((statement) => {
      const { address, body } = statement;
      if (isForEverybody(statement)) {
        if (namesCallers(body.Condition)) return [];
        const value = body.Principal ?? body.NotPrincipal;
        return [{ address: `${address}.Principal`, value, fix: 'name the service, e.g. ecs-tasks.amazonaws.com' }];
      }
      if (body.Principal?.Federated === undefined || demandsSomething(body.Condition)) return [];
      const fix = 'add a condition that wants certain subjects, such as <provider>:sub';
      return [{ address: `${address}.Condition`, value: body.Principal, fix }];
    }),
};
