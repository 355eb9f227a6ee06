/** Evaluates an expression tree. What names mean is the caller's business: a scope answers for them. */
import { CutoverError } from '../../errors.ts';
import { ExpressionError, type Node } from './ast.ts';
import { FILE_FUNCTIONS, isFileFunction, textOfFile } from './functions/files.ts';
import { callFunction, FunctionMissing } from './functions/index.ts';
import { parseTemplate } from './parser.ts';
import {
  asBoolean,
  asList,
  asNumber,
  asObject,
  asSequence,
  asText,
  keyOf,
  pairsOf,
  show,
  sortedEntries,
} from './values.ts';

/** Answers for a reference such as `aws_lb.main.arn`; gets the longest path that is known without evaluating. */
export interface Scope {
  /** @returns the value, and how many steps of the path it took @throws CutoverError for what is not there */
  lookup(path: readonly string[]): { readonly value: unknown; readonly used: number };
  /** Bytes of a file beside the stack; null where there is none. Without it no file is read. @throws CutoverError */
  readonly file?: (path: string, mustExist: boolean) => Buffer | null;
  /** Runs what `nonsensitive()` is given. */
  readonly inTheOpen?: <T>(run: () => T) => T;
}

/** Names bound by for expressions, `each`, `count` and dynamic blocks. */
export type Locals = ReadonlyMap<string, unknown>;

const ITEM = '*item';

/** @throws ExpressionError, or what the scope throws */
export function evaluate(node: Node, scope: Scope, locals: Locals = new Map()): unknown {
  const run = (n: Node): unknown => evaluate(n, scope, locals);
  switch (node.kind) {
    case 'literal':
      return node.value;
    case 'template':
      return node.parts.map((part) => (typeof part === 'string' ? part : templateText(run(part)))).join('');
    case 'joined':
      return asList(run(node.of)).map(templateText).join('');
    case 'item':
      return locals.get(ITEM);
    case 'name':
    case 'attribute':
    case 'index':
      return reference(node, scope, locals);
    case 'splat':
      return splat(node, scope, locals);
    case 'call':
      return call(node, run, scope);
    case 'unary':
      return node.op === '!' ? !asBoolean(run(node.of)) : -asNumber(run(node.of));
    case 'binary':
      return binary(node, run);
    case 'if':
      return asBoolean(run(node.test)) ? run(node.yes) : run(node.no);
    case 'tuple':
      return node.items.map(run);
    case 'object':
      return Object.fromEntries(node.entries.map(([key, value]) => [asText(run(key)), run(value)]));
    case 'for':
      return comprehension(node, scope, locals);
  }
}

/** Null has no elements; anything that is no list counts as a list of itself. */
function splat(node: Extract<Node, { kind: 'splat' }>, scope: Scope, locals: Locals): unknown[] {
  const of = evaluate(node.of, scope, locals);
  if (of === null) return [];
  return (Array.isArray(of) ? of : [of]).map((item) => evaluate(node.rest, scope, new Map([...locals, [ITEM, item]])));
}

function call(node: Extract<Node, { kind: 'call' }>, run: (n: Node) => unknown, scope: Scope): unknown {
  if (node.name === 'try' || node.name === 'can') return attempt(node, run);
  const args =
    node.name === 'nonsensitive' && scope.inTheOpen ? scope.inTheOpen(() => node.args.map(run)) : node.args.map(run);
  if (node.spread) args.push(...asList(args.pop()));
  if (node.name === 'templatestring') return ofText(node, args, scope);
  if (scope.file && isFileFunction(node.name)) return ofFile(node, args, scope);
  return callFunction(node.name, args, node.at);
}

function ofFile(
  node: Extract<Node, { kind: 'call' }>,
  [path, vars, ...more]: readonly unknown[],
  scope: Scope,
): unknown {
  const isTemplate = node.name === 'templatefile';
  if (path === undefined || more.length > 0 || (vars !== undefined) !== isTemplate)
    throw new ExpressionError(`${node.name}() takes ${isTemplate ? 'a path and an object' : 'a path'}`, node.at);
  const bytes = scope.file?.(asText(path), node.name !== 'fileexists') ?? null;
  if (node.name === 'fileexists') return bytes !== null;
  try {
    if (!isTemplate) return FILE_FUNCTIONS[node.name]?.(bytes ?? Buffer.alloc(0));
    return rendered(textOfFile(bytes ?? Buffer.alloc(0)), vars, scope);
  } catch (error) {
    if (error instanceof CutoverError) throw error;
    throw new ExpressionError(
      `${node.name}(${show(path)}): ${error instanceof Error ? error.message : error}`,
      node.at,
    );
  }
}

/** `templatestring(TEXT, VARS)`: as `templatefile`, of a text that is there already. */
function ofText(node: Extract<Node, { kind: 'call' }>, args: readonly unknown[], scope: Scope): string {
  const [template, vars] = args;
  if (args.length !== 2) throw new ExpressionError('templatestring() takes a text and an object', node.at);
  return rendered(asText(template), vars, scope);
}

/** A template that can read no files. @throws ExpressionError */
export const renderTemplate = (template: string, vars: unknown): string =>
  rendered(template, vars, { lookup: ([name = '']) => notGiven(name) });

/** A template sees its variables only, and is text whatever it holds. */
function rendered(template: string, vars: unknown, scope: Scope): string {
  const inside: Scope = { ...scope, lookup: ([name = '']) => notGiven(name) };
  return templateText(evaluate(parseTemplate(template), inside, new Map(Object.entries(asObject(vars)))));
}

function notGiven(name: string): never {
  throw new ExpressionError(`the template is given no ${name}; a literal \${ is written $\${`);
}

/** What is declared nowhere and functions that are not there stay errors, as in Terraform; only evaluation may fail. */
function attempt(node: Extract<Node, { kind: 'call' }>, run: (n: Node) => unknown): unknown {
  let last: unknown = new ExpressionError(`${node.name}() needs an argument`, node.at);
  for (const arg of node.args) {
    try {
      const value = run(arg);
      return node.name === 'can' ? true : value;
    } catch (error) {
      if (error instanceof FunctionMissing || (error instanceof CutoverError && !isMissingFile(error))) throw error;
      last = error;
    }
  }
  if (node.name === 'can' && node.args.length > 0) return false;
  throw last;
}

const isMissingFile = ({ problems }: CutoverError): boolean => problems.every((p) => p.code === 'FILE_UNREADABLE');

/** Follows a path: in the locals, else in the scope, then as attributes and indexes of the value. */
function reference(node: Node, scope: Scope, locals: Locals): unknown {
  const steps: Extract<Node, { kind: 'attribute' | 'index' }>[] = [];
  let root: Node = node;
  while (root.kind === 'attribute' || root.kind === 'index') {
    steps.push(root);
    root = root.of;
  }
  steps.reverse();
  if (root.kind === 'name' && !locals.has(root.name)) {
    const keys = steps.map((step) => keyOfStep(step, scope, locals));
    const unnamed = keys.findIndex((key) => typeof key !== 'string' && typeof key !== 'number');
    const path = keys.slice(0, unnamed < 0 ? keys.length : unnamed).map(String);
    const { value, used } = scope.lookup([root.name, ...path]);
    return keys.slice(used - 1).reduce<unknown>(elementOf, value);
  }
  const start = root.kind === 'name' ? locals.get(root.name) : evaluate(root, scope, locals);
  return steps.reduce<unknown>((value, step) => elementOf(value, keyOfStep(step, scope, locals)), start);
}

/** What one step of a path names: an index may be any expression, so that only the one instance it names is looked up. */
const keyOfStep = (step: Extract<Node, { kind: 'attribute' | 'index' }>, scope: Scope, locals: Locals): unknown =>
  step.kind === 'attribute' ? step.name : evaluate(step.index, scope, locals);

function elementOf(value: unknown, key: unknown): unknown {
  if (Array.isArray(value)) {
    const i = Number(key);
    if (typeof key === 'boolean' || key === null || key === '' || !Number.isInteger(i)) {
      // A single block is an object in synthesized JSON and a one-element list in Terraform's state: both are read alike.
      if (value.length === 1 && typeof key === 'string') return elementOf(value[0], key);
      throw new ExpressionError(`a list has no attribute ${show(key)}`);
    }
    asSequence(value);
    if (i < 0 || i >= value.length)
      throw new ExpressionError(`index ${i} is out of range: the list has ${value.length}`);
    return value[i];
  }
  if (value !== null && typeof value === 'object') {
    const name = asText(key);
    if (Object.hasOwn(value, name)) return (value as Record<string, unknown>)[name];
    if (name === '0') return value;
    throw new ExpressionError(`there is no ${name}; there are ${Object.keys(value).slice(0, 20).join(', ') || 'none'}`);
  }
  throw new ExpressionError(`${show(value)} has no ${show(key)}`);
}

function binary(node: Extract<Node, { kind: 'binary' }>, run: (n: Node) => unknown): unknown {
  if (node.op === '&&') return asBoolean(run(node.left)) && asBoolean(run(node.right));
  if (node.op === '||') return asBoolean(run(node.left)) || asBoolean(run(node.right));
  const [left, right] = [run(node.left), run(node.right)];
  if (node.op === '==' || node.op === '!=') return (keyOf(left) === keyOf(right)) === (node.op === '==');
  const [a, b] = [asNumber(left), asNumber(right)];
  if ((node.op === '/' || node.op === '%') && b === 0) throw new ExpressionError('division by zero');
  return ARITHMETIC[node.op]?.(a, b);
}

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number | boolean>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};

function comprehension(node: Extract<Node, { kind: 'for' }>, scope: Scope, locals: Locals): unknown {
  const over = evaluate(node.over, scope, locals);
  const pairs: [unknown, unknown][] = Array.isArray(over) ? pairsOf(over) : sortedEntries(asObject(over));
  const list: unknown[] = [];
  const object = new Map<string, unknown>();
  for (const [key, value] of pairs) {
    const inner = new Map([...locals, [node.value, value] as const]);
    if (node.key) inner.set(node.key, key);
    if (node.test && !asBoolean(evaluate(node.test, scope, inner))) continue;
    const result = evaluate(node.result, scope, inner);
    if (!node.resultKey) list.push(result);
    else {
      const name = asText(evaluate(node.resultKey, scope, inner));
      const group = object.get(name);
      if (node.group && Array.isArray(group)) group.push(result);
      else if (object.has(name))
        throw new ExpressionError(`two elements have the key ${show(name)}; group them with ...`);
      else object.set(name, node.group ? [result] : result);
    }
  }
  return node.resultKey ? Object.fromEntries(object) : list;
}

function templateText(value: unknown): string {
  if (value === null || value === undefined) throw new ExpressionError('a null value cannot be part of a text');
  if (typeof value === 'object')
    throw new ExpressionError('a list or object cannot be part of a text; use jsonencode or join');
  return asText(value);
}
