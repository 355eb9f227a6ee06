/**
 * Cron expressions of scheduled actions: `cron(minutes hours day-of-month month day-of-week year)` with `* , - / ? L W #`
 * (AAS application-auto-scaling-scheduled-scaling, "cron expressions"). Pure.
 */
import { daysIn, type LocalTime, weekday } from './zone-time.ts';

type Match = (t: LocalTime) => boolean;

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names that stand for min, min + 1, … */
  readonly names?: readonly string[];
}

const MINUTES: Field = { name: 'minutes', min: 0, max: 59 };
const HOURS: Field = { name: 'hours', min: 0, max: 23 };
const DAY_OF_MONTH: Field = { name: 'day of month', min: 1, max: 31 };
const MONTH: Field = { name: 'month', min: 1, max: 12, names: MONTHS };
const DAY_OF_WEEK: Field = { name: 'day of week', min: 1, max: 7, names: DAYS };
const YEAR: Field = { name: 'year', min: 1970, max: 2199 };

/** Does a minute of local time match? @throws Error naming the field that is not understood */
export function compileCron(text: string): Match {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== 6)
    throw new Error(`cron takes six fields (minutes hours day-of-month month day-of-week year), not ${parts.length}`);
  const [minutes, hours, days, months, weekdays, years] = parts as [string, string, string, string, string, string];
  if (days !== '?' && weekdays !== '?' && days !== '*' && weekdays !== '*')
    throw new Error('one of day of month and day of week must be ?');
  const inMinute = compileSet(minutes, MINUTES);
  const inHour = compileSet(hours, HOURS);
  const inMonth = compileSet(months, MONTH);
  const inYear = compileSet(years, YEAR);
  const onDay = compileDayOfMonth(days);
  const onWeekday = compileDayOfWeek(weekdays);
  return (t) => inMinute(t.minute) && inHour(t.hour) && inMonth(t.month) && inYear(t.year) && onDay(t) && onWeekday(t);
}

/** `*`, `?`, `5`, `1-5`, `MON-FRI`, `0/15`, `1-31/2`, joined by commas. */
function compileSet(text: string, field: Field): (value: number) => boolean {
  const terms = text.split(',').map((term) => compileTerm(term, field));
  return (value) => terms.some((term) => term(value));
}

function compileTerm(text: string, field: Field): (value: number) => boolean {
  const [range = '', step, ...more] = text.split('/');
  if (more.length > 0) throw bad(text, field);
  const every = step === undefined ? 1 : number(step, { ...field, min: 1 });
  if (range === '*' || range === '?') return (value) => (value - field.min) % every === 0;
  const [from = '', to, ...rest] = range.split('-');
  if (rest.length > 0) throw bad(text, field);
  const first = number(from, field);
  const last = to === undefined ? (step === undefined ? first : field.max) : number(to, field);
  // FRI-MON goes round the end of the week.
  const within = (value: number): boolean =>
    first <= last ? value >= first && value <= last : value >= first || value <= last;
  const size = field.max - field.min + 1;
  return (value) => within(value) && ((value - first + size) % size) % every === 0;
}

function compileDayOfMonth(text: string): Match {
  if (text === 'L') return (t) => t.day === daysIn(t.year, t.month);
  if (text === 'LW') return (t) => t.day === nearestWorkday(t, daysIn(t.year, t.month));
  const nearest = /^(\d+)W$/.exec(text)?.[1];
  if (nearest !== undefined) {
    const day = number(nearest, DAY_OF_MONTH);
    return (t) => t.day === nearestWorkday(t, Math.min(day, daysIn(t.year, t.month)));
  }
  const set = compileSet(text, DAY_OF_MONTH);
  return (t) => set(t.day);
}

function compileDayOfWeek(text: string): Match {
  const of = (t: LocalTime): number => weekday(t.year, t.month, t.day) + 1;
  if (text === 'L') return (t) => of(t) === 7;
  const last = /^(\w+)L$/.exec(text)?.[1];
  if (last !== undefined) {
    const day = number(last, DAY_OF_WEEK);
    return (t) => of(t) === day && t.day > daysIn(t.year, t.month) - 7;
  }
  const [name = '', nth, ...more] = text.split('#');
  if (nth !== undefined) {
    const count = number(nth, { name: 'week of month', min: 1, max: 5 });
    const day = number(name, DAY_OF_WEEK);
    if (more.length > 0) throw bad(text, DAY_OF_WEEK);
    return (t) => of(t) === day && Math.ceil(t.day / 7) === count;
  }
  const set = compileSet(text, DAY_OF_WEEK);
  return (t) => set(of(t));
}

/** Monday to Friday, in the same month. */
function nearestWorkday(t: LocalTime, day: number): number {
  const on = weekday(t.year, t.month, day);
  if (on === 6) return day === 1 ? 3 : day - 1;
  if (on === 0) return day === daysIn(t.year, t.month) ? day - 2 : day + 1;
  return day;
}

function number(text: string, field: Field): number {
  const named = field.names?.indexOf(text.toUpperCase()) ?? -1;
  if (named >= 0) return field.min + named;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < field.min || value > field.max) throw bad(text, field);
  return value;
}

const bad = (text: string, field: Field): Error =>
  new Error(`${JSON.stringify(text)} is no ${field.name} (${field.min} to ${field.max})`);
