/**
 * The vocabulary of attribute tables: what an attribute is, its range and default, and what it does here.
 * A table says everything that reading an attribute needs, so that validation, defaults and the fidelity ledger have one source.
 */

/** One attribute. `T` is what a builder gets. */
export interface Field<T = unknown> {
  readonly kind: 'text' | 'number' | 'real' | 'bool' | 'texts' | 'map' | 'json' | 'block' | 'blocks' | 'any';
  readonly required: boolean;
  /** Value of an attribute that is not set. */
  readonly fallback: unknown;
  /** Why it does nothing here; null where it acts. */
  readonly noEffect: string | null;
  /** What is modelled only roughly. */
  readonly approximated: string | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly words: readonly string[] | null;
  readonly pattern: RegExp | null;
  /** The rule in words, with the AWS page it comes from. */
  readonly rule: string | null;
  readonly fields: Fields | null;
  /** Never present: carries `T`. */
  readonly type?: T;
}

export type Fields = Readonly<Record<string, Field>>;
export type Values<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

/** The attributes of a resource type. */
export interface Schema<F extends Fields = Fields> {
  readonly types: readonly string[];
  readonly fields: F;
}

export const schema = <F extends Fields>(types: readonly string[], fields: F): Schema<F> => ({ types, fields });

interface Common {
  readonly required?: boolean;
  readonly rule?: string;
  readonly approximated?: string;
  /** Read and kept, but nothing here acts on it, for this reason. */
  readonly noEffect?: string;
}

const EMPTY: Field = {
  kind: 'any',
  required: false,
  fallback: null,
  noEffect: null,
  approximated: null,
  min: null,
  max: null,
  words: null,
  pattern: null,
  rule: null,
  fields: null,
};

type TextOptions = Common & { readonly pattern?: RegExp; readonly fallback?: string };
export function text(options: TextOptions & { required: true }): Field<string>;
export function text(options: TextOptions & { fallback: string }): Field<string>;
export function text(options?: TextOptions): Field<string | null>;
export function text(options: TextOptions = {}): Field<string | null> {
  return { ...(EMPTY as Field<null>), kind: 'text', ...options };
}

/** One of some words; required where there is no fallback. */
export function word<const W extends readonly string[]>(
  words: W,
  fallback?: W[number],
  options: Common = {},
): Field<W[number]> {
  return {
    ...(EMPTY as Field<W[number]>),
    kind: 'text',
    words,
    required: fallback === undefined,
    fallback,
    ...options,
  };
}

type NumberOptions = Common & { readonly min?: number; readonly max?: number; readonly fallback?: number };
export function number(options: NumberOptions & { required: true }): Field<number>;
export function number(options: NumberOptions & { fallback: number }): Field<number>;
export function number(options?: NumberOptions): Field<number | null>;
/** A whole number; the range is inclusive. */
export function number(options: NumberOptions = {}): Field<number | null> {
  return { ...(EMPTY as Field<null>), kind: 'number', ...options };
}

export function real(options: NumberOptions & { required: true }): Field<number>;
export function real(options?: NumberOptions): Field<number | null>;
/** Any number; the range is inclusive. */
export function real(options: NumberOptions = {}): Field<number | null> {
  return { ...(EMPTY as Field<null>), kind: 'real', ...options };
}

export const bool = (fallback: boolean, options: Common = {}): Field<boolean> => ({
  ...(EMPTY as Field<boolean>),
  kind: 'bool',
  fallback,
  ...options,
});

/** A list of texts; `min` and `max` count them. */
export const texts = (options: Common & { min?: number; max?: number } = {}): Field<readonly string[]> => ({
  ...(EMPTY as Field<readonly string[]>),
  kind: 'texts',
  fallback: [],
  ...options,
});

/** Names to texts. */
export const map = (options: Common = {}): Field<Readonly<Record<string, string>>> => ({
  ...(EMPTY as Field<Readonly<Record<string, string>>>),
  kind: 'map',
  fallback: {},
  ...options,
});

/** JSON text, given to builders as the value in it. */
export const json = (options: Common = {}): Field<unknown> => ({ ...EMPTY, kind: 'json', ...options });

/** At most one block. */
export function block<F extends Fields>(fields: F, options: Common & { required: true }): Field<Values<F>>;
export function block<F extends Fields>(fields: F, options?: Common): Field<Values<F> | null>;
export function block<F extends Fields>(fields: F, options: Common = {}): Field<Values<F> | null> {
  return { ...(EMPTY as Field<null>), kind: 'block', fields, ...options };
}

/** Any number of blocks, in order; `min` and `max` count them. */
export const blocks = <F extends Fields>(
  fields: F,
  options: Common & { min?: number; max?: number } = {},
): Field<readonly Values<F>[]> => ({
  ...(EMPTY as Field<readonly Values<F>[]>),
  kind: 'blocks',
  fallback: [],
  fields,
  ...options,
});

/** Any value, kept as it is. */
export const anything = (options: Common = {}): Field<unknown> => ({ ...EMPTY, ...options });

/** Accepted with any value; does nothing here, for this reason. */
export const inert = (reason: string): Field<unknown> => ({ ...EMPTY, noEffect: reason });

/** Accepted only with these values; any other would need what is not here, and is refused with the reason. */
export const only = <const W extends readonly string[]>(words: W, reason: string): Field<W[number] | null> => ({
  ...(EMPTY as Field<W[number] | null>),
  kind: 'text',
  words,
  rule: reason,
});

/** Known, and refused by name: it would change what is run, and is not here. */
export const refused = (reason: string): Field<null> => ({ ...(EMPTY as Field<null>), words: [], rule: reason });

/** Accepted only when it is off. */
export const never = (reason: string): Field<boolean> => ({
  ...(EMPTY as Field<boolean>),
  kind: 'bool',
  fallback: false,
  words: ['false'],
  rule: reason,
});

/** What every resource of the provider may have. */
export const COMMON = {
  tags: inert('tags are kept and shown; nothing here acts on them'),
  tags_all: inert('tags are kept and shown; nothing here acts on them'),
  timeouts: inert('waits here end when the thing is done'),
  region: inert('the plane is one region'),
} as const;
