/** CodeDeploy deployment groups of ECS services. */
import { z } from 'zod';
import type { DeploymentGroup } from '../../../topology.ts';
import { ApiError, type ServiceState } from '../../contracts.ts';
import { arnAt } from '../../place.ts';
import { type Call, type Operation, operation } from '../operation.ts';
import { paginate } from '../pages.ts';
import { list, text } from '../schema.ts';
import {
  alarmsOf,
  autoRollbackOf,
  blueGreenOf,
  checkStyle,
  createGroupInput,
  pairOf,
  updateGroupInput,
} from './codedeploy-group-input.ts';
import {
  applicationName,
  groupName,
  madeBase,
  needApplication,
  needConfig,
  needGroup,
  tagsOf,
} from './codedeploy-lookup.ts';
import { groupShape, idOf } from './codedeploy-shapes.ts';
import { shortName } from './ecs-lookup.ts';

const PAGE = 100;
const BATCH = 100;
const DEFAULT_CONFIG = 'CodeDeployDefault.ECSAllAtOnce';

const named = z.object({ applicationName: text.optional(), deploymentGroupName: text.optional() });

export const groupOperations: Readonly<Record<string, Operation>> = {
  GetDeploymentGroup: operation(named, (input, call) => ({
    deploymentGroupInfo: shapeOf(call, needGroup(call, input.applicationName, input.deploymentGroupName)),
  })),
  ListDeploymentGroups: operation(
    z.object({ applicationName: text.optional(), nextToken: text.optional() }),
    (input, call) => {
      const { name } = needApplication(call, input.applicationName);
      const own = call.codedeploy.groups().filter((one) => one.applicationName === name);
      const options = { token: input.nextToken, max: PAGE, errorCode: 'InvalidNextTokenException' };
      const page = paginate(own, (one) => one.name, options);
      return {
        applicationName: name,
        deploymentGroups: page.items.map((one) => one.name),
        nextToken: page.next,
      };
    },
  ),
  BatchGetDeploymentGroups: operation(
    z.object({ applicationName: text.optional(), deploymentGroupNames: list(text).optional() }),
    (input, call) => {
      const { name } = needApplication(call, input.applicationName);
      const wanted = (input.deploymentGroupNames ?? []).map(groupName);
      if (wanted.length === 0) groupName(undefined);
      if (wanted.length > BATCH)
        throw new ApiError('BatchLimitExceededException', `At most ${BATCH} deployment groups are allowed`);
      const found = call.codedeploy.groups().filter((one) => one.applicationName === name && wanted.includes(one.name));
      const missing = wanted.filter((one) => !found.some((group) => group.name === one));
      return {
        deploymentGroupsInfo: found.map((one) => shapeOf(call, one)),
        errorMessage: missing.length > 0 ? `No Deployment Group found for name: ${missing.join(', ')}` : undefined,
      };
    },
  ),
  CreateDeploymentGroup: operation(createGroupInput, createGroup),
  UpdateDeploymentGroup: operation(updateGroupInput, updateGroup),
  DeleteDeploymentGroup: operation(named, (input, call) => {
    const application = applicationName(input.applicationName);
    const name = groupName(input.deploymentGroupName);
    // AWS has no error for a group that is not there: deleting it again succeeds.
    const known = call.codedeploy.groups().some((one) => one.applicationName === application && one.name === name);
    if (known) call.codedeploy.removeGroup(application, name);
    return { hooksNotCleanedUp: [] };
  }),
};

function createGroup(input: z.output<typeof createGroupInput>, call: Call): object {
  const application = needApplication(call, input.applicationName);
  const name = groupName(input.deploymentGroupName);
  if (call.codedeploy.groups().some((one) => one.applicationName === application.name && one.name === name))
    throw new ApiError(
      'DeploymentGroupAlreadyExistsException',
      `Deployment group already exists for given application: ${name}`,
    );
  if (!input.serviceRoleArn) throw new ApiError('RoleRequiredException', 'Service role is missing');
  const config = needConfig(call, input.deploymentConfigName ?? DEFAULT_CONFIG);
  checkStyle(input.deploymentStyle);
  const group: DeploymentGroup = {
    ...madeBase(call, 'aws_codedeploy_deployment_group', `${application.name}/${name}`, tagsOf(input.tags)),
    arn: arnAt(call, 'codedeploy', `deploymentgroup:${application.name}/${name}`),
    name,
    applicationName: application.name,
    deploymentConfigName: config.name,
    serviceRoleArn: role(input.serviceRoleArn),
    ...serviceOf(input.ecsServices, call),
    ...pairOf(input.loadBalancerInfo),
    autoRollback: autoRollbackOf(input.autoRollbackConfiguration ?? {}),
    alarms: alarmsOf(input.alarmConfiguration ?? {}),
    ...blueGreenOf(input.blueGreenDeploymentConfiguration),
  };
  checkReferences(group, call);
  call.codedeploy.putGroup(group);
  return { deploymentGroupId: idOf('group', application.name, name) };
}

/** What is not given stays as it is. A renamed group is removed under its old name. */
function updateGroup(input: z.output<typeof updateGroupInput>, call: Call): object {
  const current = needGroup(call, input.applicationName, input.currentDeploymentGroupName);
  const name = input.newDeploymentGroupName === undefined ? current.name : groupName(input.newDeploymentGroupName);
  const taken = call.codedeploy
    .groups()
    .some((one) => one.applicationName === current.applicationName && one.name === name);
  if (name !== current.name && taken)
    throw new ApiError(
      'DeploymentGroupAlreadyExistsException',
      `Deployment group already exists for given application: ${name}`,
    );
  if (input.deploymentStyle) checkStyle(input.deploymentStyle);
  const group: DeploymentGroup = {
    ...current,
    name,
    arn: current.arn.replace(/\/[^/]*$/, `/${name}`),
    digest: call.random.hex(64),
    ...(input.deploymentConfigName ? { deploymentConfigName: needConfig(call, input.deploymentConfigName).name } : {}),
    ...(input.serviceRoleArn ? { serviceRoleArn: role(input.serviceRoleArn) } : {}),
    ...(input.ecsServices?.length ? serviceOf(input.ecsServices, call) : {}),
    ...(input.loadBalancerInfo ? pairOf(input.loadBalancerInfo) : {}),
    ...(input.autoRollbackConfiguration ? { autoRollback: autoRollbackOf(input.autoRollbackConfiguration) } : {}),
    ...(input.alarmConfiguration ? { alarms: alarmsOf(input.alarmConfiguration) } : {}),
    ...(input.blueGreenDeploymentConfiguration ? blueGreenOf(input.blueGreenDeploymentConfiguration) : {}),
  };
  checkReferences(group, call, current);
  if (name !== current.name) call.codedeploy.removeGroup(current.applicationName, current.name);
  call.codedeploy.putGroup(group);
  return { hooksNotCleanedUp: [] };
}

function shapeOf(call: Call, group: DeploymentGroup): object {
  const own = call.codedeploy
    .deployments()
    .filter((one) => one.applicationName === group.applicationName && one.groupName === group.name);
  return groupShape(group, own);
}

function role(arn: string): string {
  if (/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/.test(arn)) return arn;
  throw new ApiError('InvalidRoleException', `The service role ARN is malformed: ${arn.slice(0, 200)}`);
}

function serviceOf(
  given: z.output<typeof createGroupInput>['ecsServices'],
  call: Call,
): Pick<DeploymentGroup, 'clusterName' | 'serviceName'> {
  const [first, second] = given ?? [];
  const bad = (message: string) => new ApiError('InvalidECSServiceException', message);
  if (!first?.serviceName || !first.clusterName) throw bad('ecsServices names one service and its cluster');
  if (second) throw bad('A deployment group has one ECS service');
  const found = findService(call, shortName(first.clusterName), shortName(first.serviceName));
  if (!found) throw bad(`The ECS service ${first.serviceName} was not found in the cluster ${first.clusterName}`);
  if (found.definition.deploymentController !== 'CODE_DEPLOY')
    throw bad("Deployment group's ECS service must be configured for a CODE_DEPLOY deployment controller.");
  return { clusterName: found.definition.clusterName, serviceName: found.definition.name };
}

function findService(call: Call, cluster: string, service: string): ServiceState | undefined {
  return call.ecs
    .services()
    .find(
      ({ definition, status }) =>
        definition.clusterName === cluster && definition.name === service && status !== 'INACTIVE',
    );
}

/** What the group names must be there, the service must use the pair, and no other group may have the service. */
function checkReferences(group: DeploymentGroup, call: Call, except?: DeploymentGroup): void {
  const groups = call.balancer.targetGroups();
  for (const name of group.targetGroupNames)
    if (!groups.some((one) => one.name === name))
      throw new ApiError('InvalidTargetGroupPairException', `The target group ${name} does not exist`);
  const listeners = call.balancer.listeners();
  for (const arn of [...group.productionListenerArns, ...group.testListenerArns])
    if (!listeners.some((one) => one.arn === arn))
      throw new ApiError('InvalidTargetGroupPairException', `The listener ${arn} does not exist`);
  const service = findService(call, group.clusterName, group.serviceName);
  const used = groups.find(({ arn }) => arn === service?.definition.loadBalancers[0]?.targetGroupArn)?.name;
  if (used !== undefined && !group.targetGroupNames.includes(used))
    throw new ApiError(
      'InvalidTargetGroupPairException',
      `The service ${group.serviceName} is behind the target group ${used}, which is not one of the pair`,
    );
  const other = call.codedeploy
    .groups()
    .find(
      (one) =>
        one.clusterName === group.clusterName &&
        one.serviceName === group.serviceName &&
        !(one.applicationName === except?.applicationName && one.name === except.name),
    );
  if (other)
    throw new ApiError(
      'ECSServiceMappingLimitExceededException',
      `The ECS service ${group.serviceName} has a deployment group already: ${other.applicationName}/${other.name}`,
    );
}
