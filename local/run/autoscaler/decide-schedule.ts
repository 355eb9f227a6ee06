/**
 * Scheduled actions, decided: schedule, time zone and a span of time → how often it came due. Pure.
 * (AAS application-auto-scaling-scheduled-scaling)
 */
import { compileCron } from './schedule/cron.ts';
import { instantOf, localTime } from './schedule/zone-time.ts';

export interface Schedule {
  /**
   * The newest moment at which the action came due after `afterMs`, up to and including `untilMs`; null where it did not.
   * Of several missed moments one is enough: an action sets bounds, it does not add.
   */
  lastDue(afterMs: number, untilMs: number): number | null;
}

const MINUTE_MS = 60_000;
const UNIT_MS: Readonly<Record<string, number>> = { minute: MINUTE_MS, hour: 60 * MINUTE_MS, day: 1440 * MINUTE_MS };
/** How far back a cron expression is searched for a missed moment. */
const LOOK_BACK_MS = 2 * 1440 * MINUTE_MS;

/**
 * @param schedule `at(yyyy-mm-ddThh:mm:ss)`, `rate(5 minutes)` or `cron(0 8 ? * MON-FRI *)`
 * @param timezone IANA name, for at and cron
 * @param createdMs where rates count from ≈
 * @throws Error saying what is not understood
 */
export function compileSchedule(schedule: string, timezone: string, createdMs: number): Schedule {
  const [, kind, body = ''] = /^(at|rate|cron)\((.*)\)$/.exec(schedule.trim()) ?? [];
  if (!isZone(timezone)) throw new Error(`${JSON.stringify(timezone)} is no time zone of the IANA list`);
  if (kind === 'at') return at(body, timezone);
  if (kind === 'rate') return rate(body, createdMs);
  if (kind === 'cron') return cron(body, timezone);
  throw new Error(`${JSON.stringify(schedule)} is none of at(…), rate(…), cron(…)`);
}

function at(body: string, timezone: string): Schedule {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)$/.exec(body);
  if (!found) throw new Error(`at(${body}) is not at(yyyy-mm-ddThh:mm:ss)`);
  const [year, month, day, hour, minute, second] = found.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59)
    throw new Error(`at(${body}) is no date and time`);
  const dueMs = instantOf({ year, month, day, hour, minute, second }, timezone);
  return { lastDue: (afterMs, untilMs) => (dueMs > afterMs && dueMs <= untilMs ? dueMs : null) };
}

function rate(body: string, createdMs: number): Schedule {
  const [, count, unit = ''] = /^(\d+) (minute|hour|day)s?$/.exec(body.trim()) ?? [];
  const everyMs = Number(count) * (UNIT_MS[unit] ?? Number.NaN);
  if (!(everyMs > 0)) throw new Error(`rate(${body}) is not rate(<value> minutes|hours|days)`);
  return {
    lastDue(afterMs, untilMs) {
      const times = Math.floor((untilMs - createdMs) / everyMs);
      const dueMs = createdMs + times * everyMs;
      return times >= 1 && dueMs > afterMs ? dueMs : null;
    },
  };
}

function cron(body: string, timezone: string): Schedule {
  const matches = compileCron(body);
  return {
    lastDue(afterMs, untilMs) {
      const first = Math.max(afterMs, untilMs - LOOK_BACK_MS);
      for (let ms = Math.floor(untilMs / MINUTE_MS) * MINUTE_MS; ms > first; ms -= MINUTE_MS)
        if (matches(localTime(ms, timezone))) return ms;
      return null;
    },
  };
}

function isZone(timezone: string): boolean {
  try {
    localTime(0, timezone);
    return true;
  } catch {
    return false;
  }
}
