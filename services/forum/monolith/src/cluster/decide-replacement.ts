/**
 * When is a dead worker replaced? At once where it had served for a while; after a growing pause where workers die
 * young; never where none has come up at all, so that whoever watches the process (ECS, systemd) sees it end. Pure.
 */

/** A worker that listened for so long was a good one, milliseconds. */
export const STABLE_MS = 10_000;
/** The first pause, milliseconds; each further early death doubles it. */
export const FIRST_PAUSE_MS = 100;
/** No pause is longer, milliseconds. */
export const LONGEST_PAUSE_MS = 5_000;
/** So many early deaths before any worker has listened end the primary. */
export const MAX_DEATHS_AT_START = 4;

export interface Record {
  /** Workers that died early, without a good one in between. */
  readonly earlyDeaths: number;
  /** Whether any worker has ever listened. */
  readonly everListened: boolean;
}

export const CLEAN_RECORD: Record = { earlyDeaths: 0, everListened: false };

/** What comes of one death. `pauseMs` is null where no worker is started any more. */
export interface Replacement {
  readonly record: Record;
  readonly pauseMs: number | null;
}

/** @param listenedMs how long the dead worker had listened, milliseconds; null where it never did */
export function decideReplacement(record: Record, listenedMs: number | null): Replacement {
  const everListened = record.everListened || listenedMs !== null;
  if (listenedMs !== null && listenedMs >= STABLE_MS) {
    return { record: { earlyDeaths: 0, everListened }, pauseMs: 0 };
  }
  const earlyDeaths = record.earlyDeaths + 1;
  const next = { earlyDeaths, everListened };
  if (!everListened && earlyDeaths >= MAX_DEATHS_AT_START) return { record: next, pauseMs: null };
  return { record: next, pauseMs: Math.min(FIRST_PAUSE_MS * 2 ** (earlyDeaths - 1), LONGEST_PAUSE_MS) };
}
