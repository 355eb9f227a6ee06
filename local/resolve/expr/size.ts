/** Bounds of values: what refers to the same value twice holds it twice once it is written down, so a short text can mean gigabytes. */
import { ExpressionError } from './ast.ts';

/** Characters and parts of a value as it would be written; a configuration is far below. */
const MAX_SIZE = 64 * 2 ** 20;
/** Deeper than any configuration; keeps every later recursion inside the call stack. */
const MAX_DEPTH = 200;
const PART = 8;

interface Extent {
  readonly size: number;
  readonly depth: number;
}

const known = new WeakMap<object, Extent>();
const lazy = new WeakSet<object>();

/** An object whose parts are computed when somebody looks: it is not looked into. */
export function markLazy<T extends object>(value: T): T {
  lazy.add(value);
  return value;
}

function extentOf(value: unknown): Extent {
  if (typeof value === 'string') return { size: value.length + PART, depth: 0 };
  if (value === null || typeof value !== 'object' || lazy.has(value)) return { size: PART, depth: 0 };
  const found = known.get(value);
  if (found) return found;
  let size = PART;
  let depth = 0;
  for (const [name, inner] of Array.isArray(value) ? value.map((v) => ['', v] as const) : Object.entries(value)) {
    const extent = extentOf(inner);
    size += extent.size + name.length;
    depth = Math.max(depth, extent.depth + 1);
  }
  const extent = { size, depth };
  known.set(value, extent);
  return extent;
}

/** @throws ExpressionError for a value that is too large or nested too deep to be kept */
export function bounded<T>(value: T): T {
  const { size, depth } = extentOf(value);
  if (size > MAX_SIZE) throw new ExpressionError(`the value would have more than ${MAX_SIZE} characters`);
  if (depth > MAX_DEPTH) throw new ExpressionError(`the value is nested deeper than ${MAX_DEPTH}`);
  return value;
}
