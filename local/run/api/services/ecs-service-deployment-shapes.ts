/** Service deployments and service revisions in the shapes of the ECS API. Pure. */
import { createHash } from 'node:crypto';
import type { Service, TaskDefinition } from '../../../topology.ts';
import type { DeploymentState, ServiceState } from '../../contracts.ts';
import { breakerThreshold } from '../../deployer/decide-deployment.ts';
import { STAGE_LIMIT_MS } from '../../service-deployments/limits.ts';
import {
  deploymentArnOf,
  isOver,
  type RevisionRef,
  revisionArnOf,
  type ServiceDeployment,
  type ServiceDeploymentStatus,
} from '../../service-deployments/service-deployment.ts';
import { deploymentConfigurationShape, loadBalancerShape } from './ecs-deployment-shapes.ts';

const at = (ms: number | null): Date | undefined => (ms === null ? undefined : new Date(ms));

/** One of a rolling update is read off its deployment; its id follows from the deployment's. */
export interface ShownDeployment {
  readonly id: string;
  readonly arn: string;
  readonly service: ServiceState;
  readonly status: ServiceDeploymentStatus;
  readonly statusReason: string | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly finishedAtMs: number | null;
  readonly green: RevisionRef;
  readonly blue: RevisionRef | null;
  /** Null for a rolling update. */
  readonly own: ServiceDeployment | null;
}

const ID_LENGTH = 21;
const idOf = (deploymentId: string): string =>
  createHash('sha256').update(deploymentId).digest('base64url').slice(0, ID_LENGTH);

/** Newest first, of a service that ECS deploys. */
export function deploymentsOf(service: ServiceState): readonly ShownDeployment[] {
  if (service.definition.deploymentController !== 'ECS') return [];
  const own = (service.serviceDeployments ?? []).map((d): ShownDeployment => ({ ...d, service, own: d }));
  const known = new Set(own.flatMap(({ green }) => green.id));
  const rolled = service.deployments.filter(({ id }) => !known.has(id)).map((one) => rolledDeployment(service, one));
  return [...own, ...rolled].toSorted((a, b) => b.createdAtMs - a.createdAtMs);
}

function rolledDeployment(service: ServiceState, one: DeploymentState): ShownDeployment {
  const before = service.deployments.filter(({ createdAtMs }) => createdAtMs < one.createdAtMs)[0];
  const refOf = ({ id, taskDefinitionArn }: DeploymentState): RevisionRef => ({ id, taskDefinitionArn });
  const id = idOf(one.id);
  const status = rolledStatus(one);
  return {
    id,
    arn: deploymentArnOf(service.definition.arn, id),
    service,
    status,
    statusReason: one.rolloutState === 'FAILED' ? one.rolloutStateReason : null,
    createdAtMs: one.createdAtMs,
    updatedAtMs: one.updatedAtMs,
    finishedAtMs: status === 'IN_PROGRESS' ? null : one.updatedAtMs,
    green: refOf(one),
    blue: before ? refOf(before) : null,
    own: null,
  };
}

/** One that a newer one has replaced before its end is stopped. */
function rolledStatus({ rolloutState, status }: DeploymentState): ServiceDeploymentStatus {
  if (rolloutState === 'COMPLETED') return 'SUCCESSFUL';
  return rolloutState === 'IN_PROGRESS' && status === 'PRIMARY' ? 'IN_PROGRESS' : 'STOPPED';
}

export const briefShape = (one: ShownDeployment): object => ({
  serviceDeploymentArn: one.arn,
  serviceArn: one.service.definition.arn,
  clusterArn: one.service.definition.clusterArn,
  startedAt: at(one.createdAtMs),
  createdAt: at(one.createdAtMs),
  finishedAt: at(one.finishedAtMs),
  targetServiceRevisionArn: revisionArnOf(one.service.definition.arn, one.green.id),
  status: one.status,
  statusReason: one.statusReason ?? undefined,
});

export function serviceDeploymentShape(one: ShownDeployment): object {
  const { definition } = one.service;
  const { own, blue } = one;
  return {
    serviceDeploymentArn: one.arn,
    serviceArn: definition.arn,
    clusterArn: definition.clusterArn,
    createdAt: at(one.createdAtMs),
    startedAt: at(one.createdAtMs),
    finishedAt: at(one.finishedAtMs),
    stoppedAt: at(own?.stoppedAtMs ?? null),
    updatedAt: at(one.updatedAtMs),
    sourceServiceRevisions: blue ? [revisionSummary(one, blue, 'blue')] : [],
    targetServiceRevision: revisionSummary(one, one.green, 'green'),
    status: one.status,
    statusReason: one.statusReason ?? undefined,
    lifecycleStage: own?.stage,
    deploymentConfiguration: deploymentConfigurationShape({
      ...definition,
      ...(own ? { deploymentStrategy: own.strategy } : {}),
    }),
    rollback: own?.rollback
      ? {
          reason: own.rollback.reason,
          startedAt: at(own.rollback.startedAtMs),
          serviceRevisionArn: blue ? revisionArnOf(definition.arn, blue.id) : undefined,
        }
      : undefined,
    deploymentCircuitBreaker: breakerShape(one),
    alarms: alarmsShape(one),
    lifecycleHookDetails: hookShapes(own),
  };
}

/** ≈ Of a revision that is gone, the counts are 0. */
function revisionSummary(one: ShownDeployment, { id }: RevisionRef, side: 'blue' | 'green'): object {
  const { definition, deployments } = one.service;
  const found = deployments.find((deployment) => deployment.id === id);
  const weights = one.own ? weightsShape(one.own, side) : {};
  return {
    arn: revisionArnOf(definition.arn, id),
    requestedTaskCount: found?.desiredCount ?? 0,
    runningTaskCount: found?.runningCount ?? 0,
    pendingTaskCount: found?.pendingCount ?? 0,
    ...weights,
  };
}

function weightsShape({ shift, tested }: ServiceDeployment, side: 'blue' | 'green'): object {
  const share = (green: number): number => (side === 'green' ? green : Math.round((100 - green) * 10) / 10);
  return {
    requestedProductionTrafficWeight: share(shift.percent),
    requestedTestTrafficWeight: share(tested ? 100 : 0),
  };
}

const isDone = ({ status }: ShownDeployment): boolean => status !== 'PENDING' && isOver({ status });

function breakerShape(one: ShownDeployment): object {
  const { definition, deployments, desiredCount } = one.service;
  const failureCount = deployments.find(({ id }) => id === one.green.id)?.failedTasks ?? 0;
  const threshold = breakerThreshold(desiredCount);
  if (!definition.circuitBreaker.enable) return { status: 'DISABLED', failureCount, threshold };
  const triggered = /circuit breaker/.test(one.statusReason ?? '');
  return {
    status: triggered ? 'TRIGGERED' : isDone(one) ? 'MONITORING_COMPLETE' : 'MONITORING',
    failureCount,
    threshold,
  };
}

function alarmsShape(one: ShownDeployment): object | undefined {
  const { enable, names } = one.service.definition.deploymentAlarms;
  if (!enable) return { status: 'DISABLED' };
  const triggered = one.own?.triggeredAlarms ?? [];
  const status = triggered.length > 0 ? 'TRIGGERED' : isDone(one) ? 'MONITORING_COMPLETE' : 'MONITORING';
  return { status, alarmNames: names, triggeredAlarmNames: triggered };
}

function hookShapes(own: ServiceDeployment | null): object[] | undefined {
  return own?.hooks
    .filter(({ startedAtMs }) => startedAtMs !== null)
    .map((hook, index) => ({
      hookId: `${own.id}-${hook.stage}-${index}`,
      targetType: 'AWS_LAMBDA',
      targetArn: hook.functionArn,
      status: hook.status === 'PENDING' || hook.status === 'RUNNING' ? 'IN_PROGRESS' : hook.status,
      expiresAt: at(own.stageSinceMs + STAGE_LIMIT_MS),
      timeoutAction: 'ROLLBACK',
    }));
}

/** Of a service that ECS deploys: what DescribeServices adds. */
export function currentShapes(service: ServiceState): object {
  const { definition, deployments } = service;
  if (definition.deploymentController !== 'ECS') return {};
  const current = deploymentsOf(service).find((one) => !isDone(one));
  return {
    currentServiceDeployment: current?.arn,
    currentServiceRevisions: deployments
      .filter(({ status }) => status !== 'INACTIVE')
      .map((one) => ({
        arn: revisionArnOf(definition.arn, one.id),
        requestedTaskCount: one.desiredCount,
        runningTaskCount: one.runningCount,
        pendingTaskCount: one.pendingCount,
      })),
  };
}

/** @param definition of the revision; undefined where it is not known any more */
export function revisionShape(
  service: ServiceState,
  one: DeploymentState,
  definition: TaskDefinition | undefined,
): object {
  const own: Service = service.definition;
  const attached = own.loadBalancers.map((lb, index) => ({
    ...lb,
    targetGroupArn: one.targetGroupArns?.[index] ?? lb.targetGroupArn,
  }));
  return {
    serviceRevisionArn: revisionArnOf(own.arn, one.id),
    serviceArn: own.arn,
    clusterArn: own.clusterArn,
    taskDefinition: one.taskDefinitionArn,
    launchType: own.capacityProviderStrategy.length > 0 ? undefined : own.launchType,
    capacityProviderStrategy: own.capacityProviderStrategy.length > 0 ? own.capacityProviderStrategy : undefined,
    platformVersion: own.launchType === 'FARGATE' ? '1.4.0' : undefined,
    loadBalancers: own.loadBalancers.map(loadBalancerShape),
    serviceRegistries: [],
    networkConfiguration:
      own.subnetIds.length === 0
        ? undefined
        : {
            awsvpcConfiguration: {
              subnets: own.subnetIds,
              securityGroups: own.securityGroupIds,
              assignPublicIp: 'DISABLED',
            },
          },
    containerImages: definition?.containers.map(({ name, image }) => ({ containerName: name, image })),
    guardDutyEnabled: false,
    createdAt: at(one.createdAtMs),
    resolvedConfiguration: {
      loadBalancers: attached.map(({ targetGroupArn, advanced }) => ({
        targetGroupArn,
        productionListenerRule: advanced?.productionRuleArn,
      })),
    },
  };
}
