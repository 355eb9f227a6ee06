/** Deployment groups as the CodeDeploy API takes them, and the rules that they keep (API CreateDeploymentGroup). */
import { z } from 'zod';
import type { DeploymentGroup, RollbackEvent } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';
import { bool, integer, list, text } from '../schema.ts';

/** May be given, if empty: of servers and on-premises instances. */
const empty = z.array(z.unknown()).max(0, 'is for deployments to servers').optional();
const MAX_ALARMS = 10;
const MAX_TERMINATION_WAIT_MINUTES = 2880;

export const alarmConfiguration = z.strictObject({
  enabled: bool.optional(),
  ignorePollAlarmFailure: bool.optional(),
  alarms: list(z.object({ name: text.optional() })).optional(),
});

export const autoRollback = z.strictObject({
  enabled: bool.optional(),
  events: list(text).optional(),
});

const names = z.object({ name: text.optional() });
const route = z.strictObject({ listenerArns: list(text).optional() });

const settings = {
  deploymentConfigName: text.optional(),
  serviceRoleArn: text.optional(),
  alarmConfiguration: alarmConfiguration.optional(),
  autoRollbackConfiguration: autoRollback.optional(),
  deploymentStyle: z.strictObject({ deploymentType: text.optional(), deploymentOption: text.optional() }).optional(),
  blueGreenDeploymentConfiguration: z
    .strictObject({
      terminateBlueInstancesOnDeploymentSuccess: z
        .strictObject({ action: text.optional(), terminationWaitTimeInMinutes: integer().optional() })
        .optional(),
      deploymentReadyOption: z
        .strictObject({ actionOnTimeout: text.optional(), waitTimeInMinutes: integer().optional() })
        .optional(),
    })
    .optional(),
  loadBalancerInfo: z
    .strictObject({
      targetGroupPairInfoList: list(
        z.strictObject({
          targetGroups: list(names).optional(),
          prodTrafficRoute: route.optional(),
          testTrafficRoute: route.optional(),
        }),
      ).optional(),
      elbInfoList: empty,
      targetGroupInfoList: empty,
    })
    .optional(),
  ecsServices: list(z.strictObject({ serviceName: text.optional(), clusterName: text.optional() })).optional(),
  outdatedInstancesStrategy: z.enum(['UPDATE', 'IGNORE']).optional(),
  terminationHookEnabled: bool.refine((value) => !value, 'is for deployments to servers').optional(),
  ec2TagFilters: empty,
  onPremisesInstanceTagFilters: empty,
  autoScalingGroups: empty,
  triggerConfigurations: z.array(z.unknown()).max(0, 'has no local counterpart').optional(),
  ec2TagSet: z.strictObject({ ec2TagSetList: empty }).optional(),
  onPremisesTagSet: z.strictObject({ onPremisesTagSetList: empty }).optional(),
};

export const createGroupInput = z.strictObject({
  applicationName: text.optional(),
  deploymentGroupName: text.optional(),
  tags: list(z.object({ Key: text, Value: text.optional() })).optional(),
  ...settings,
});

export const updateGroupInput = z.strictObject({
  applicationName: text.optional(),
  currentDeploymentGroupName: text.optional(),
  newDeploymentGroupName: text.optional(),
  ...settings,
});

type Settings = Omit<z.output<typeof updateGroupInput>, 'applicationName'>;

const ROLLBACK_EVENTS: readonly string[] = [
  'DEPLOYMENT_FAILURE',
  'DEPLOYMENT_STOP_ON_REQUEST',
  'DEPLOYMENT_STOP_ON_ALARM',
] satisfies RollbackEvent[];

/** @throws ApiError InvalidAutoRollbackConfigException */
export function autoRollbackOf(given: z.output<typeof autoRollback>): DeploymentGroup['autoRollback'] {
  const { enabled = false, events = [] } = given;
  const wrong = events.find((event) => !ROLLBACK_EVENTS.includes(event));
  if (wrong !== undefined)
    throw new ApiError('InvalidAutoRollbackConfigException', `The rollback event ${wrong} is invalid`);
  if (enabled && events.length === 0)
    throw new ApiError('InvalidAutoRollbackConfigException', 'Automatic rollback is enabled without any event');
  return { enabled, events: events as RollbackEvent[] };
}

/** @throws ApiError InvalidAlarmConfigException | AlarmsLimitExceededException */
export function alarmsOf(given: z.output<typeof alarmConfiguration>): DeploymentGroup['alarms'] {
  const { enabled = false, ignorePollAlarmFailure = false, alarms = [] } = given;
  const all = alarms.map(({ name }) => name ?? '');
  const bad = (message: string) => new ApiError('InvalidAlarmConfigException', message);
  if (all.some((name) => name === '' || name.length > 255)) throw bad('An alarm name has 1 to 255 characters');
  if (new Set(all).size < all.length) throw bad('Two alarms have the same name');
  if (enabled && all.length === 0) throw bad('The alarm configuration is enabled, but it lists no alarm');
  if (all.length > MAX_ALARMS)
    throw new ApiError('AlarmsLimitExceededException', `A deployment group has at most ${MAX_ALARMS} alarms`);
  return { enabled, ignorePollAlarmFailure, names: all };
}

/** @throws ApiError InvalidDeploymentStyleException: an ECS service is deployed blue/green with traffic control */
export function checkStyle(given: Settings['deploymentStyle']): void {
  const { deploymentType, deploymentOption } = given ?? {};
  if (deploymentType === 'BLUE_GREEN' && deploymentOption === 'WITH_TRAFFIC_CONTROL') return;
  throw new ApiError(
    'InvalidDeploymentStyleException',
    'For ECS deployment groups, deploymentType must be BLUE_GREEN and deploymentOption WITH_TRAFFIC_CONTROL',
  );
}

/** Defaults: blue ends at once, traffic moves without waiting. @throws ApiError InvalidBlueGreenDeploymentConfigurationException */
export function blueGreenOf(
  given: Settings['blueGreenDeploymentConfiguration'],
): Pick<DeploymentGroup, 'blueTermination' | 'ready'> {
  const bad = (message: string) => new ApiError('InvalidBlueGreenDeploymentConfigurationException', message);
  if (!given) throw bad('An ECS deployment group needs a blueGreenDeploymentConfiguration');
  const { action = 'TERMINATE', terminationWaitTimeInMinutes: termination = 0 } =
    given.terminateBlueInstancesOnDeploymentSuccess ?? {};
  const { actionOnTimeout = 'CONTINUE_DEPLOYMENT', waitTimeInMinutes: wait = 0 } = given.deploymentReadyOption ?? {};
  if (action !== 'TERMINATE' && action !== 'KEEP_ALIVE') throw bad(`The action ${action} is invalid`);
  if (actionOnTimeout !== 'CONTINUE_DEPLOYMENT' && actionOnTimeout !== 'STOP_DEPLOYMENT')
    throw bad(`actionOnTimeout ${actionOnTimeout} is invalid`);
  if (termination < 0 || termination > MAX_TERMINATION_WAIT_MINUTES)
    throw bad(`terminationWaitTimeInMinutes is from 0 to ${MAX_TERMINATION_WAIT_MINUTES}`);
  if (wait < 0 || wait > MAX_TERMINATION_WAIT_MINUTES)
    throw bad(`waitTimeInMinutes is from 0 to ${MAX_TERMINATION_WAIT_MINUTES}`);
  if (actionOnTimeout === 'CONTINUE_DEPLOYMENT' && wait > 0)
    throw bad('waitTimeInMinutes goes with STOP_DEPLOYMENT only: CONTINUE_DEPLOYMENT does not wait');
  return {
    blueTermination: { action, waitMinutes: termination },
    ready: { actionOnTimeout, waitMinutes: wait },
  };
}

export type GivenPair = NonNullable<
  NonNullable<NonNullable<Settings['loadBalancerInfo']>['targetGroupPairInfoList']>[number]
>;

/** @throws ApiError InvalidLoadBalancerInfoException | InvalidTargetGroupPairException */
export function pairOf(
  given: Settings['loadBalancerInfo'],
): Pick<DeploymentGroup, 'targetGroupNames' | 'productionListenerArns' | 'testListenerArns'> {
  const [pair, other] = given?.targetGroupPairInfoList ?? [];
  if (!pair)
    throw new ApiError(
      'InvalidLoadBalancerInfoException',
      'An ECS deployment group needs loadBalancerInfo.targetGroupPairInfoList',
    );
  const bad = (message: string) => new ApiError('InvalidTargetGroupPairException', message);
  if (other) throw bad('There may be one target group pair');
  const [first, second, third] = (pair.targetGroups ?? []).map(({ name }) => name ?? '');
  if (!first || !second || third !== undefined || first === second)
    throw bad('A target group pair has two different target groups');
  const production = pair.prodTrafficRoute?.listenerArns ?? [];
  const test = pair.testTrafficRoute?.listenerArns ?? [];
  if (production.length !== 1) throw bad('prodTrafficRoute has one listener');
  if (test.length > 1) throw bad('testTrafficRoute has at most one listener');
  if (test[0] !== undefined && test[0] === production[0])
    throw bad('The test listener and the production listener must differ');
  return { targetGroupNames: [first, second], productionListenerArns: production, testListenerArns: test };
}
