/** Terraform's functions, the widely used ones. An unknown one is refused by name. */
import { createHash } from 'node:crypto';
import { cidrHost, cidrNetmask, cidrSubnet } from './cidr.ts';
import { asBoolean, asList, asNumber, asObject, asText } from './evaluate.ts';
import { ExpressionError } from './lexer.ts';

type Fn = (...args: unknown[]) => unknown;

const hash =
  (algorithm: string): Fn =>
  (text) =>
    createHash(algorithm).update(asText(text)).digest('hex');
const json = (value: unknown): string =>
  JSON.stringify(sortKeys(value)).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sortKeys(v)]),
  );
}

const key = (value: unknown): string => JSON.stringify(sortKeys(value));
const unique = (items: readonly unknown[]): unknown[] => [...new Map(items.map((item) => [key(item), item])).values()];
const flatten = (items: readonly unknown[]): unknown[] =>
  items.flatMap((item) => (Array.isArray(item) ? flatten(item) : [item]));
const isEmpty = (value: unknown): boolean => value === null || value === undefined || value === '';

const STRINGS: Record<string, Fn> = {
  join: (separator, ...lists) => lists.flatMap(asList).map(asText).join(asText(separator)),
  split: (separator, text) => asText(text).split(asText(separator)),
  lower: (t) => asText(t).toLowerCase(),
  upper: (t) => asText(t).toUpperCase(),
  title: (t) => asText(t).replace(/(^|\s)\S/g, (c) => c.toUpperCase()),
  trimspace: (t) => asText(t).trim(),
  trim: (t, set) => strip(strip(asText(t), asText(set), true), asText(set), false),
  trimprefix: (t, p) => (asText(t).startsWith(asText(p)) ? asText(t).slice(asText(p).length) : asText(t)),
  trimsuffix: (t, s) =>
    asText(s) && asText(t).endsWith(asText(s)) ? asText(t).slice(0, -asText(s).length) : asText(t),
  replace: (t, from, to) => {
    const regex = /^\/(.*)\/$/s.exec(asText(from));
    return regex
      ? asText(t).replaceAll(new RegExp(regex[1] ?? '', 'g'), asText(to))
      : asText(t).replaceAll(asText(from), asText(to));
  },
  substr: (t, offset, length) => {
    const [text, o, l] = [asText(t), asNumber(offset), asNumber(length)];
    const start = o < 0 ? text.length + o : o;
    return l < 0 ? text.slice(start) : text.slice(start, start + l);
  },
  startswith: (t, p) => asText(t).startsWith(asText(p)),
  endswith: (t, s) => asText(t).endsWith(asText(s)),
  strcontains: (t, s) => asText(t).includes(asText(s)),
  strrev: (t) => [...asText(t)].reverse().join(''),
  chomp: (t) => asText(t).replace(/[\r\n]+$/, ''),
  indent: (n, t) => asText(t).replaceAll('\n', `\n${' '.repeat(asNumber(n))}`),
  format: (pattern, ...args) => format(asText(pattern), args),
  formatlist: (pattern, ...args) => {
    const length = Math.max(...args.filter(Array.isArray).map((a) => a.length));
    return Array.from({ length }, (_, i) =>
      format(
        asText(pattern),
        args.map((a) => (Array.isArray(a) ? a[i] : a)),
      ),
    );
  },
  regex: (pattern, t) => {
    const found = new RegExp(asText(pattern)).exec(asText(t));
    if (!found) throw new Error('the pattern does not match');
    return found.groups ? { ...found.groups } : found.length > 1 ? found.slice(1) : found[0];
  },
  regexall: (pattern, t) =>
    [...asText(t).matchAll(new RegExp(asText(pattern), 'g'))].map((m) => (m.length > 1 ? m.slice(1) : m[0])),
  base64encode: (t) => Buffer.from(asText(t), 'utf8').toString('base64'),
  base64decode: (t) => Buffer.from(asText(t), 'base64').toString('utf8'),
  urlencode: (t) => encodeURIComponent(asText(t)).replaceAll('%20', '+'),
  jsonencode: (v) => json(v),
  jsondecode: (t) => JSON.parse(asText(t)),
  md5: hash('md5'),
  sha1: hash('sha1'),
  sha256: hash('sha256'),
  sha512: hash('sha512'),
  base64sha256: (t) => createHash('sha256').update(asText(t)).digest('base64'),
  tostring: (v) => (v === null ? null : asText(v)),
};

function strip(text: string, set: string, front: boolean): string {
  let t = text;
  while (t && set.includes((front ? t[0] : t.at(-1)) as string)) t = front ? t.slice(1) : t.slice(0, -1);
  return t;
}

const NUMBERS: Record<string, Fn> = {
  max: (...n) => Math.max(...n.map(asNumber)),
  min: (...n) => Math.min(...n.map(asNumber)),
  abs: (n) => Math.abs(asNumber(n)),
  ceil: (n) => Math.ceil(asNumber(n)),
  floor: (n) => Math.floor(asNumber(n)),
  pow: (a, b) => asNumber(a) ** asNumber(b),
  parseint: (t, base) => Number.parseInt(asText(t), asNumber(base)),
  tonumber: (v) => (v === null ? null : asNumber(v)),
  tobool: (v) => (v === null ? null : asBoolean(v)),
  sum: (list) =>
    asList(list)
      .map(asNumber)
      .reduce((a, b) => a + b, 0),
};

const COLLECTIONS: Record<string, Fn> = {
  length: (v) =>
    typeof v === 'string' ? [...v].length : Array.isArray(v) ? v.length : Object.keys(asObject(v)).length,
  concat: (...lists) => lists.flatMap(asList),
  merge: (...objects) => Object.assign({}, ...objects.filter((o) => o !== null).map(asObject)),
  keys: (o) => Object.keys(asObject(o)).sort(),
  values: (o) =>
    Object.entries(asObject(o))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, v]) => v),
  lookup: (o, k, fallback) => {
    if (Object.hasOwn(asObject(o), asText(k))) return asObject(o)[asText(k)];
    if (fallback === undefined) throw new Error(`there is no ${asText(k)}`);
    return fallback;
  },
  element: (list, i) => {
    const items = asList(list);
    if (items.length === 0) throw new Error('the list is empty');
    return items[((asNumber(i) % items.length) + items.length) % items.length];
  },
  index: (list, value) => {
    const i = asList(list).findIndex((item) => key(item) === key(value));
    if (i < 0) throw new Error('the value is not in the list');
    return i;
  },
  slice: (list, from, to) => asList(list).slice(asNumber(from), asNumber(to)),
  flatten: (list) => flatten(asList(list)),
  compact: (list) => asList(list).filter((item) => !isEmpty(item)),
  distinct: (list) => unique(asList(list)),
  sort: (list) => asList(list).map(asText).sort(),
  reverse: (list) => [...asList(list)].reverse(),
  contains: (list, value) => asList(list).some((item) => key(item) === key(value)),
  coalesce: (...values) => {
    const found = values.find((v) => !isEmpty(v));
    if (found === undefined) throw new Error('every argument is null or empty');
    return found;
  },
  coalescelist: (...lists) => lists.find((l) => Array.isArray(l) && l.length > 0) ?? [],
  toset: (list) => unique(asList(list)).sort((a, b) => (key(a) < key(b) ? -1 : 1)),
  tolist: (list) => asList(list),
  tomap: (o) => asObject(o),
  zipmap: (names, values) => Object.fromEntries(asList(names).map((name, i) => [asText(name), asList(values)[i]])),
  range: (...n) => {
    const [a = 0, b, step] = n.map(asNumber);
    const [from, to] = b === undefined ? [0, a] : [a, b];
    const by = step ?? (to < from ? -1 : 1);
    const length = Math.max(0, Math.ceil((to - from) / by));
    if (length > 1024) throw new Error('more than 1024 values');
    return Array.from({ length }, (_, i) => from + i * by);
  },
  one: (list) => {
    const items = asList(list);
    if (items.length > 1) throw new Error(`the list has ${items.length} elements`);
    return items[0] ?? null;
  },
  setunion: (...lists) => unique(lists.flatMap(asList)),
  setintersection: (first, ...lists) =>
    unique(asList(first)).filter((v) => lists.every((l) => asList(l).some((x) => key(x) === key(v)))),
  setsubtract: (a, b) => unique(asList(a)).filter((v) => !asList(b).some((x) => key(x) === key(v))),
  alltrue: (list) => asList(list).every((v) => asBoolean(v)),
  anytrue: (list) => asList(list).some((v) => asBoolean(v)),
  chunklist: (list, size) => {
    const [items, n] = [asList(list), Math.max(1, asNumber(size))];
    return Array.from({ length: Math.ceil(items.length / n) }, (_, i) => items.slice(i * n, i * n + n));
  },
  sensitive: (v) => v,
  nonsensitive: (v) => v,
  cidrsubnet: (prefix, bits, net) => cidrSubnet(asText(prefix), asNumber(bits), asNumber(net)),
  cidrsubnets: (prefix, ...bits) => bits.map((b, i) => cidrSubnet(asText(prefix), asNumber(b), i)),
  cidrhost: (prefix, host) => cidrHost(asText(prefix), asNumber(host)),
  cidrnetmask: (prefix) => cidrNetmask(asText(prefix)),
};

/** Why some functions cannot be evaluated here. */
const REFUSED: Readonly<Record<string, string>> = {
  timestamp: 'its value changes with each run',
  plantimestamp: 'its value changes with each run',
  uuid: 'its value changes with each run',
  bcrypt: 'its value changes with each run',
  file: 'files beside the stack are not part of the synthesized JSON',
  filebase64: 'files beside the stack are not part of the synthesized JSON',
  fileexists: 'files beside the stack are not part of the synthesized JSON',
  templatefile: 'files beside the stack are not part of the synthesized JSON',
};

const ALL: Readonly<Record<string, Fn>> = { ...STRINGS, ...NUMBERS, ...COLLECTIONS };

/** A function that is not there: unknown, or refused with its reason. */
export class FunctionMissing extends ExpressionError {
  readonly functionName: string;
  constructor(name: string, reason: string) {
    super(reason, 0);
    this.name = 'FunctionMissing';
    this.functionName = name;
  }
}

/** @throws FunctionMissing, ExpressionError, Error */
export function callFunction(name: string, args: readonly unknown[]): unknown {
  const fn = Object.hasOwn(ALL, name) ? ALL[name] : undefined;
  if (fn) return fn(...args);
  const refused = Object.hasOwn(REFUSED, name) ? REFUSED[name] : undefined;
  throw new FunctionMissing(
    name,
    refused ? `${name}() cannot be evaluated here: ${refused}` : `there is no function ${name}()`,
  );
}

function format(pattern: string, args: readonly unknown[]): string {
  let next = 0;
  return pattern.replace(
    /%(?:%|\[(\d+)\]|)?([-+ 0#]*)(\d+)?(?:\.(\d+))?([a-zA-Z])?/g,
    (whole, position, flags: string, width, precision, verb) => {
      if (whole === '%%') return '%';
      const value = args[position ? Number(position) - 1 : next++];
      const text = formatOne(verb, value, precision);
      const size = Number(width ?? 0);
      if (flags.includes('-')) return text.padEnd(size);
      return text.padStart(size, flags.includes('0') ? '0' : ' ');
    },
  );
}

function formatOne(verb: string | undefined, value: unknown, precision: string | undefined): string {
  switch (verb) {
    case 's':
      return asText(value);
    case 'd':
      return String(Math.trunc(asNumber(value)));
    case 'f':
      return asNumber(value).toFixed(precision === undefined ? 6 : Number(precision));
    case 'x':
      return asNumber(value).toString(16);
    case 'q':
      return JSON.stringify(asText(value));
    case 't':
      return String(asBoolean(value));
    case 'v':
      return typeof value === 'object' ? json(value) : String(value);
    default:
      throw new Error(`unsupported verb %${verb ?? ''}`);
  }
}
