/** Schema pieces that read the same value from every protocol: JSON types, Query's strings, CBOR's Dates. */
import { z } from 'zod';

export const text = z.string();
export const name = z.string().min(1).max(2048);

/** A whole number, or its decimal text. */
export function integer(low = Number.MIN_SAFE_INTEGER, high = Number.MAX_SAFE_INTEGER) {
  const whole = z.union([
    z.number().int(),
    z
      .string()
      .regex(/^-?\d{1,15}$/, 'must be a whole number')
      .transform(Number),
  ]);
  return whole.refine((value) => value >= low && value <= high, `must be from ${low} to ${high}`);
}

export const decimal = z.union([
  z.number(),
  z
    .string()
    .regex(/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/, 'must be a number')
    .transform(Number),
]);

export const bool = z.union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')]);

/** An array; Query writes an empty one as ''. */
export function list<S extends z.ZodType>(item: S, max = 1000) {
  return z.preprocess((value) => (value === '' ? [] : value), z.array(item).max(max));
}

export const names = list(name);

/** Epoch milliseconds from a Date (CBOR), epoch seconds (JSON) or ISO 8601 (Query). */
export const timestamp = z.union([
  z.date().transform((value) => value.getTime()),
  z.number().transform((seconds) => seconds * 1000),
  z
    .string()
    .refine((value) => !Number.isNaN(Date.parse(value)), 'must be a timestamp')
    .transform((value) => Date.parse(value)),
]);

export const stringMap = z.record(z.string(), z.string());

/** An operation without input that matters. */
export const nothing = z.object({});
