/** What a rehearsal of scaling saw: the load's phases, and services, instances and ports over time. Wall-clock ms. */
import type { ScalePhase } from '../scale-profiles.ts';

export interface ScalingRecord {
  /** As they were planned; the first begins when the first request was sent. */
  readonly phases: readonly (ScalePhase & { readonly startMs: number; readonly endMs: number })[];
  readonly expected: { readonly peakTasks: number; readonly peakInstances: number; readonly returnMinutes: number };
  /** One for each change, oldest first; each holds until the next one. The first is the baseline. */
  readonly readings: readonly ScalingReading[];
  /** Dynamic host ports on instances: which task had each, and for how long its target took part or drained. */
  readonly ports: readonly PortUse[];
  /** When everything was as at the baseline again after the last phase; null where it never was. */
  readonly returnedAtMs: number | null;
}

export interface ScalingReading {
  readonly atMs: number;
  readonly services: Readonly<Record<string, ServiceReading>>;
  /** Container instances that are there, whatever their state. */
  readonly instances: number;
  /** Names of alarms in ALARM. */
  readonly alarms: readonly string[];
}

export interface ServiceReading {
  readonly desired: number;
  readonly running: number;
  /** Placed, and not running yet; absent: none. */
  readonly pending?: number;
  readonly launchType: 'EC2' | 'FARGATE';
}

export interface PortUse {
  readonly taskArn: string;
  readonly service: string;
  readonly instanceId: string;
  readonly hostPort: number;
  /** First and last status in which the task was there or its target drained. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Answered by its target so far; null where no target group has it; absent: not known. */
  readonly requests?: number | null;
}
