/**
 * Reads a filter policy into a tree that decide-filter.ts evaluates. Pure.
 * Rules: SNS sns-subscription-filter-policies and the pages under it (string and numeric value matching, attribute key
 * matching, AND/OR logic, filter policy constraints).
 */
import type { Problem } from '../../errors.ts';

export type Scalar = string | number | boolean | null;

export type Test =
  | { readonly op: 'equals'; readonly value: Scalar }
  | { readonly op: 'prefix' | 'suffix' | 'equals-ignore-case' | 'wildcard' | 'cidr'; readonly value: string }
  | { readonly op: 'numeric'; readonly bounds: readonly { readonly sign: string; readonly value: number }[] }
  | { readonly op: 'exists'; readonly value: boolean }
  | { readonly op: 'anything-but'; readonly tests: readonly Test[] };

export type FilterNode =
  | { readonly kind: 'all'; readonly children: readonly FilterNode[] }
  | { readonly kind: 'any'; readonly children: readonly FilterNode[] }
  | { readonly kind: 'field'; readonly path: readonly string[]; readonly tests: readonly Test[] };

export type CompiledFilter = FilterNode;

const TEXT_OPERATORS = ['prefix', 'suffix', 'equals-ignore-case', 'wildcard', 'cidr'] as const;
const RESERVED: readonly string[] = [...TEXT_OPERATORS, 'numeric', 'exists', 'anything-but', 'anything-but-prefix'];
const SIGNS = ['=', '<', '<=', '>', '>='];
const MAX_FIELDS = 5;
const MAX_COMBINATIONS = 150;
const MAX_DEPTH = 20;

type Refuse = (value: unknown, message: string) => void;

/**
 * @param source JSON text or parsed object; null, undefined, '' and {} mean that everything passes
 * @returns null where no filter is set
 */
export function parseFilterPolicy(
  source: unknown,
  scope: 'MessageAttributes' | 'MessageBody',
  at: { readonly address: string; readonly problems: Problem[] },
): CompiledFilter | null {
  const refuse: Refuse = (value, message) =>
    void at.problems.push({
      code: 'INVALID_ATTRIBUTE',
      address: `${at.address}.filter_policy`,
      message,
      value,
      rule: 'SNS sns-subscription-filter-policies',
      fix: 'correct the filter policy, or leave it out',
    });
  const policy = parseJson(source, refuse);
  if (policy === null) return null;
  if (!isObject(policy)) {
    refuse(policy, 'a filter policy is a JSON object');
    return null;
  }
  if (Object.keys(policy).length === 0) return null;
  const counts = { fields: new Set<string>(), combinations: 1 };
  const node = compileObject(policy, { path: [], scope, refuse, counts });
  if (counts.fields.size > MAX_FIELDS)
    refuse(counts.fields.size, `at most ${MAX_FIELDS} names are allowed in a filter policy`);
  if (counts.combinations > MAX_COMBINATIONS)
    refuse(counts.combinations, `at most ${MAX_COMBINATIONS} combinations of values are allowed`);
  return node;
}

interface Context {
  readonly path: readonly string[];
  readonly scope: 'MessageAttributes' | 'MessageBody';
  readonly refuse: Refuse;
  readonly counts: { readonly fields: Set<string>; combinations: number };
}

function compileObject(object: Record<string, unknown>, context: Context): FilterNode {
  const children = Object.entries(object).map(([key, value]) => compileEntry(key, value, context));
  return { kind: 'all', children: children.filter((child) => child !== null) };
}

function compileEntry(key: string, value: unknown, context: Context): FilterNode | null {
  const path = [...context.path, key];
  if (path.length > MAX_DEPTH) {
    context.refuse(path.join('.').slice(0, 100), `a filter policy nests at most ${MAX_DEPTH} levels`);
    return null;
  }
  if (key === '$or' && isOr(value)) {
    return { kind: 'any', children: value.map((option) => compileObject(option, context)) };
  }
  if (isObject(value)) {
    if (context.scope === 'MessageBody') return compileObject(value, { ...context, path });
    context.refuse(key, `"${key}" nests an object: only the MessageBody scope may nest`);
    return null;
  }
  if (!Array.isArray(value) || value.length === 0) {
    context.refuse(value, `"${path.join('.')}" must be a non-empty array of values and operators`);
    return null;
  }
  context.counts.fields.add(path.join('.'));
  context.counts.combinations *= value.length;
  const tests = value.map((item) => compileTest(item, path.join('.'), context.refuse)).filter((test) => test !== null);
  return { kind: 'field', path, tests };
}

/** `$or` is the operator only with two or more objects, none of which uses an operator's name as a key. */
function isOr(value: unknown): value is Record<string, unknown>[] {
  return (
    Array.isArray(value) &&
    value.length >= 2 &&
    value.every((item) => isObject(item) && Object.keys(item).every((key) => !RESERVED.includes(key)))
  );
}

function compileTest(item: unknown, name: string, refuse: Refuse): Test | null {
  if (isScalar(item)) return { op: 'equals', value: item };
  const entries = isObject(item) ? Object.entries(item) : [];
  const [operator, operand] = entries[0] ?? [];
  if (entries.length !== 1 || operator === undefined) {
    refuse(item, `"${name}": each element is a value or an object with exactly one operator`);
    return null;
  }
  if (isTextOperator(operator)) return compileText(operator, operand, name, refuse);
  if (operator === 'numeric') return compileNumeric(operand, name, refuse);
  if (operator === 'exists' && typeof operand === 'boolean') return { op: 'exists', value: operand };
  if (operator === 'anything-but') return compileAnythingBut(operand, name, refuse);
  refuse(item, `"${name}": unknown or malformed operator ${operator}`);
  return null;
}

function compileText(op: (typeof TEXT_OPERATORS)[number], operand: unknown, name: string, refuse: Refuse): Test | null {
  const stars = typeof operand === 'string' ? operand.split('*').length - 1 : 0;
  const valid =
    typeof operand === 'string' &&
    (op !== 'cidr' || isCidr(operand)) &&
    (op !== 'wildcard' || (stars <= 3 && !operand.includes('**')));
  if (valid) return { op, value: operand };
  refuse(operand, `"${name}": malformed operand of ${op}`);
  return null;
}

function compileNumeric(operand: unknown, name: string, refuse: Refuse): Test | null {
  const bounds: { sign: string; value: number }[] = [];
  const list = Array.isArray(operand) ? operand : [];
  for (let i = 0; i < list.length; i += 2) {
    const [sign, value] = [list[i], list[i + 1]];
    if (typeof sign === 'string' && SIGNS.includes(sign) && typeof value === 'number' && Math.abs(value) <= 1e9)
      bounds.push({ sign, value });
  }
  if (list.length > 0 && list.length <= 4 && bounds.length * 2 === list.length) return { op: 'numeric', bounds };
  refuse(operand, `"${name}": numeric takes one or two pairs of ${SIGNS.join(' ')} and a number from -10^9 to 10^9`);
  return null;
}

function compileAnythingBut(operand: unknown, name: string, refuse: Refuse): Test | null {
  const items = Array.isArray(operand) ? operand : [operand];
  if (items.length > 0 && items.every((item) => typeof item === 'string' || typeof item === 'number')) {
    return { op: 'anything-but', tests: items.map((value) => ({ op: 'equals', value }) as const) };
  }
  if (isObject(operand) && Object.keys(operand).length === 1) {
    const [op, inner] = Object.entries(operand)[0] ?? [];
    const values = Array.isArray(inner) ? inner : [inner];
    if (op !== undefined && isTextOperator(op) && op !== 'cidr' && values.length > 0) {
      const tests = values.map((value) => compileText(op, value, name, refuse)).filter((test) => test !== null);
      return { op: 'anything-but', tests };
    }
  }
  refuse(
    operand,
    `"${name}": anything-but takes a value, a list of values, or one of prefix, suffix, wildcard, equals-ignore-case`,
  );
  return null;
}

function isTextOperator(operator: string): operator is (typeof TEXT_OPERATORS)[number] {
  return (TEXT_OPERATORS as readonly string[]).includes(operator);
}

function isCidr(text: string): boolean {
  const match = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(text);
  if (!match) return false;
  const [, address = '', bits = ''] = match;
  return (
    Number(bits) <= (address.includes(':') ? 128 : 32) &&
    (address.includes(':') || /^(\d{1,3}\.){3}\d{1,3}$/.test(address))
  );
}

function parseJson(source: unknown, refuse: Refuse): unknown {
  if (source === undefined || source === '' || source === null) return null;
  if (typeof source !== 'string') return source;
  try {
    return JSON.parse(source);
  } catch {
    refuse(source, 'a filter policy must be JSON');
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isScalar(value: unknown): value is Scalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
