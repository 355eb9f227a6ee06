/** Type constraints of variables (Terraform: type constraints), with `optional()` and its defaults. */
import { isObject, type Json } from '../../read/json.ts';
import { ExpressionError, type Node } from '../expr/ast.ts';
import { evaluate } from '../expr/evaluate.ts';
import { parseExpression } from '../expr/parser.ts';
import { asBoolean, asList, asNumber, asSet, asText, ofOneType, show } from '../expr/values.ts';

/** @param type as the JSON has it: `string`, `"${map(string)}"`, `object({ a = optional(number, 1) })` @throws ExpressionError */
export function toType(type: unknown, value: unknown): unknown {
  const text = String(type ?? 'any').replace(/^\s*\$\{([\s\S]*)\}\s*$/, '$1');
  return convert(parseExpression(text), value, '');
}

type Converter = (inner: Node | undefined, value: unknown, at: string) => unknown;

const ONE: Readonly<Record<string, (value: unknown) => unknown>> = {
  any: (value) => value,
  string: asText,
  number: asNumber,
  bool: asBoolean,
  // Terraform's old names, of any element.
  list: asList,
  map: (value) => objectOf(value, ''),
  set: (value) => asSet(asList(value)),
};

const OF: Readonly<Record<string, Converter>> = {
  list: (inner, value, at) => elements(inner, value, at),
  set: (inner, value, at) => asSet(elements(inner, value, at)),
  map: (inner, value, at) => {
    const entries = Object.entries(objectOf(value, at));
    const values = entries.map(([name, v]) => convert(inner, v, `${at}[${JSON.stringify(name)}]`));
    const alike = sameType(inner, values);
    return Object.fromEntries(entries.map(([name], i) => [name, alike[i]]));
  },
  object: objectLike,
  tuple: (inner, value, at) => {
    const types = inner?.kind === 'tuple' ? inner.items : [];
    const items = asList(value);
    if (items.length !== types.length) throw wrong(at, `a list of ${types.length}`, value);
    return items.map((item, i) => convert(types[i], item, `${at}[${i}]`));
  },
};

function convert(type: Node | undefined, value: unknown, at: string): unknown {
  if (value === null || value === undefined) return null;
  try {
    if (type?.kind === 'name' && Object.hasOwn(ONE, type.name)) return ONE[type.name]?.(value);
    const make = type?.kind === 'call' && Object.hasOwn(OF, type.name) ? OF[type.name] : undefined;
    if (make) return make(type?.kind === 'call' ? type.args[0] : undefined, value, at);
  } catch (error) {
    if (at === '' || !(error instanceof ExpressionError) || error.message.startsWith('at ')) throw error;
    throw new ExpressionError(`at ${at}: ${error.message}`);
  }
  throw new ExpressionError('the type is none of Terraform’s');
}

const elements = (inner: Node | undefined, value: unknown, at: string): unknown[] =>
  sameType(
    inner,
    asList(value).map((item, i) => convert(inner, item, `${at}[${i}]`)),
  );

/** `list(any)` and `map(any)` are of any type, and of one. */
const sameType = (inner: Node | undefined, values: unknown[]): unknown[] =>
  inner?.kind === 'name' && inner.name === 'any' ? [...ofOneType(values)] : values;

/** Attributes that the type does not name are left out; optional ones that are missing have their default, or are null. */
function objectLike(inner: Node | undefined, value: unknown, at: string): Json {
  const given = objectOf(value, at);
  const entries = inner?.kind === 'object' ? inner.entries : [];
  return Object.fromEntries(
    entries.map(([key, type]) => {
      const name = key.kind === 'literal' ? String(key.value) : '';
      const path = at === '' ? name : `${at}.${name}`;
      const isOptional = type.kind === 'call' && type.name === 'optional';
      const [of, fallback] = isOptional ? type.args : [type];
      const found = Object.hasOwn(given, name) ? given[name] : undefined;
      if (found === undefined && !isOptional) throw wrong(path, 'a value', undefined);
      const used = (found ?? null) === null && fallback ? evaluate(fallback, NOTHING) : found;
      return [name, convert(of, used, path)];
    }),
  );
}

/** Defaults are literals. */
const NOTHING = {
  lookup: ([name = '']: readonly string[]) => {
    throw new ExpressionError(`a default cannot refer to ${name}`);
  },
};

function objectOf(value: unknown, at: string): Json {
  if (isObject(value)) return value;
  throw wrong(at, 'an object', value);
}

const wrong = (at: string, wanted: string, value: unknown): ExpressionError =>
  new ExpressionError(`${at === '' ? '' : `at ${at}: `}expected ${wanted}, found ${show(value)}`);
