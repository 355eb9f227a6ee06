/** Functions on points of time that are given as text (RFC 3339); none of them asks what time it is. */
import { asText } from '../values.ts';
import type { Functions } from './index.ts';

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
/** Milliseconds of Go's units of duration. */
const UNITS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 0.001,
  µs: 0.001,
  ns: 1e-6,
};

function parse(text: string): { readonly ms: number; readonly zone: string } {
  const found = RFC_3339.exec(text);
  const ms = Date.parse(text);
  // A day that its month does not have, which JavaScript takes for one of the next.
  const isDay = found && new Date(Date.UTC(Number(found[1]), Number(found[2]) - 1, Number(found[3])));
  if (!found || Number.isNaN(ms) || found[4] === '24' || isDay?.getUTCDate() !== Number(found[3]))
    throw new Error(`${JSON.stringify(text)} is no RFC 3339 time, such as 2026-01-02T03:04:05Z`);
  return { ms, zone: found[7] === '+00:00' ? 'Z' : (found[7] as string) };
}

const offsetMs = (zone: string): number => {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(zone) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
};

/** Go's durations: `1h`, `-30m`, `1h15m30.5s`. */
function durationMs(text: string): number {
  const found = /^([+-]?)((?:\d+(?:\.\d*)?(?:h|ms|m|s|us|µs|ns))+)$/.exec(text);
  if (!found) throw new Error(`${JSON.stringify(text)} is no duration, such as 1h30m`);
  const parts = [...(found[2] as string).matchAll(/(\d+(?:\.\d*)?)(h|ms|m|s|us|µs|ns)/g)];
  const sum = parts.reduce((total, [, n, unit]) => total + Number(n) * (UNITS[unit ?? ''] ?? 0), 0);
  return found[1] === '-' ? -sum : sum;
}

function written(ms: number, zone: string): string {
  const local = new Date(ms + offsetMs(zone)).toISOString();
  return `${local.slice(0, 19)}${zone}`;
}

const two = (n: number): string => String(n).padStart(2, '0');

/** What each specification of `formatdate` stands for (Terraform: formatdate). */
function specification(spec: string, at: Date, zone: string): string {
  const hour = at.getUTCHours();
  const table: Readonly<Record<string, string>> = {
    YYYY: String(at.getUTCFullYear()).padStart(4, '0'),
    YY: two(at.getUTCFullYear() % 100),
    MMMM: MONTHS[at.getUTCMonth()] ?? '',
    MMM: (MONTHS[at.getUTCMonth()] ?? '').slice(0, 3),
    MM: two(at.getUTCMonth() + 1),
    M: String(at.getUTCMonth() + 1),
    DD: two(at.getUTCDate()),
    D: String(at.getUTCDate()),
    EEEE: DAYS[at.getUTCDay()] ?? '',
    EEE: (DAYS[at.getUTCDay()] ?? '').slice(0, 3),
    hh: two(hour),
    h: String(hour),
    HH: two(hour % 12 || 12),
    H: String(hour % 12 || 12),
    AA: hour < 12 ? 'AM' : 'PM',
    aa: hour < 12 ? 'am' : 'pm',
    mm: two(at.getUTCMinutes()),
    m: String(at.getUTCMinutes()),
    ss: two(at.getUTCSeconds()),
    s: String(at.getUTCSeconds()),
    ZZZZZ: zone === 'Z' ? '+00:00' : zone,
    ZZZZ: zone === 'Z' ? '+0000' : zone.replace(':', ''),
    ZZZ: zone === 'Z' ? 'UTC' : zone.replace(':', ''),
    Z: zone,
  };
  const found = Object.hasOwn(table, spec) ? table[spec] : undefined;
  if (found === undefined) throw new Error(`there is no specification ${spec}; letters that are text stand in '…'`);
  return found;
}

function formatDate(spec: string, text: string): string {
  const { ms, zone } = parse(text);
  const at = new Date(ms + offsetMs(zone));
  return spec.replace(/'((?:[^']|'')*)'|([A-Za-z])\2*/g, (whole, quoted: string | undefined) =>
    quoted === undefined ? specification(whole, at, zone) : quoted.replaceAll("''", "'"),
  );
}

export const DATES: Functions = {
  formatdate: [2, 2, (spec, time) => formatDate(asText(spec), asText(time))],
  timeadd: [
    2,
    2,
    (time, duration) => {
      const { ms, zone } = parse(asText(time));
      return written(ms + durationMs(asText(duration)), zone);
    },
  ],
  timecmp: [2, 2, (a, b) => Math.sign(parse(asText(a)).ms - parse(asText(b)).ms)],
};
