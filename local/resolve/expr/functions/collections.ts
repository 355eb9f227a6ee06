/** Functions on lists, sets and objects. */
import {
  asBoolean,
  asInteger,
  asList,
  asObject,
  asSequence,
  asSet,
  asText,
  distinct,
  keyOf,
  ofOneType,
  show,
  sortedEntries,
} from '../values.ts';
import type { Functions } from './index.ts';

const MANY = Number.POSITIVE_INFINITY;
const MAX_PRODUCT = 10_000;

/** Whether a list has a value; its elements are looked through once. */
function membersOf(list: readonly unknown[]): (value: unknown) => boolean {
  const known = new Set(list.map(keyOf));
  return (value) => known.has(keyOf(value));
}

const flatten = (items: readonly unknown[]): unknown[] =>
  items.flatMap((item) => (Array.isArray(item) ? flatten(item) : [item]));
const isEmpty = (value: unknown): boolean => value === null || value === undefined || value === '';

function lengthOf(value: unknown): number {
  if (typeof value === 'string') return [...value].length;
  return Array.isArray(value) ? value.length : Object.keys(asObject(value)).length;
}

function lookup(object: Record<string, unknown>, name: string, fallback: unknown): unknown {
  if (Object.hasOwn(object, name)) return object[name];
  if (fallback === undefined) throw new Error(`there is no ${name}`);
  return fallback;
}

function element(items: readonly unknown[], i: number): unknown {
  if (items.length === 0) throw new Error('the list is empty');
  // Counted from the end, as Terraform does since 1.12.
  return items[((i % items.length) + items.length) % items.length];
}

function slice(items: readonly unknown[], from: number, to: number): unknown[] {
  if (from < 0 || to < from || to > items.length)
    throw new Error(`${from} to ${to} is outside a list of ${items.length}`);
  return items.slice(from, to);
}

function zipmap(names: readonly unknown[], values: readonly unknown[]): Record<string, unknown> {
  if (names.length !== values.length) throw new Error(`${names.length} names and ${values.length} values`);
  return Object.fromEntries(names.map((name, i) => [asText(name), values[i]]));
}

function one(items: readonly unknown[]): unknown {
  if (items.length > 1) throw new Error(`the list has ${items.length} elements`);
  return items[0] ?? null;
}

function product(lists: readonly (readonly unknown[])[]): unknown[][] {
  if (lists.reduce((n, l) => n * l.length, 1) > MAX_PRODUCT) throw new Error(`more than ${MAX_PRODUCT} combinations`);
  return lists.reduce<unknown[][]>((sets, list) => sets.flatMap((set) => list.map((v) => [...set, v])), [[]]);
}

function transpose(object: Record<string, unknown>): Record<string, unknown> {
  const out = new Map<string, string[]>();
  for (const [name, list] of sortedEntries(object))
    for (const value of asList(list).map(asText)) out.set(value, [...(out.get(value) ?? []), name]);
  return Object.fromEntries(out);
}

function first<T>(values: readonly T[], wanted: (value: T) => boolean): T {
  const found = values.find(wanted);
  if (found === undefined) throw new Error('every argument is null or empty');
  return found;
}

function indexOf(items: readonly unknown[], value: unknown): number {
  const i = items.findIndex((item) => keyOf(item) === keyOf(value));
  if (i < 0) throw new Error(`${show(value)} is not in the list`);
  return i;
}

function matchkeys(values: readonly unknown[], names: readonly unknown[], wanted: readonly unknown[]): unknown[] {
  if (names.length !== values.length) throw new Error(`${values.length} values and ${names.length} keys`);
  const isWanted = membersOf(wanted);
  return values.filter((_, i) => isWanted(names[i]));
}

/** Values of one type, as far as they are texts, numbers and booleans. */
function mapOf(object: Record<string, unknown>): Record<string, unknown> {
  const values = ofOneType(Object.values(object));
  return Object.fromEntries(Object.keys(object).map((name, i) => [name, values[i]]));
}

function chunks(items: readonly unknown[], size: number): unknown[][] {
  if (size < 1) throw new Error('the size is below 1');
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, i * size + size));
}

export const COLLECTIONS: Functions = {
  length: [1, 1, lengthOf],
  concat: [1, MANY, (...lists) => lists.flatMap(asSequence)],
  merge: [
    0,
    MANY,
    (...objects) => Object.fromEntries(objects.filter((o) => o !== null).flatMap((o) => Object.entries(asObject(o)))),
  ],
  keys: [1, 1, (o) => Object.keys(asObject(o)).sort()],
  values: [1, 1, (o) => sortedEntries(asObject(o)).map(([, v]) => v)],
  lookup: [2, 3, (o, name, fallback) => lookup(asObject(o), asText(name), fallback)],
  element: [2, 2, (list, i) => element(asSequence(list), asInteger(i))],
  index: [2, 2, (list, value) => indexOf(asSequence(list), value)],
  slice: [3, 3, (list, from, to) => slice(asSequence(list), asInteger(from), asInteger(to))],
  flatten: [1, 1, (list) => flatten(asList(list))],
  compact: [1, 1, (list) => asList(list).filter((item) => !isEmpty(item))],
  distinct: [1, 1, (list) => distinct(ofOneType(asList(list)))],
  sort: [1, 1, (list) => asList(list).map(asText).sort()],
  reverse: [1, 1, (list) => [...asList(list)].reverse()],
  contains: [2, 2, (list, value) => membersOf(asList(list))(value)],
  coalesce: [1, MANY, (...values) => first(ofOneType(values), (v) => !isEmpty(v))],
  coalescelist: [1, MANY, (...lists) => first(lists.map(asList), (l) => l.length > 0)],
  toset: [1, 1, (list) => (list === null ? null : asSet(asList(list)))],
  tolist: [1, 1, (list) => (list === null ? null : [...ofOneType(asList(list))])],
  tomap: [1, 1, (o) => (o === null ? null : mapOf(asObject(o)))],
  zipmap: [2, 2, (names, values) => zipmap(asList(names), asList(values))],
  one: [1, 1, (list) => one(asList(list))],
  setunion: [1, MANY, (...lists) => asSet(lists.flatMap(asList))],
  setintersection: [
    1,
    MANY,
    (list, ...others) => {
      const inOthers = others.map((other) => membersOf(asList(other)));
      return asSet(asList(list).filter((v) => inOthers.every((isIn) => isIn(v))));
    },
  ],
  setsubtract: [
    2,
    2,
    (a, b) => {
      const isIn = membersOf(asList(b));
      return asSet(asList(a).filter((v) => !isIn(v)));
    },
  ],
  setproduct: [2, MANY, (...lists) => product(lists.map(asList))],
  transpose: [1, 1, (o) => transpose(asObject(o))],
  alltrue: [1, 1, (list) => asList(list).every((v) => v !== null && asBoolean(v))],
  anytrue: [1, 1, (list) => asList(list).some((v) => v !== null && asBoolean(v))],
  chunklist: [2, 2, (list, size) => chunks(asList(list), asInteger(size))],
  matchkeys: [3, 3, (values, names, wanted) => matchkeys(asList(values), asList(names), asList(wanted))],
};
