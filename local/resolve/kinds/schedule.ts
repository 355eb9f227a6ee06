/** Schedules of scheduled actions (AAS scheduled-scaling-using-cron-expressions). Pure. */

const FIELD = /^[A-Za-z0-9*?,/#LW-]+$/;
/** Smallest and largest number of minutes, hours, days of the month, months, days of the week, years. */
const RANGES: readonly (readonly [name: string, min: number, max: number])[] = [
  ['minutes', 0, 59],
  ['hours', 0, 23],
  ['day of month', 1, 31],
  ['month', 1, 12],
  ['day of week', 1, 7],
  ['year', 1970, 2199],
];

/** @returns what is wrong with it, or null */
export function scheduleProblem(schedule: string): string | null {
  const [, kind, inside = ''] = /^(at|rate|cron)\((.*)\)$/.exec(schedule) ?? [];
  if (kind === 'at')
    return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(inside) && !Number.isNaN(Date.parse(`${inside}Z`))
      ? null
      : 'at() holds a time such as 2026-12-24T20:00:00';
  if (kind === 'rate') return rateProblem(inside);
  if (kind === 'cron') return cronProblem(inside);
  return 'it is none of at(…), rate(…) and cron(…)';
}

function rateProblem(inside: string): string | null {
  const [, count, unit, plural] = /^(\d+) (minute|hour|day)(s?)$/.exec(inside) ?? [];
  if (!unit || Number(count) < 1) return 'rate() holds a number and a unit, such as 5 minutes';
  return (Number(count) === 1) === (plural === '')
    ? null
    : `write rate(${count} ${unit}${Number(count) === 1 ? '' : 's'})`;
}

function cronProblem(inside: string): string | null {
  const fields = inside.split(/\s+/);
  if (fields.length !== RANGES.length) return `cron() has six fields; here there are ${fields.length}`;
  if ((fields[2] === '?') === (fields[4] === '?')) return 'one of day of month and day of week is ?, and only one';
  for (const [i, field] of fields.entries()) {
    const [name, min, max] = RANGES[i] as (typeof RANGES)[number];
    const numbers = [...field.replace(/\/\d+/g, '').replace(/#\d/g, '').matchAll(/\d+/g)].map(Number);
    if (!FIELD.test(field) || numbers.some((n) => n < min || n > max))
      return `${field} is no ${name} (${min} to ${max})`;
  }
  return null;
}

export const isTimezone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};
