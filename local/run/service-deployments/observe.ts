/** What a service deployment sees of its revisions, the load balancer and the alarms. Reads only. */
import { healthyIn } from '../codedeploy/observe.ts';
import type { TargetRegistry } from '../contracts.ts';
import type { TrafficControl } from '../contracts-delivery.ts';
import { type AlarmSight, decideAlarms } from '../deployer/decide-alarms.ts';
import { isTripped } from '../deployer/decide-deployment.ts';
import type { Deployment, ServiceRecord } from '../deployer/service-record.ts';
import type { Task } from '../ecs/task.ts';
import { routeOf } from './routes.ts';
import type { Pair, ServiceDeployment } from './service-deployment.ts';
import type { Observed, RevisionObserved } from './step.ts';

/** What reconciling a revision has seen of it. */
export interface RevisionLook {
  readonly desiredCount: number;
  readonly healthyTasks: number;
  readonly steady: boolean;
}

export interface ObserveOptions {
  readonly registry: Pick<TargetRegistry, 'health'>;
  readonly traffic: TrafficControl;
  readonly alarms: () => readonly AlarmSight[];
}

export interface Seen {
  readonly tasks: readonly Task[];
  /** By deployment id. */
  readonly looks: ReadonlyMap<string, RevisionLook>;
  readonly nowMs: number;
  readonly freshId: (index: number) => string;
}

export function observeDeployment(
  record: ServiceRecord,
  d: ServiceDeployment,
  seen: Seen,
  options: ObserveOptions,
): Observed {
  const { definition } = record;
  const find = (id: string | undefined): Deployment | undefined => record.deployments.find((one) => one.id === id);
  const green = find(d.green.id);
  const blue = find(d.blue?.id);
  const others = record.deployments.filter((one) => one !== green && one !== blue);
  const ofOthers = seen.tasks.filter((task) => others.some(({ id }) => id === task.deploymentId));
  const count = (kind: 'production' | 'test'): number =>
    d.pairs.filter((pair) => routeOf(pair, kind, options.traffic) !== null).length;
  return {
    nowMs: seen.nowMs,
    freshId: seen.freshId,
    blue: blue
      ? sideOf(
          blue,
          d.pairs.map(({ blueGroupArn }) => blueGroupArn),
          seen,
          options,
        )
      : null,
    green: green
      ? sideOf(
          green,
          d.pairs.map(({ greenGroupArn }) => greenGroupArn),
          seen,
          options,
        )
      : null,
    leftovers: {
      tasks: ofOthers.length,
      draining: others.every(({ scale, status }) => scale === 'ending' || status === 'INACTIVE'),
    },
    productionRoutes: count('production'),
    testRoutes: count('test'),
    tripped: definition.circuitBreaker.enable && isTripped(green, record.desiredCount),
    alarms: green ? alarmsOf(record, green, seen, options) : [],
    rollsBackOn: { breaker: definition.circuitBreaker.rollback, alarms: definition.deploymentAlarms.rollback },
  };
}

function sideOf(
  revision: Deployment,
  groups: readonly Pair['blueGroupArn'][],
  { tasks, looks }: Seen,
  { registry }: ObserveOptions,
): RevisionObserved {
  const look = looks.get(revision.id) ?? { desiredCount: 0, healthyTasks: 0, steady: false };
  const healthy = groups.map((arn) => healthyIn(arn, registry));
  return {
    steady: look.steady,
    draining: revision.scale === 'ending',
    scaled: revision.scale === 'full' || revision.scale === 'rolling',
    desiredCount: look.desiredCount,
    healthyTargets: Math.min(look.healthyTasks, ...healthy),
    failedTasks: revision.failedTasks,
    tasks: tasks.filter((task) => task.deploymentId === revision.id).length,
  };
}

/** Alarms are watched as those of a rolling update are, from the first running task on. */
function alarmsOf(
  { definition }: ServiceRecord,
  green: Deployment,
  { tasks, nowMs }: Seen,
  { alarms }: ObserveOptions,
): readonly string[] {
  const settings = definition.deploymentAlarms;
  const { verdict, triggered } = decideAlarms({
    settings,
    alarms: alarms().filter(({ name }) => settings.names.includes(name)),
    onAtStart: green.onAtStart,
    running: tasks.some((task) => task.deploymentId === green.id && task.status === 'RUNNING'),
    rolledOut: false,
    bakeFromMs: null,
    nowMs,
  });
  return verdict === 'triggered' ? triggered : [];
}
