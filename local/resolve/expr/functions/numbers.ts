/** Functions on numbers, and conversions to them. */
import { asBoolean, asInteger, asList, asNumber, asText, rounded } from '../values.ts';
import type { Functions } from './index.ts';

const MANY = Number.POSITIVE_INFINITY;
const MAX_RANGE = 1024;

function parseInteger(text: string, base: number): number {
  const digits = '0123456789abcdefghijklmnopqrstuvwxyz'.slice(0, base);
  if (base < 2 || base > 36 || !new RegExp(`^-?[${digits}]+$`, 'i').test(text))
    throw new Error(`${JSON.stringify(text)} is no number of base ${base}`);
  return Number.parseInt(text, base);
}

function range(a: number, b: number | undefined, step: number | undefined): number[] {
  const [from, to] = b === undefined ? [0, a] : [a, b];
  const by = step ?? (to < from ? -1 : 1);
  if (by === 0) throw new Error('the step is 0');
  const length = Math.max(0, Math.ceil((to - from) / by));
  if (length > MAX_RANGE) throw new Error(`more than ${MAX_RANGE} values`);
  return Array.from({ length }, (_, i) => from + i * by);
}

export const NUMBERS: Functions = {
  max: [1, MANY, (...n) => Math.max(...n.map(asNumber))],
  min: [1, MANY, (...n) => Math.min(...n.map(asNumber))],
  abs: [1, 1, (n) => Math.abs(asNumber(n))],
  ceil: [1, 1, (n) => Math.ceil(rounded(asNumber(n)))],
  floor: [1, 1, (n) => Math.floor(rounded(asNumber(n)))],
  signum: [1, 1, (n) => Math.sign(asNumber(n))],
  pow: [2, 2, (a, b) => asNumber(asNumber(a) ** asNumber(b))],
  log: [2, 2, (a, b) => asNumber(Math.log(asNumber(a)) / Math.log(asNumber(b)))],
  parseint: [2, 2, (t, base) => parseInteger(asText(t), asInteger(base))],
  sum: [
    1,
    1,
    (list) => {
      const items = asList(list).map(asNumber);
      if (items.length === 0) throw new Error('the list is empty');
      return items.reduce((a, b) => a + b, 0);
    },
  ],
  range: [
    1,
    3,
    (a, b, step) =>
      range(asNumber(a), b === undefined ? undefined : asNumber(b), step === undefined ? undefined : asNumber(step)),
  ],
  tonumber: [1, 1, (v) => (v === null ? null : asNumber(v))],
  tobool: [1, 1, (v) => (v === null ? null : asBoolean(v))],
};
