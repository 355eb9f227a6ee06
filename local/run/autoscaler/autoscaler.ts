/**
 * The autoscaler's loop: once a control minute, and when an alarm with a policy changes, it reads metrics, has the
 * pure deciders decide, and sets the desired count of the service. What to do is decided in decide-*.ts.
 */
import type { Alarm, ScalableTarget, ScalingPolicy, ScheduledScaling } from '../../topology.ts';
import { endOfData, untilArrived } from '../alarms/datapoints.ts';
import type { Clock } from '../clock.ts';
import { ApiError, type EcsControl, type MetricStore, type ResourceHandler, type ServiceState } from '../contracts.ts';
import type { AlarmControl } from '../contracts-delivery.ts';
import type { EventLog } from '../events.ts';
import type { Random } from '../random.ts';
import { createActivities } from './activities.ts';
import type { AutoscalerControl, ScalableTargetState } from './contracts.ts';
import { decideBounds, decideScaling, type ScalingDecision } from './decide-scaling.ts';
import { createHandlers } from './handlers.ts';
import { actionsOf, type HeldTarget, isDeploying, readPolicies } from './held-target.ts';
import { trackingAlarms } from './tracking-alarms.ts';

export interface AutoscalerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventLog;
  readonly metrics: MetricStore;
  readonly ecs: Pick<EcsControl, 'services' | 'updateService'>;
  /** For step scaling; the handler takes the alarms that target tracking policies own. */
  readonly alarms: Pick<AlarmControl, 'alarms' | 'onChange'> & { readonly handler: ResourceHandler<Alarm> };
}

export interface Autoscaler extends AutoscalerControl {
  readonly handlers: {
    readonly scalableTargets: ResourceHandler<ScalableTarget>;
    readonly scalingPolicies: ResourceHandler<ScalingPolicy>;
    readonly scheduledScalings: ResourceHandler<ScheduledScaling>;
  };
  /** Ends its timers. */
  close(): void;
}

const MINUTE_MS = 60_000;
/** Alarms look at a minute first, once its data have arrived. */
const AFTER_ALARMS_MS = 5_000;
/** How often a service is looked at while it moves to its new count. */
const SETTLE_MS = 5_000;

interface Move {
  readonly to: number;
  readonly cause: string;
  readonly sourceArn: string | null;
  readonly details: string;
  /** Who asked, for the event: `policy cpu`. */
  readonly by: string;
}

export function createAutoscaler(options: AutoscalerOptions): Autoscaler {
  const { clock, events, ecs, metrics } = options;
  const targets = new Map<string, HeldTarget>();
  const activities = createActivities(options);
  let cancelTick = (): void => undefined;
  let cancelSettle: (() => void) | null = null;

  const serviceOf = ({ clusterName, serviceName }: ScalableTarget): ServiceState | null =>
    ecs
      .services()
      .find(
        (s) => s.definition.name === serviceName && s.definition.clusterName === clusterName && s.status !== 'INACTIVE',
      ) ?? null;

  function move(held: HeldTarget, service: ServiceState, { to, cause, sourceArn, details, by }: Move): boolean {
    const { resourceId, clusterName, serviceName } = held.definition;
    const from = service.desiredCount;
    const activity = { resourceId, cause, details, sourceArn, fromCapacity: from, toCapacity: to };
    held.toldNotScaled = null;
    try {
      ecs.updateService(clusterName, serviceName, { desiredCount: to });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      activities.failed(activity, reason);
      say(held, 'SCALING_FAILED', `${by}: ${details}; the service refused it: ${reason}`, { from, to }, 'warn');
      return false;
    }
    activities.begin(activity);
    say(held, to > from ? 'SCALED_OUT' : 'SCALED_IN', `${by}: ${details}`, { from, to, cause });
    watch();
    return true;
  }

  function say(
    held: HeldTarget,
    code: string,
    text: string,
    data: Readonly<Record<string, unknown>>,
    level: 'info' | 'warn' = 'info',
  ): void {
    const { serviceName } = held.definition;
    events.emit({
      source: 'autoscaler',
      subject: serviceName,
      code,
      level,
      message: `(service ${serviceName}) ${text}`,
      data: { resourceId: held.definition.resourceId, ...data },
    });
  }

  /** Puts a desired count that is outside the bounds back inside. */
  function keepBounds(held: HeldTarget, sourceArn: string | null, by: string): void {
    const service = serviceOf(held.definition);
    if (!service) return;
    const moved = decideBounds(service.desiredCount, held.minCapacity, held.maxCapacity);
    if (!moved) return;
    const details = `${moved.cause}; ${service.desiredCount} → ${moved.desiredCount}`;
    move(held, service, { to: moved.desiredCount, cause: moved.cause, sourceArn, details, by });
  }

  function runSchedules(held: HeldTarget): void {
    const now = clock.now();
    const due = [...held.schedules.values()].flatMap((entry) => {
      const atMs = entry.schedule.lastDue(entry.checkedUntilMs, now);
      entry.checkedUntilMs = now;
      return atMs === null ? [] : [{ atMs, definition: entry.definition }];
    });
    for (const { definition } of due.sort((a, b) => a.atMs - b.atMs)) {
      if (held.suspended.scheduled) {
        say(held, 'SCALING_HELD', `scheduled action ${definition.name}: scheduled scaling is suspended`, {});
        continue;
      }
      held.minCapacity = definition.minCapacity ?? held.minCapacity;
      held.maxCapacity = Math.max(definition.maxCapacity ?? held.maxCapacity, held.minCapacity);
      const { minCapacity, maxCapacity } = held;
      say(
        held,
        'SCHEDULED_ACTION',
        `scheduled action ${definition.name} was triggered: min ${minCapacity}, max ${maxCapacity}`,
        { minCapacity, maxCapacity },
      );
      keepBounds(held, definition.arn, `scheduled action ${definition.name}`);
    }
  }

  function evaluate(held: HeldTarget): void {
    runSchedules(held);
    const service = serviceOf(held.definition);
    if (service?.status !== 'ACTIVE' || held.policies.size === 0) return;
    const nowMs = clock.now();
    const decision = decideScaling({
      nowMs,
      minCapacity: held.minCapacity,
      maxCapacity: held.maxCapacity,
      suspended: held.suspended,
      desiredCount: service.desiredCount,
      deploying: isDeploying(service),
      policies: readPolicies(held, { clock, metrics, service, alarms: options.alarms.alarms() }),
      cooldowns: held.cooldowns,
    });
    perform(held, service, decision);
  }

  function perform(held: HeldTarget, service: ServiceState, decision: ScalingDecision): void {
    if (decision.action === 'none') {
      held.toldNotScaled = null;
      return;
    }
    const { policy, why } = decision;
    if (decision.action === 'scale') {
      const moved = move(held, service, {
        to: decision.desiredCount,
        cause: `monitor alarm ${decision.alarmName} in state ALARM triggered policy ${policy.name}`,
        sourceArn: policy.arn,
        details: why,
        by: `policy ${policy.name}`,
      });
      if (moved) held.cooldowns = decision.cooldowns;
      return;
    }
    const told = `${policy.arn} ${decision.code}`;
    if (held.toldNotScaled === told) return;
    held.toldNotScaled = told;
    const { desiredCount } = service;
    activities.notScaled(
      {
        resourceId: held.definition.resourceId,
        cause: `monitor alarm triggered policy ${policy.name}`,
        details: why,
        sourceArn: policy.arn,
        fromCapacity: desiredCount,
        toCapacity: desiredCount,
      },
      decision.code,
      held,
    );
    say(held, 'SCALING_HELD', `policy ${policy.name}: ${why}`, { code: decision.code, desiredCount });
  }

  function evaluateAll(which: (held: HeldTarget) => boolean = () => true): void {
    for (const held of targets.values())
      if (which(held))
        try {
          evaluate(held);
        } catch (error) {
          // One target's trouble (a metric query that is refused) is not the others'.
          const reason = error instanceof Error ? error.message : String(error);
          say(held, 'SCALING_FAILED', `could not be evaluated: ${reason}`, {}, 'warn');
        }
  }

  const serviceById = (resourceId: string): ServiceState | null => {
    const held = targets.get(resourceId);
    return held ? serviceOf(held.definition) : null;
  };

  /** Follows activities to their end. */
  function watch(): void {
    cancelSettle ??= clock.after(SETTLE_MS, () => {
      cancelSettle = null;
      activities.settle(serviceById);
      if (activities.pending()) watch();
    });
  }

  function tick(): void {
    const next = endOfData(clock, MINUTE_MS) + MINUTE_MS;
    cancelTick = clock.after(untilArrived(clock, next) + AFTER_ALARMS_MS, () => {
      evaluateAll();
      tick();
    });
  }
  tick();
  const unsubscribe = options.alarms.onChange((alarm) => {
    const actions = actionsOf(alarm);
    evaluateAll((held) => [...held.policies.keys()].some((arn) => actions.includes(arn)));
  });

  return {
    handlers: createHandlers({ ...options, targets, serviceOf, keepBounds }),
    targets: () => [...targets.values()].map(stateOf),
    policies: () =>
      [...targets.values()].flatMap((held) =>
        [...held.policies.values()].map(({ definition, createdAtMs, alarmId }) => ({
          definition,
          createdAtMs,
          alarms: trackingAlarms({ target: held.definition, policy: definition, alarmId }),
        })),
      ),
    scheduled: () => [...targets.values()].flatMap((held) => [...held.schedules.values()].map((s) => s.definition)),
    activities({ resourceId, includeNotScaled = false } = {}) {
      activities.settle(serviceById);
      return activities
        .all()
        .filter((a) => (includeNotScaled || !a.notScaled) && (!resourceId || a.resourceId === resourceId));
    },
    updateTarget(resourceId, change) {
      const held = targets.get(resourceId);
      if (!held)
        throw new ApiError('ObjectNotFoundException', `No scalable target registered for resource ID: ${resourceId}.`);
      const minCapacity = change.minCapacity ?? held.minCapacity;
      const maxCapacity = change.maxCapacity ?? held.maxCapacity;
      if (minCapacity > maxCapacity)
        throw new ApiError('ValidationException', 'Maximum capacity cannot be less than minimum capacity.');
      Object.assign(held, { minCapacity, maxCapacity, suspended: { ...held.suspended, ...change.suspended } });
      keepBounds(held, null, 'RegisterScalableTarget');
      return stateOf(held);
    },
    close() {
      cancelTick();
      cancelSettle?.();
      unsubscribe();
    },
  };
}

function stateOf({ definition, minCapacity, maxCapacity, suspended, registeredAtMs }: HeldTarget): ScalableTargetState {
  return { definition, minCapacity, maxCapacity, suspended, registeredAtMs };
}
