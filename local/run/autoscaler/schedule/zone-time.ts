/** Wall-clock fields of an instant in a time zone, and back. Pure. */

export interface LocalTime {
  readonly year: number;
  /** 1–12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** @throws RangeError where the zone is not in the IANA list */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(zone, made);
  return made;
}

/** @throws RangeError where the zone is not in the IANA list */
export function localTime(atMs: number, zone: string): LocalTime {
  const fields: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(atMs)) fields[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = fields;
  return { year, month, day, hour, minute, second };
}

export const asUtcMs = (t: LocalTime): number => Date.UTC(t.year, t.month - 1, t.day, t.hour, t.minute, t.second);

/** The instant at which clocks of the zone show this time: the first of two in autumn, the jump itself in spring. */
export function instantOf(local: LocalTime, zone: string): number {
  const wanted = asUtcMs(local);
  const offsetAt = (atMs: number): number => asUtcMs(localTime(atMs, zone)) - Math.floor(atMs / 1000) * 1000;
  // Offsets before and after: zones move by less than a day.
  const before = wanted - offsetAt(wanted - 86_400_000);
  if (offsetAt(before) === wanted - before) return before;
  return wanted - offsetAt(before);
}

/** 0 Sunday … 6 Saturday. */
export const weekday = (year: number, month: number, day: number): number =>
  new Date(Date.UTC(year, month - 1, day)).getUTCDay();

export const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();
