/** CodeDeploy resources in the shapes of the CodeDeploy API (2014-10-06). Pure. */
import { createHash } from 'node:crypto';
import type { CodeDeployApplication, DeploymentGroup, TrafficRouting } from '../../../topology.ts';
import type { BlueGreenDeployment, BlueGreenSide, LifecycleEventState } from '../../contracts-delivery.ts';

/** AWS's ids of applications, groups and configurations are UUIDs; the name decides ours, so that they stay. */
export function idOf(...parts: readonly string[]): string {
  const hex = createHash('sha256').update(parts.join('\n')).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

export const date = (ms: number | null): Date | undefined => (ms === null ? undefined : new Date(Math.floor(ms)));

export function applicationShape(one: CodeDeployApplication, createdAtMs: number | null): object {
  return {
    applicationId: idOf('application', one.name),
    applicationName: one.name,
    createTime: date(createdAtMs),
    linkedToGitHub: false,
    computePlatform: one.computePlatform,
  };
}

export function configShape(
  one: { readonly name: string; readonly routing: TrafficRouting },
  createdAtMs: number | null,
): object {
  return {
    deploymentConfigId: idOf('config', one.name),
    deploymentConfigName: one.name,
    createTime: date(createdAtMs),
    computePlatform: 'ECS',
    trafficRoutingConfig: routingShape(one.routing),
  };
}

function routingShape(routing: TrafficRouting): object {
  switch (routing.type) {
    case 'AllAtOnce':
      return { type: routing.type };
    case 'TimeBasedCanary':
      return {
        type: routing.type,
        timeBasedCanary: { canaryPercentage: routing.percentage, canaryInterval: routing.intervalMinutes },
      };
    case 'TimeBasedLinear':
      return {
        type: routing.type,
        timeBasedLinear: { linearPercentage: routing.percentage, linearInterval: routing.intervalMinutes },
      };
  }
}

/** @param own deployments of this group, newest first */
export function groupShape(one: DeploymentGroup, own: readonly BlueGreenDeployment[]): object {
  const succeeded = own.find(({ status }) => status === 'Succeeded');
  return {
    applicationName: one.applicationName,
    deploymentGroupId: idOf('group', one.applicationName, one.name),
    deploymentGroupName: one.name,
    deploymentConfigName: one.deploymentConfigName,
    serviceRoleArn: one.serviceRoleArn,
    targetRevision: succeeded ? revisionShape(succeeded.revision) : undefined,
    triggerConfigurations: [],
    alarmConfiguration: alarmShape(one.alarms),
    lastSuccessfulDeployment: succeeded ? lastShape(succeeded) : undefined,
    lastAttemptedDeployment: own[0] ? lastShape(own[0]) : undefined,
    ...styleShapes(one),
    outdatedInstancesStrategy: 'UPDATE',
    ec2TagSet: { ec2TagSetList: [] },
    onPremisesTagSet: { onPremisesTagSetList: [] },
    computePlatform: 'ECS',
    ecsServices: [{ serviceName: one.serviceName, clusterName: one.clusterName }],
    terminationHookEnabled: false,
  };
}

/** What a group and each of its deployments show alike. */
function styleShapes(one: DeploymentGroup): object {
  const { blueTermination, ready } = one;
  return {
    autoRollbackConfiguration: { enabled: one.autoRollback.enabled, events: one.autoRollback.events },
    deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
    blueGreenDeploymentConfiguration: {
      terminateBlueInstancesOnDeploymentSuccess: {
        action: blueTermination.action,
        terminationWaitTimeInMinutes: blueTermination.waitMinutes,
      },
      deploymentReadyOption: { actionOnTimeout: ready.actionOnTimeout, waitTimeInMinutes: ready.waitMinutes },
    },
    loadBalancerInfo: {
      targetGroupPairInfoList: [
        {
          targetGroups: one.targetGroupNames.map((name) => ({ name })),
          prodTrafficRoute: { listenerArns: one.productionListenerArns },
          testTrafficRoute: one.testListenerArns.length > 0 ? { listenerArns: one.testListenerArns } : undefined,
        },
      ],
    },
  };
}

function alarmShape(alarms: DeploymentGroup['alarms']): object {
  const { enabled, ignorePollAlarmFailure, names } = alarms;
  return { enabled, ignorePollAlarmFailure, alarms: names.map((name) => ({ name })) };
}

function lastShape(one: BlueGreenDeployment): object {
  return {
    deploymentId: one.id,
    status: one.status,
    endTime: date(one.completedAtMs),
    createTime: date(one.createdAtMs),
  };
}

export function revisionShape({ content, sha256 }: BlueGreenDeployment['revision']): object {
  return { revisionType: 'AppSpecContent', appSpecContent: { content, sha256 } };
}

/**
 * @param group undefined where it was removed since
 * @param previous the revision that the service ran before, where one is known
 */
export function deploymentShape(
  one: BlueGreenDeployment,
  group: DeploymentGroup | undefined,
  previous: BlueGreenDeployment['revision'] | undefined,
): object {
  const { rollback } = one;
  const rolls = rollback.rollbackDeploymentId ?? rollback.triggeringDeploymentId ?? rollback.message;
  const { code, message } = one.error ?? {};
  return {
    applicationName: one.applicationName,
    deploymentGroupName: one.groupName,
    deploymentConfigName: one.configName,
    deploymentId: one.id,
    previousRevision: previous ? revisionShape(previous) : undefined,
    revision: revisionShape(one.revision),
    status: one.status,
    errorInformation: one.error ? { code, message } : undefined,
    createTime: date(one.createdAtMs),
    startTime: date(one.startedAtMs),
    completeTime: date(one.completedAtMs),
    deploymentOverview: overviewShape(one),
    description: one.description || undefined,
    creator: one.creator,
    ignoreApplicationStopFailures: false,
    updateOutdatedInstancesOnly: false,
    rollbackInfo: rolls
      ? {
          rollbackDeploymentId: rollback.rollbackDeploymentId ?? undefined,
          rollbackTriggeringDeploymentId: rollback.triggeringDeploymentId ?? undefined,
          rollbackMessage: rollback.message ?? undefined,
        }
      : undefined,
    ...(group ? styleShapes(group) : {}),
    instanceTerminationWaitTimeStarted: one.blueEndsAtMs !== null || one.status === 'Succeeded',
    fileExistsBehavior: 'DISALLOW',
    deploymentStatusMessages: [],
    computePlatform: 'ECS',
  };
}

/** An ECS deployment has one target: its service. */
function overviewShape(one: BlueGreenDeployment): object {
  const none = { Pending: 0, InProgress: 0, Succeeded: 0, Failed: 0, Skipped: 0, Ready: 0 };
  return one.startedAtMs === null ? none : { ...none, [targetStatusOf(one)]: 1 };
}

export function targetStatusOf(
  one: BlueGreenDeployment,
): 'Pending' | 'InProgress' | 'Ready' | 'Succeeded' | 'Failed' | 'Skipped' {
  switch (one.status) {
    case 'Created':
    case 'Queued':
      return 'Pending';
    case 'Baking':
      return 'InProgress';
    case 'Stopped':
      return one.lifecycleEvents.some(({ status }) => status === 'Failed') ? 'Failed' : 'Skipped';
    default:
      return one.status;
  }
}

/** `<cluster>:<service>`, as ListDeploymentTargets names it. */
export const targetIdOf = (one: BlueGreenDeployment): string => `${one.clusterName}:${one.serviceName}`;

/** The member `identifer` is spelled as the API spells it. */
export function targetShape(one: BlueGreenDeployment, serviceArn: string): object {
  const moments = one.lifecycleEvents.flatMap(({ startedAtMs, endedAtMs }) => [startedAtMs ?? 0, endedAtMs ?? 0]);
  return {
    deploymentTargetType: 'ECSTarget',
    ecsTarget: {
      deploymentId: one.id,
      targetId: targetIdOf(one),
      targetArn: serviceArn,
      lastUpdatedAt: date(Math.max(one.startedAtMs ?? one.createdAtMs, ...moments)),
      lifecycleEvents: one.lifecycleEvents.map(eventShape),
      status: targetStatusOf(one),
      taskSetsInfo: [sideShape(one.blue, 'Blue'), sideShape(one.green, 'Green')].filter((side) => side !== null),
    },
  };
}

function sideShape(
  { taskSet, trafficPercent, targetGroupName }: BlueGreenSide,
  label: 'Blue' | 'Green',
): object | null {
  if (taskSet === null) return null;
  return {
    identifer: taskSet.id,
    desiredCount: taskSet.computedDesiredCount,
    pendingCount: taskSet.pendingCount,
    runningCount: taskSet.runningCount,
    status: taskSet.status,
    trafficWeight: trafficPercent,
    targetGroup: { name: targetGroupName },
    taskSetLabel: label,
  };
}

function eventShape(event: LifecycleEventState): object {
  return {
    lifecycleEventName: event.name,
    diagnostics: diagnosticsOf(event),
    startTime: date(event.startedAtMs),
    endTime: date(event.endedAtMs),
    status: event.status,
  };
}

/** `scriptName` is the hook function, as it is the script for the other compute platforms. */
function diagnosticsOf(event: LifecycleEventState): object | undefined {
  const scriptName = event.hook?.functionName ?? '';
  if (event.status === 'Failed')
    return {
      errorCode: event.hook ? 'ScriptFailed' : 'UnknownError',
      scriptName,
      message: event.message ?? '',
      logTail: '',
    };
  if (event.hook === null) return undefined;
  return event.status === 'Succeeded'
    ? { errorCode: 'Success', scriptName, message: event.message ?? 'Succeeded', logTail: '' }
    : { scriptName };
}
