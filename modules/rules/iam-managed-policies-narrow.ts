import type { HouseRule } from './rule.ts';

const BROAD = /\/(AdministratorAccess|PowerUserAccess|\w*FullAccess|AmazonEC2ContainerServiceforEC2Role)$/;

export const iamManagedPoliciesNarrow: HouseRule = {
  id: 'iam-managed-policies-narrow',
  rule: 'of AWS’s own policies only those made for one task, not the ones that allow a whole service (IAM best-practices)',
  check: (estate) =>
    estate
      .all('aws_iam_role_policy_attachment', 'aws_iam_policy_attachment', 'aws_iam_user_policy_attachment')
      .filter(({ body }) => BROAD.test(String(body.policy_arn)))
      .map(({ address, body }) => ({
        address: `${address}.policy_arn`,
        value: body.policy_arn,
        fix: 'write the statements that are needed into a policy of its own',
      })),
};
