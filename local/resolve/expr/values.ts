/** Terraform's values and their conversions. Sets are sorted lists without repetitions, which are known as sets; objects have sorted keys where order shows. */
import { ExpressionError } from './ast.ts';
import { bounded } from './size.ts';

/** @throws ExpressionError */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(rounded(value));
  if (typeof value === 'boolean') return String(value);
  throw new ExpressionError(`expected a string, found ${show(value)}`);
}

/** All digits, never an exponent. */
function numberText(value: number): string {
  const text = String(value);
  const [small, sign, whole, fraction = '', exponent] = /^(-?)(\d)(?:\.(\d+))?e-(\d+)$/.exec(text) ?? [];
  if (small) return `${sign}0.${'0'.repeat(Number(exponent) - 1)}${whole}${fraction}`;
  return text.includes('e') ? String(BigInt(value)) : text;
}

/** Without the last bits of a fraction that two does not divide: Terraform counts with far more digits, so that 0.1 + 0.2 is 0.3. */
export const rounded = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(15)));

/** @throws ExpressionError */
export function asNumber(value: unknown): number {
  const number =
    typeof value === 'string' && /^\s*[-+]?[\d.]+(?:[eE][-+]?\d+)?\s*$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number))
    throw new ExpressionError(`expected a number, found ${show(value)}`);
  return number;
}

/** A whole number. @throws ExpressionError */
export function asInteger(value: unknown): number {
  const number = asNumber(value);
  if (!Number.isInteger(number)) throw new ExpressionError(`expected a whole number, found ${show(value)}`);
  return number;
}

/** @throws ExpressionError */
export function asBoolean(value: unknown): boolean {
  if (value === true || value === 'true' || value === '1') return true;
  if (value === false || value === 'false' || value === '0') return false;
  throw new ExpressionError(`expected true or false, found ${show(value)}`);
}

/** @throws ExpressionError */
export function asList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw new ExpressionError(`expected a list, found ${show(value)}`);
}

/** @throws ExpressionError */
export function asObject(value: unknown): Record<string, unknown> {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ExpressionError(`expected an object, found ${show(value)}`);
}

/** A value in a message: short. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

export function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value === 'number') return rounded(value);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(sortedEntries(value as Record<string, unknown>).map(([k, v]) => [k, sortKeys(v)]));
}

export const sortedEntries = (object: Record<string, unknown>): [string, unknown][] =>
  Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));

/** Equal values have equal keys. */
export const keyOf = (value: unknown): string => JSON.stringify(sortKeys(bounded(value))) ?? 'undefined';

/** The first of equal ones. */
export function distinct(items: readonly unknown[]): unknown[] {
  const found = new Map<string, unknown>();
  for (const item of items) {
    const key = keyOf(item);
    if (!found.has(key)) found.set(key, item);
  }
  return [...found.values()];
}

const sets = new WeakSet<object>();

/** A list without repetitions, in the order in which Terraform goes through a set. @throws ExpressionError as of `ofOneType` */
export function asSet(items: readonly unknown[]): unknown[] {
  const set = distinct(ofOneType(items)).sort(inOrder);
  sets.add(set);
  return set;
}

/** A list that has indexes: a set has none. @throws ExpressionError */
export function asSequence(value: unknown): unknown[] {
  const list = asList(value);
  if (sets.has(list)) throw new ExpressionError('a set has no indexes; make it a list with tolist()');
  return list;
}

/** Texts, where some of the elements are and others are numbers or booleans (Terraform: type conversion). @throws ExpressionError */
export function ofOneType(items: readonly unknown[]): readonly unknown[] {
  const types = new Set(items.filter((item) => item !== null).map((item) => typeof item));
  if (types.size < 2) return items;
  if (types.has('string') && !types.has('object')) return items.map((item) => (item === null ? null : asText(item)));
  throw new ExpressionError(`the elements have no type in common: ${[...types].join(', ')}`);
}

function inOrder(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [first, second] = typeof a === 'string' && typeof b === 'string' ? [a, b] : [keyOf(a), keyOf(b)];
  return first < second ? -1 : 1;
}

/** What `for` and `dynamic` go through: of a list with its indexes, of a set with each element as its own key. */
export const pairsOf = (items: readonly unknown[]): [unknown, unknown][] =>
  items.map((item, i) => [sets.has(items) ? item : i, item]);

/** As Terraform's jsonencode writes it: sorted keys, `<`, `>`, `&` and line separators escaped. */
export const encodeJson = (value: unknown): string =>
  (JSON.stringify(sortKeys(bounded(value))) ?? 'null').replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
