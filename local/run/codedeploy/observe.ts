/** What a deployment sees of the service, the load balancer and the alarms. Reads only. */
import type { EcsView, TargetRegistry } from '../contracts.ts';
import type {
  AlarmControl,
  TaskSetControl,
  TaskSetState,
  TrafficControl,
  TrafficRoute,
} from '../contracts-delivery.ts';
import { type DeploymentRecord, type Side, shareOf } from './deployment.ts';
import type { Observed, SideObserved } from './step.ts';

export interface World {
  readonly ecs: Pick<EcsView, 'services' | 'taskDefinitions'> & { readonly taskSets: TaskSetControl };
  readonly registry: Pick<TargetRegistry, 'health'>;
  readonly traffic: TrafficControl;
  readonly alarms: Pick<AlarmControl, 'alarms'>;
}

export const routesOf = (
  record: DeploymentRecord,
  listeners: 'productionListenerArns' | 'testListenerArns',
  traffic: TrafficControl,
): readonly TrafficRoute[] => {
  const pair = [record.blue.targetGroupArn, record.green.targetGroupArn];
  return record.settings[listeners].flatMap((arn) => traffic.routes(arn, pair));
};

/** Share of production traffic that goes to a side: of the routes of its listeners, the first that names the pair. */
export function trafficPercent(record: DeploymentRecord, side: Side, traffic: TrafficControl): number {
  const [route] = routesOf(record, 'productionListenerArns', traffic);
  return route ? shareOf(route, side.targetGroupArn) : 0;
}

export function observe(
  record: DeploymentRecord,
  world: World,
  at: { readonly nowMs: number; readonly freshId: string; readonly group: boolean },
): Observed {
  const service = world.ecs.services().find((one) => one.definition.arn === record.serviceArn);
  const sets = world.ecs.taskSets.of(record.serviceArn);
  const production = routesOf(record, 'productionListenerArns', world.traffic);
  const leftovers = sets.filter(
    (set) => set.targetGroupArn === record.green.targetGroupArn && set.id !== record.green.taskSetId,
  );
  return {
    ...at,
    service: service?.status === 'ACTIVE',
    blue: sideObserved(record.blue, sets, world),
    green: sideObserved(record.green, sets, world),
    leftovers: leftovers.length,
    blueServes: production.some((route) => shareOf(route, record.blue.targetGroupArn) > 0),
    productionRoutes: production.length,
    testRoutes: routesOf(record, 'testListenerArns', world.traffic).length,
    greenPercent: trafficPercent(record, record.green, world.traffic),
    alarms: alarmsOf(record, world),
  };
}

function sideObserved(side: Side, sets: readonly TaskSetState[], { registry }: World): SideObserved | null {
  const set = sets.find((one) => one.id === side.taskSetId);
  if (!set) return null;
  return {
    steady: set.stability === 'STEADY_STATE',
    draining: set.status === 'DRAINING',
    desiredCount: set.computedDesiredCount,
    healthyTargets: healthyIn(side.targetGroupArn, registry),
    failedTasks: set.failedTasks,
  };
}

/** A target group that is gone has no healthy target. */
export function healthyIn(targetGroupArn: string, registry: World['registry']): number {
  try {
    return registry.health(targetGroupArn).filter((target) => target.state === 'healthy').length;
  } catch {
    return 0;
  }
}

function alarmsOf(record: DeploymentRecord, { alarms }: World): Observed['alarms'] {
  const { enabled, names } = record.settings.alarms;
  if (!enabled || names.length === 0) return { active: [], unknown: [] };
  const states = new Map(alarms.alarms().map((alarm) => [alarm.definition.name, alarm.state]));
  return {
    active: names.filter((name) => states.get(name) === 'ALARM'),
    unknown: names.filter((name) => !states.has(name)),
  };
}
