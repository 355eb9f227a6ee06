/** A deployment as CodeDeploy holds it: plain data, so that it can be decided on, saved and brought back. */
import type { Action, Arn, DeploymentGroup } from '../../topology.ts';
import {
  type BlueGreenDeployment,
  type HOOK_EVENTS,
  LIFECYCLE_EVENTS,
  type LifecycleEventName,
  type LifecycleEventState,
  type TrafficRoute,
} from '../contracts-delivery.ts';
import type { Random } from '../random.ts';

export type HookEvent = (typeof HOOK_EVENTS)[number];

/** Blue is the task set that serves when the deployment is made, green its replacement. */
export interface Side {
  readonly targetGroupArn: Arn;
  readonly targetGroupName: string;
  /** Null before it is made. */
  readonly taskSetId: string | null;
}

/** What a listener did with the pair when the deployment began: what a rollback puts back. */
export interface RouteBefore {
  readonly listenerArn: Arn;
  readonly ruleArn: Arn | null;
  readonly actions: readonly Action[];
}

export interface DeploymentSettings
  extends Pick<
    DeploymentGroup,
    'autoRollback' | 'alarms' | 'blueTermination' | 'ready' | 'productionListenerArns' | 'testListenerArns'
  > {}

export interface DeploymentRecord extends Omit<BlueGreenDeployment, 'blue' | 'green'> {
  readonly serviceArn: Arn;
  readonly blue: Side;
  readonly green: Side;
  readonly settings: DeploymentSettings;
  /** Null until the first route is touched. */
  readonly before: { readonly production: readonly RouteBefore[]; readonly test: readonly RouteBefore[] } | null;
  /** Green's share of production traffic so far, and when the next step is due. */
  readonly shift: { readonly percent: number; readonly nextAtMs: number | null };
  /** ContinueDeployment READY_WAIT came, or no wait was asked for. */
  readonly continued: boolean;
  /** ContinueDeployment TERMINATION_WAIT came. */
  readonly endBlueNow: boolean;
  /** StopDeployment came; `autoRollback` null: the group decides. */
  readonly stop: { readonly autoRollback: boolean | null } | null;
  readonly hook: {
    /** What the running hook reported. */
    readonly answer: 'Succeeded' | 'Failed' | null;
    /** Why it can never report: its function is not there. */
    readonly lost: string | null;
  };
  /** Shares of production traffic when it ended; null while it runs. */
  readonly shares: { readonly blue: number; readonly green: number } | null;
  /** Brought back after a kill, and its service or group not seen yet; when that was. */
  readonly resumedAtMs: number | null;
}

const ID_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const ID_LENGTH = 9;

/** `d-` and nine capitals or digits. */
export function newDeploymentId(random: Pick<Random, 'below'>): string {
  const characters = Array.from({ length: ID_LENGTH }, () => ID_CHARACTERS[random.below(ID_CHARACTERS.length)]);
  return `d-${characters.join('')}`;
}

const TERMINAL: readonly DeploymentRecord['status'][] = ['Succeeded', 'Failed', 'Stopped'];
export const isOver = (record: Pick<DeploymentRecord, 'status'>): boolean => TERMINAL.includes(record.status);

const FINISHED: readonly LifecycleEventState['status'][] = ['Succeeded', 'Failed', 'Skipped', 'Unknown'];
export const isFinished = (event: LifecycleEventState): boolean => FINISHED.includes(event.status);

export const eventOf = (record: DeploymentRecord, name: LifecycleEventName): LifecycleEventState =>
  record.lifecycleEvents.find((event) => event.name === name) as LifecycleEventState;

/** The event that runs or is next; null once every one is over. */
export const currentEvent = (record: DeploymentRecord): LifecycleEventState | null =>
  record.lifecycleEvents.find((event) => !isFinished(event)) ?? null;

/** Has all production traffic gone to green? */
export const hasShifted = (record: DeploymentRecord): boolean =>
  record.creator === 'user' && eventOf(record, 'AllowTraffic').status === 'Succeeded';

export const pendingEvents = (): readonly LifecycleEventState[] =>
  LIFECYCLE_EVENTS.map((name) => ({
    name,
    status: 'Pending',
    startedAtMs: null,
    endedAtMs: null,
    hook: null,
    message: null,
  }));

/** Weights of a pair that always sum to 100. */
export function pairWeights(record: DeploymentRecord, greenPercent: number): Readonly<Record<Arn, number>> {
  return {
    [record.blue.targetGroupArn]: 100 - greenPercent,
    [record.green.targetGroupArn]: greenPercent,
  };
}

/** A group's share of a route, 0–100. */
export function shareOf(route: Pick<TrafficRoute, 'weights'>, targetGroupArn: Arn): number {
  const sum = Object.values(route.weights).reduce((a, b) => a + b, 0);
  return sum === 0 ? 0 : ((route.weights[targetGroupArn] ?? 0) / sum) * 100;
}
