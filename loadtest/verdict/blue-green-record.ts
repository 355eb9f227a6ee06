/** A blue/green deployment's part of `record.json`: what was deployed, what was seen of it, and how it ended. */

/** What is done to a drill's deployment from outside; `none`: the fault is in the version itself. */
export type Fault = 'none' | 'alarm' | 'stop' | 'silent-hook';

/** What took a deployment back. */
export type Guard = 'install' | 'hook' | 'hook-timeout' | 'alarm' | 'stop' | 'other';

/** Noted whenever something in it was not as before. */
export interface ShiftReading {
  /** First read like this … */
  readonly atMs: number;
  /** … and last read as it was before; null for the first one. */
  readonly beforeMs: number | null;
  /** Of the deployment itself. */
  readonly status: string;
  /** Of the deployment that rolls it back; null while there is none. */
  readonly rollbackStatus: string | null;
  /** Share of production traffic that the listener sends to the new version's target group, 0–100; null where none is sent to either. */
  readonly greenPercent: number | null;
  /** Running tasks of the two task sets. */
  readonly blueTasks: number;
  readonly greenTasks: number;
}

export interface LifecycleRecord {
  readonly deploymentId: string;
  readonly name: string;
  readonly status: string;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  /** The hook's function; null where the event has none. */
  readonly hook: string | null;
  readonly message: string | null;
}

export interface BlueGreenStep {
  /** `deploy` should succeed; `drill` should be taken back. */
  readonly kind: 'deploy' | 'drill';
  readonly fault: Fault;
  /** Drills: what may take it back; empty where anything may. */
  readonly expectedGuards: readonly Guard[];
  readonly service: string;
  readonly tag: string;
  /** What the new version calls itself in `X-Service-Version`. */
  readonly greenVersion: string;
  /** Null where it was refused. */
  readonly deploymentId: string | null;
  readonly application: string;
  readonly group: string;
  readonly config: string;
  /** Control minutes that blue is kept after success; null where it is kept for good, or not known. */
  readonly blueWaitMinutes: number | null;
  readonly startedAtMs: number;
  /** When the fault was done to it. */
  readonly faultAtMs: number | null;
  /** When it had ended as far as it would, and the service was steady; null where it never was. */
  readonly settledAtMs: number | null;
  /** Why it could not be followed to its end. */
  readonly problem: string | null;
  readonly status: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly rollback: { readonly deploymentId: string; readonly status: string } | null;
  readonly lifecycle: readonly LifecycleRecord[];
  readonly readings: readonly ShiftReading[];
  readonly taskDefinitionBefore: string;
  readonly taskDefinitionAfter: string | null;
}
