/** Scalable targets, policies, schedules and a service that scales at once, for tests. */
import type { ResourceBase, ScalableTarget, ScalingPolicy, ScheduledScaling } from '../../../topology.ts';
import { createManualClock, type ManualClock } from '../../clock.ts';
import { ApiError, type EcsControl, type MetricStore, type ServiceState } from '../../contracts.ts';
import type { AlarmState } from '../../contracts-delivery.ts';
import { createEventLog, type EventLog } from '../../events.ts';
import { createMetricStore } from '../../metrics/store.ts';
import { createRandom } from '../../random.ts';
import { type Autoscaler, createAutoscaler } from '../autoscaler.ts';

export const RESOURCE_ID = 'service/shop/orders';

export const base = (type: string, name: string): ResourceBase => ({
  address: `test/${type}.${name}`,
  type,
  stack: 'test',
  digest: name,
  dependsOn: [],
  ignoreChanges: [],
  attributes: {},
  tags: {},
});

export const scalableTarget = (change: Partial<ScalableTarget> = {}): ScalableTarget => ({
  ...base('aws_appautoscaling_target', 'orders'),
  resourceId: RESOURCE_ID,
  clusterName: 'shop',
  serviceName: 'orders',
  minCapacity: 1,
  maxCapacity: 10,
  suspended: { scaleIn: false, scaleOut: false, scheduled: false },
  ...change,
});

type Tracking = Extract<ScalingPolicy['policy'], { type: 'TargetTrackingScaling' }>;
type Step = Extract<ScalingPolicy['policy'], { type: 'StepScaling' }>;

export const trackingPolicy = (name: string, change: Partial<Tracking> = {}): ScalingPolicy => ({
  ...base('aws_appautoscaling_policy', name),
  arn: `arn:aws:autoscaling:us-east-1:000000000000:scalingPolicy:1:resource/ecs/${RESOURCE_ID}:policyName/${name}`,
  name,
  resourceId: RESOURCE_ID,
  policy: {
    type: 'TargetTrackingScaling',
    targetValue: 50,
    metric: { kind: 'ECSServiceAverageCPUUtilization' },
    scaleOutCooldownSeconds: 300,
    scaleInCooldownSeconds: 300,
    disableScaleIn: false,
    ...change,
  },
});

export const stepPolicy = (name: string, change: Partial<Step> = {}): ScalingPolicy => ({
  ...trackingPolicy(name),
  policy: {
    type: 'StepScaling',
    adjustmentType: 'ChangeInCapacity',
    minAdjustmentMagnitude: null,
    metricAggregation: 'Average',
    cooldownSeconds: 300,
    steps: [{ lowerBound: 0, upperBound: null, adjustment: 1 }],
    ...change,
  },
});

export const scheduledScaling = (change: Partial<ScheduledScaling> = {}): ScheduledScaling => ({
  ...base('aws_appautoscaling_scheduled_action', 'morning'),
  arn: 'arn:aws:autoscaling:us-east-1:000000000000:scheduledAction:1:morning',
  name: 'morning',
  resourceId: RESOURCE_ID,
  schedule: 'cron(0 8 ? * MON-FRI *)',
  timezone: 'UTC',
  minCapacity: 4,
  maxCapacity: null,
  ...change,
});

/** A service whose tasks run as soon as they are desired, unless `startSeconds` says otherwise. */
export interface FakeService {
  desiredCount: number;
  runningCount: number;
  deploying: boolean;
  refuses: string | null;
  readonly changes: number[];
}

export interface Bench {
  readonly clock: ManualClock;
  readonly events: EventLog;
  readonly metrics: MetricStore;
  readonly service: FakeService;
  readonly autoscaler: Autoscaler;
  /** Names of the alarms that policies put. */
  readonly owned: ReadonlySet<string>;
  /** States of alarms as step policies see them; changing one calls the autoscaler. */
  setAlarm(alarm: AlarmState): void;
  /** Puts one CPU value a minute for `minutes`, and lets time pass. */
  cpu(minutes: number, value: number | ((minute: number) => number | null)): Promise<void>;
  messages(): string[];
}

/** @param rate of the clock: how much later than a minute its data are taken to have arrived */
export function bench(change: Partial<FakeService> = {}, rate = 1): Bench {
  const clock = { ...createManualClock(Date.UTC(2026, 0, 1, 7, 0, 0)), rate };
  const events = createEventLog(clock);
  const metrics = createMetricStore({ clock });
  const service: FakeService = {
    desiredCount: 2,
    runningCount: 2,
    deploying: false,
    refuses: null,
    changes: [],
    ...change,
  };
  const alarms = new Map<string, AlarmState>();
  const owned = new Set<string>();
  const listeners = new Set<(alarm: AlarmState, previous: AlarmState['state']) => void>();
  const autoscaler = createAutoscaler({
    clock,
    random: createRandom('autoscaler'),
    events,
    metrics,
    ecs: fakeEcs(service),
    alarms: {
      alarms: () => [...alarms.values()],
      handler: {
        put: ({ name }) => void owned.add(name),
        remove: ({ name }) => void owned.delete(name),
      },
      onChange(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  });
  return {
    clock,
    events,
    metrics,
    service,
    autoscaler,
    owned,
    setAlarm(alarm) {
      const previous = alarms.get(alarm.definition.name)?.state ?? 'INSUFFICIENT_DATA';
      alarms.set(alarm.definition.name, alarm);
      for (const listener of listeners) listener(alarm, previous);
    },
    async cpu(minutes, value) {
      for (let minute = 0; minute < minutes; minute++) {
        const now = typeof value === 'number' ? value : value(minute);
        if (now !== null)
          metrics.put({
            namespace: 'AWS/ECS',
            name: 'CPUUtilization',
            dimensions: { ClusterName: 'shop', ServiceName: 'orders' },
            value: now,
          });
        await clock.advance(60_000);
      }
    },
    messages: () => events.since(0).map((event) => event.message),
  };
}

function fakeEcs(service: FakeService): Pick<EcsControl, 'services' | 'updateService'> {
  const state = (): ServiceState => {
    const deployment = { status: 'PRIMARY', rolloutState: service.deploying ? 'IN_PROGRESS' : 'COMPLETED' };
    return {
      definition: { name: 'orders', clusterName: 'shop' },
      status: 'ACTIVE',
      desiredCount: service.desiredCount,
      runningCount: service.runningCount,
      pendingCount: 0,
      deployments: [deployment],
      taskSets: [],
      events: [],
      steady: true,
    } as unknown as ServiceState;
  };
  return {
    services: () => [state()],
    updateService(_cluster, _name, { desiredCount = service.desiredCount }) {
      if (service.refuses) throw new ApiError('InvalidParameterException', service.refuses);
      service.desiredCount = desiredCount;
      service.runningCount = desiredCount;
      service.changes.push(desiredCount);
      return state();
    },
  };
}
