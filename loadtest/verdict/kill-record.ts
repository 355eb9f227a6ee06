/** A kill drill: what was killed under load, and when everything was there again. Wall-clock ms. */

export const KILLS = ['tasks', 'instance'] as const;
export type Kill = (typeof KILLS)[number];

export interface KillRecord {
  readonly what: Kill;
  readonly victims: readonly KilledTask[];
  /** Where an instance was killed, and with it its tasks. */
  readonly instanceId: string | null;
  /** Null where there was nothing to kill; `problem` says why. */
  readonly killedAtMs: number | null;
  /** When as many tasks as before ran and were healthy, and as many instances were there; null where they never were. */
  readonly recoveredAtMs: number | null;
  readonly problem: string | null;
}

export interface KilledTask {
  readonly service: string;
  readonly taskArn: string;
  readonly pid: number | null;
}
