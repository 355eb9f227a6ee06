/** The steps' effects, done: routes, task sets, hooks. Decides nothing. */
import type { FunctionRunner, InvocationResult, TrafficRoute } from '../contracts-delivery.ts';
import { type DeploymentRecord, pairWeights, type RouteBefore, shareOf } from './deployment.ts';
import { routesOf, type World } from './observe.ts';
import type { Effect, Telling } from './step.ts';

export interface EffectContext extends World {
  readonly functions: Pick<FunctionRunner, 'invoke'>;
  /** Ends the deployment's hooks when it ends. */
  readonly signal: AbortSignal;
  readonly tell: (telling: Telling) => void;
  /** A hook's function has ended, whether or not it reported. */
  readonly onInvoked: (executionId: string, result: InvocationResult) => void;
  /** The removal of a task set could not begin or failed. */
  readonly onError: (error: unknown) => void;
}

/** @returns what of the record changes with it. @throws ApiError where ECS or the load balancer refuses it */
export function perform(record: DeploymentRecord, effect: Effect, context: EffectContext): Partial<DeploymentRecord> {
  switch (effect.do) {
    case 'associate-green':
      return associateGreen(record, context);
    case 'create-green':
      return createGreen(record, context);
    case 'invoke':
      invoke(record, effect, context);
      return {};
    case 'test-to-green':
      for (const route of routesOf(record, 'testListenerArns', context.traffic)) move(record, route, 100, context);
      return {};
    case 'shift':
      for (const route of routesOf(record, 'productionListenerArns', context.traffic))
        move(record, route, effect.greenPercent, context);
      return {};
    case 'make-green-primary':
      if (record.green.taskSetId) context.ecs.taskSets.makePrimary(record.green.taskSetId);
      return {};
    case 'restore':
      restore(record, context);
      return {};
    case 'end': {
      const id = record[effect.side].taskSetId;
      if (id) context.ecs.taskSets.remove(id).catch(context.onError);
      return {};
    }
  }
}

/**
 * Green's target group gets a share of 0: only a group that a load balancer forwards to is health-checked. What a failed
 * deployment has left there ends, and what traffic it still had goes to blue first.
 */
function associateGreen(record: DeploymentRecord, context: EffectContext): Partial<DeploymentRecord> {
  const production = routesOf(record, 'productionListenerArns', context.traffic);
  const test = routesOf(record, 'testListenerArns', context.traffic);
  const clean = production.map((route) => shareOf(route, record.green.targetGroupArn) === 0);
  const asTheyWere = production.map(before);
  for (const route of production) move(record, route, 0, context);
  const now = routesOf(record, 'productionListenerArns', context.traffic).map(before);
  for (const set of context.ecs.taskSets.of(record.serviceArn))
    if (set.targetGroupArn === record.green.targetGroupArn && set.status !== 'PRIMARY')
      context.ecs.taskSets.remove(set.id).catch(context.onError);
  // A rollback must not lead back to a task set that has just been ended.
  const restored = asTheyWere.map((route, index) => (clean[index] ? route : (now[index] ?? route)));
  return { before: { production: restored, test: test.map(before) } };
}

const before = ({ listenerArn, ruleArn, actions }: TrafficRoute): RouteBefore => ({ listenerArn, ruleArn, actions });

function createGreen(record: DeploymentRecord, { ecs, tell }: EffectContext): Partial<DeploymentRecord> {
  const { appSpec } = record;
  const set = ecs.taskSets.create({
    serviceArn: record.serviceArn,
    externalId: record.id,
    taskDefinitionArn: appSpec.taskDefinition,
    targetGroupArn: record.green.targetGroupArn,
    containerName: appSpec.containerName,
    containerPort: appSpec.containerPort,
    ...(appSpec.network ?? {}),
    scalePercent: 100,
  });
  tell({
    code: 'TASK_SET_CREATED',
    message: `replacement task set ${set.id} with ${set.computedDesiredCount} tasks in ${record.green.targetGroupName}`,
    data: { taskSet: set.id, targetGroup: record.green.targetGroupName, desiredCount: set.computedDesiredCount },
  });
  return { green: { ...record.green, taskSetId: set.id } };
}

function invoke(
  record: DeploymentRecord,
  { event, functionName, executionId }: Extract<Effect, { do: 'invoke' }>,
  { functions, signal, tell, onInvoked }: EffectContext,
): void {
  const payload = { DeploymentId: record.id, LifecycleEventHookExecutionId: executionId };
  void functions.invoke(functionName, payload, signal).then((result) => {
    if (signal.aborted) return;
    const how = result.error ?? result.outcome;
    tell({
      code: 'HOOK_ENDED',
      message: `${functionName} of ${event} ${result.outcome === 'returned' ? 'returned' : `ended: ${how}`} after ${Math.round(result.durationMs)} ms`,
      level: result.outcome === 'returned' ? 'info' : 'warn',
      data: { event, hook: functionName, executionId, outcome: result.outcome, milliseconds: result.durationMs },
    });
    onInvoked(executionId, result);
  });
}

/** One route, as a whole, before the next request. */
function move(record: DeploymentRecord, route: TrafficRoute, greenPercent: number, context: EffectContext): void {
  const weights = pairWeights(record, greenPercent);
  if (same(route.weights, weights)) return;
  context.traffic.setWeights(route, weights);
  tellShift(record, route, { ...route, weights }, context);
}

const same = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([key, value]) => b[key] === value);

function restore(record: DeploymentRecord, context: EffectContext): void {
  for (const listeners of ['productionListenerArns', 'testListenerArns'] as const) {
    const saved = record.before?.[listeners === 'productionListenerArns' ? 'production' : 'test'] ?? [];
    for (const route of routesOf(record, listeners, context.traffic)) {
      const was = saved.find((one) => one.listenerArn === route.listenerArn && one.ruleArn === route.ruleArn);
      if (!was || JSON.stringify(was.actions) === JSON.stringify(route.actions)) continue;
      context.traffic.setActions(route, was.actions);
      const now = routesOf(record, listeners, context.traffic).find((one) => one.ruleArn === route.ruleArn);
      if (now) tellShift(record, route, now, context);
    }
  }
  if (record.blue.taskSetId) context.ecs.taskSets.makePrimary(record.blue.taskSetId);
}

function tellShift(
  record: DeploymentRecord,
  from: TrafficRoute,
  to: Pick<TrafficRoute, 'weights'>,
  { tell }: EffectContext,
): void {
  const { blue, green } = record;
  const percent = (route: Pick<TrafficRoute, 'weights'>) => ({
    [blue.targetGroupName]: shareOf(route, blue.targetGroupArn),
    [green.targetGroupName]: shareOf(route, green.targetGroupArn),
  });
  const test = record.settings.testListenerArns.includes(from.listenerArn);
  const share = Math.round(shareOf(to, green.targetGroupArn));
  const was = Math.round(shareOf(from, green.targetGroupArn));
  const kind = test ? 'test' : 'production';
  const joins = share === was;
  tell({
    code: joins ? 'TARGET_GROUP_JOINED' : test ? 'TEST_TRAFFIC_SHIFTED' : 'TRAFFIC_SHIFTED',
    message: joins
      ? `${green.targetGroupName} joins the ${kind} route with ${share} %: its targets are checked from now on`
      : `${kind} traffic: ${green.targetGroupName} ${was} % → ${share} %, ${blue.targetGroupName} ${100 - share} %`,
    data: { listenerArn: from.listenerArn, ruleArn: from.ruleArn, before: percent(from), after: percent(to) },
  });
}
