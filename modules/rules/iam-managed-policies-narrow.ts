import { attachedPolicies, isOfAws } from './managed-policies.ts';
import type { HouseRule } from './rule.ts';
import { isReference } from './values.ts';

/** Of AWS's policies outside service-role/ those that are for one task. */
const NARROW: ReadonlySet<string> = new Set([
  'AWSCodeDeployRoleForECS',
  'AWSCodeDeployRoleForECSLimited',
  'AWSXRayDaemonWriteAccess',
  'AWSXrayWriteOnlyAccess',
  'AmazonEC2ContainerRegistryPullOnly',
  'AmazonEC2ContainerRegistryReadOnly',
  'AmazonSSMManagedInstanceCore',
  'CloudWatchAgentServerPolicy',
]);

/** And those inside it that allow a whole service nevertheless. */
const BROAD: ReadonlySet<string> = new Set([
  'AWSDataPipelineRole',
  'AmazonEC2ContainerServiceforEC2Role',
  'AmazonEC2RoleforSSM',
  'AmazonElasticMapReduceRole',
  'AmazonElasticMapReduceforEC2Role',
]);

export const iamManagedPoliciesNarrow: HouseRule = {
  id: 'iam-managed-policies-narrow',
  severity: 'warning',
  rule: 'of AWS’s own policies only those made for one task, not the ones that allow a whole service; and which policy it is can be seen (IAM best-practices)',
  check: (estate) =>
    attachedPolicies(estate)
      .filter(({ arn }) => arn !== undefined && !isNarrow(arn))
      .map(({ address, value }) => ({
        address,
        value,
        fix: 'write the statements that are needed into a policy of its own',
      })),
};

function isNarrow(arn: string): boolean {
  // Policies of an account are what is written elsewhere; what may be any policy is not.
  if (!isOfAws(arn)) return !isReference(arn) || /\$\{(?:data|aws_\w+)\./.test(arn);
  const path = arn.split(':policy/').at(-1) ?? '';
  const name = path.split('/').at(-1) ?? '';
  return NARROW.has(name) || (path.startsWith('service-role/') && !BROAD.has(name));
}
