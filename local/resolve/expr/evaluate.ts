/** Evaluates an expression tree. What names mean is the caller's business: a scope answers for them. */
import { callFunction } from './functions.ts';
import { ExpressionError } from './lexer.ts';
import type { Node } from './parser.ts';

/** Answers for a reference such as `aws_lb.main.arn`; gets the longest static path. */
export interface Scope {
  /** @returns the value and how many steps of the path it took @throws CutoverError for what is not there */
  lookup(path: readonly string[]): { value: unknown; used: number };
}

type Locals = ReadonlyMap<string, unknown>;

/** @throws ExpressionError, or what the scope throws */
export function evaluate(node: Node, scope: Scope, locals: Locals = new Map()): unknown {
  const run = (n: Node, l: Locals = locals): unknown => evaluate(n, scope, l);
  switch (node.kind) {
    case 'literal':
      return node.value;
    case 'template':
      return node.parts.map((part) => (typeof part === 'string' ? part : templateText(run(part)))).join('');
    case 'item':
      return locals.get('*item');
    case 'name':
    case 'attribute':
    case 'index':
      return reference(node, scope, locals);
    case 'splat': {
      const of = run(node.of);
      if (of === null) return [];
      const items = Array.isArray(of) ? of : [of];
      return items.map((item) => run(node.each({ kind: 'item' }), new Map([...locals, ['*item', item]])));
    }
    case 'call':
      return call(node, scope, locals);
    case 'unary': {
      const value = run(node.of);
      return node.op === '!' ? !asBoolean(value) : -asNumber(value);
    }
    case 'binary':
      return binary(node, run);
    case 'if':
      return asBoolean(run(node.test)) ? run(node.yes) : run(node.no);
    case 'tuple':
      return node.items.map((item) => run(item));
    case 'object':
      return Object.fromEntries(node.entries.map(([key, value]) => [asText(run(key)), run(value)]));
    case 'for':
      return comprehension(node, scope, locals);
  }
}

function call(node: Extract<Node, { kind: 'call' }>, scope: Scope, locals: Locals): unknown {
  const run = (n: Node): unknown => evaluate(n, scope, locals);
  if (node.name === 'try' || node.name === 'can') return attempt(node, run);
  const args = node.args.map(run);
  if (node.spread) args.push(...asList(args.pop()));
  try {
    return callFunction(node.name, args);
  } catch (error) {
    if (error instanceof ExpressionError && error.at >= 0) throw error;
    throw new ExpressionError(`${node.name}(): ${error instanceof Error ? error.message : String(error)}`, node.at);
  }
}

function attempt(node: Extract<Node, { kind: 'call' }>, run: (n: Node) => unknown): unknown {
  let last: unknown = new ExpressionError('try() needs an argument', node.at);
  for (const arg of node.args) {
    try {
      const value = run(arg);
      return node.name === 'can' ? true : value;
    } catch (error) {
      last = error;
    }
  }
  if (node.name === 'can') return false;
  throw last;
}

/** Follows a dotted path: first in locals, then in the scope, then as attributes and indexes of the value. */
function reference(node: Node, scope: Scope, locals: Locals): unknown {
  const steps: Node[] = [];
  let root: Node = node;
  while (root.kind === 'attribute' || root.kind === 'index') {
    steps.unshift(root);
    root = root.of;
  }
  if (root.kind !== 'name') return follow(evaluate(root, scope, locals), steps, scope, locals);
  if (locals.has(root.name)) return follow(locals.get(root.name), steps, scope, locals);
  const path = [root.name];
  for (const step of steps) {
    if (step.kind === 'attribute') path.push(step.name);
    else if (step.kind === 'index' && step.index.kind === 'literal') path.push(String(step.index.value));
    else break;
  }
  const { value, used } = scope.lookup(path);
  return follow(value, steps.slice(used - 1), scope, locals);
}

function follow(start: unknown, steps: readonly Node[], scope: Scope, locals: Locals): unknown {
  let value = start;
  for (const step of steps) {
    const key =
      step.kind === 'attribute' ? step.name : step.kind === 'index' ? evaluate(step.index, scope, locals) : '';
    value = elementOf(value, key);
  }
  return value;
}

function elementOf(value: unknown, key: unknown): unknown {
  if (Array.isArray(value)) {
    const i = Number(key);
    if (!Number.isInteger(i)) {
      // Terraform JSON gives single blocks as objects or as one-element lists: both are read alike.
      if (value.length === 1) return elementOf(value[0], key);
      throw new ExpressionError(`a list has no attribute ${String(key)}`, 0);
    }
    if (i < 0 || i >= value.length)
      throw new ExpressionError(`index ${i} is out of range: the list has ${value.length}`, 0);
    return value[i];
  }
  if (value !== null && typeof value === 'object') {
    if (Object.hasOwn(value, String(key))) return (value as Record<string, unknown>)[String(key)];
    if (key === 0 || key === '0') return value;
    throw new ExpressionError(
      `there is no ${String(key)}; there are ${Object.keys(value).slice(0, 20).join(', ') || 'none'}`,
      0,
    );
  }
  throw new ExpressionError(`${JSON.stringify(value)} has no ${String(key)}`, 0);
}

function binary(node: Extract<Node, { kind: 'binary' }>, run: (n: Node) => unknown): unknown {
  const left = run(node.left);
  if (node.op === '&&') return asBoolean(left) && asBoolean(run(node.right));
  if (node.op === '||') return asBoolean(left) || asBoolean(run(node.right));
  const right = run(node.right);
  if (node.op === '==') return same(left, right);
  if (node.op === '!=') return !same(left, right);
  const [a, b] = [asNumber(left), asNumber(right)];
  switch (node.op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '<':
      return a < b;
    case '>':
      return a > b;
    case '<=':
      return a <= b;
    case '>=':
      return a >= b;
    default:
      if (b === 0) throw new ExpressionError('division by zero', 0);
      return node.op === '/' ? a / b : a % b;
  }
}

function comprehension(node: Extract<Node, { kind: 'for' }>, scope: Scope, locals: Locals): unknown {
  const over = evaluate(node.over, scope, locals);
  const pairs: [unknown, unknown][] = Array.isArray(over) ? over.map((v, i) => [i, v]) : Object.entries(asObject(over));
  const list: unknown[] = [];
  const object: Record<string, unknown> = {};
  for (const [key, value] of pairs) {
    const inner = new Map([...locals, [node.value, value], ...(node.key ? ([[node.key, key]] as const) : [])]);
    if (node.test && !asBoolean(evaluate(node.test, scope, inner))) continue;
    const result = evaluate(node.result, scope, inner);
    if (!node.resultKey) list.push(result);
    else {
      const name = asText(evaluate(node.resultKey, scope, inner));
      if (node.group) object[name] = [...((object[name] as unknown[]) ?? []), result];
      else object[name] = result;
    }
  }
  return node.resultKey ? object : list;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function templateText(value: unknown): string {
  if (value === null || value === undefined) throw new ExpressionError('a null value cannot be part of a text', 0);
  if (typeof value === 'object')
    throw new ExpressionError('a list or object cannot be part of a text (use jsonencode or join)', 0);
  return String(value);
}

/** Terraform's conversions. @throws ExpressionError where there is none */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new ExpressionError(`expected a string, found ${JSON.stringify(value)}`, -1);
}

export function asNumber(value: unknown): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || Number.isNaN(number))
    throw new ExpressionError(`expected a number, found ${JSON.stringify(value)}`, -1);
  return number;
}

export function asBoolean(value: unknown): boolean {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw new ExpressionError(`expected true or false, found ${JSON.stringify(value)}`, -1);
}

export function asList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw new ExpressionError(`expected a list, found ${JSON.stringify(value)}`, -1);
}

export function asObject(value: unknown): Record<string, unknown> {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ExpressionError(`expected an object, found ${JSON.stringify(value)}`, -1);
}
