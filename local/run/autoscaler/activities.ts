/** Scaling activities: what was scaled, why, and whether the service got there (AAS API_ScalingActivity). Bounded. */
import type { Clock } from '../clock.ts';
import type { Random } from '../random.ts';
import type { NotScaledCode, ScalingActivity } from './contracts.ts';

const KEPT = 1000;

export interface NewActivity {
  readonly resourceId: string;
  readonly cause: string;
  readonly details: string;
  readonly sourceArn: string | null;
  readonly fromCapacity: number;
  readonly toCapacity: number;
}

export interface Bounds {
  readonly minCapacity: number;
  readonly maxCapacity: number;
}

export interface Activities {
  begin(activity: NewActivity): void;
  failed(activity: NewActivity, message: string): void;
  notScaled(activity: NewActivity, code: NotScaledCode, bounds: Bounds): void;
  /** Newest first. */
  all(): readonly ScalingActivity[];
  /** Ends activities whose service has what was asked for, or was asked for something else since. */
  settle(serviceOf: (resourceId: string) => { desiredCount: number; runningCount: number } | null): void;
  /** True while one has not ended. */
  pending(): boolean;
}

export function createActivities({ clock, random }: { clock: Clock; random: Random }): Activities {
  let list: ScalingActivity[] = [];
  const add = (activity: NewActivity, rest: Partial<ScalingActivity>): void => {
    const now = clock.now();
    const full: ScalingActivity = {
      id: random.uuid(),
      ...activity,
      description: `Setting desired count to ${activity.toCapacity}.`,
      startedAtMs: now,
      endedAtMs: now,
      status: 'Successful',
      statusMessage: '',
      notScaled: null,
      ...rest,
    };
    list = [full, ...list].slice(0, KEPT);
  };
  return {
    all: () => list,
    pending: () => list.some((a) => a.status === 'InProgress'),
    begin: (activity) =>
      add(activity, {
        endedAtMs: null,
        status: 'InProgress',
        statusMessage: `Successfully set desired count to ${activity.toCapacity}. Waiting for change to be fulfilled by ecs.`,
      }),
    failed: (activity, message) =>
      add(activity, {
        status: 'Failed',
        statusMessage: `Failed to set desired count to ${activity.toCapacity}. Reason: ${message}`,
      }),
    notScaled: (activity, code, bounds) =>
      add(activity, {
        description: 'Attempting to scale due to alarm triggered',
        statusMessage: 'Unable to scale.',
        notScaled: { code, ...bounds },
      }),
    settle(serviceOf) {
      if (!list.some((a) => a.status === 'InProgress')) return;
      const endedAtMs = clock.now();
      list = list.map((activity) => {
        if (activity.status !== 'InProgress') return activity;
        const service = serviceOf(activity.resourceId);
        if (service?.desiredCount === activity.toCapacity && service.runningCount === activity.toCapacity)
          return {
            ...activity,
            endedAtMs,
            status: 'Successful',
            statusMessage: `Successfully set desired count to ${activity.toCapacity}. Change successfully fulfilled by ecs.`,
          };
        if (service?.desiredCount === activity.toCapacity) return activity;
        const statusMessage = service
          ? `The desired count was changed to ${service.desiredCount} meanwhile.`
          : 'The service is gone.';
        return { ...activity, endedAtMs, status: 'Overridden', statusMessage };
      });
    },
  };
}
