/** Terraform's values and their conversions. Sets are sorted lists without repetitions; objects have sorted keys where order shows. */
import { ExpressionError } from './ast.ts';
import { bounded } from './size.ts';

/** @throws ExpressionError */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new ExpressionError(`expected a string, found ${show(value)}`);
}

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
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
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
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(sortedEntries(value as Record<string, unknown>).map(([k, v]) => [k, sortKeys(v)]));
}

export const sortedEntries = (object: Record<string, unknown>): [string, unknown][] =>
  Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));

/** Equal values have equal keys. */
export const keyOf = (value: unknown): string => JSON.stringify(sortKeys(bounded(value))) ?? 'undefined';

export const distinct = (items: readonly unknown[]): unknown[] => {
  const seen = new Set<string>();
  return items.filter((item) => !seen.has(keyOf(item)) && seen.add(keyOf(item)));
};

/** As Terraform's jsonencode writes it: sorted keys, `<`, `>`, `&` and line separators escaped. */
export const encodeJson = (value: unknown): string =>
  (JSON.stringify(sortKeys(bounded(value))) ?? 'null').replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
