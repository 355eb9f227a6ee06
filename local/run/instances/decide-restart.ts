/** What systemd does when a service's process has ended (systemd.service, Restart=; systemd.unit, StartLimitBurst=). Pure. */
import type { Supervision } from './user-data/plan.ts';

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It could not be started at all. */
  readonly spawnFailed: boolean;
}

export type AfterEnd =
  | { readonly do: 'restart'; readonly afterSeconds: number }
  | { readonly do: 'stay-down'; readonly state: 'exited' | 'failed' };

/** Signals that systemd counts as a clean end. */
const CLEAN_SIGNALS = new Set<string>(['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGPIPE']);

export function decideAfterEnd(end: ProcessEnd, supervision: Supervision): AfterEnd {
  const kind = kindOf(end, supervision);
  if (restarts(kind, supervision.restart)) return { do: 'restart', afterSeconds: supervision.restartSeconds };
  return { do: 'stay-down', state: kind === 'clean' ? 'exited' : 'failed' };
}

type Kind = 'clean' | 'code' | 'signal';

function kindOf({ code, signal, spawnFailed }: ProcessEnd, { successStatuses }: Supervision): Kind {
  if (spawnFailed) return 'code';
  if (signal !== null) return CLEAN_SIGNALS.has(signal) ? 'clean' : 'signal';
  return code === 0 || (code !== null && successStatuses.includes(code)) ? 'clean' : 'code';
}

function restarts(kind: Kind, rule: Supervision['restart']): boolean {
  switch (rule) {
    case 'no':
      return false;
    case 'always':
      return true;
    case 'on-success':
      return kind === 'clean';
    case 'on-failure':
      return kind !== 'clean';
    case 'on-abnormal':
    case 'on-abort':
      return kind === 'signal';
  }
}

/**
 * May it be started once more? At most `burst` starts within the interval.
 * @param startsMs when it was started before, oldest first
 */
export function mayStart(startsMs: readonly number[], nowMs: number, { startLimit }: Supervision): boolean {
  if (startLimit.seconds <= 0 || startLimit.burst <= 0) return true;
  const since = nowMs - startLimit.seconds * 1000;
  return startsMs.filter((at) => at > since).length < startLimit.burst;
}
