/** Untrusted JSON: shapes, and what `JSON.parse` lets pass in silence (repeated keys, `__proto__`, bottomless nesting). */
export type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An own property; never one of Object.prototype. */
export const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

/** Deeper than any configuration; keeps every later recursion inside the call stack. */
export const MAX_JSON_DEPTH = 64;

export interface Oddity {
  readonly kind: 'duplicate' | 'prototype' | 'depth';
  /** Keys and indexes from the root, e.g. `resource.aws_lb.main`. */
  readonly path: string;
}

interface Frame {
  /** Null in a list. */
  readonly keys: Set<string> | null;
  key: string;
  index: number;
  awaitsKey: boolean;
}

/** @param text valid JSON @returns what is odd in it; stops at the first nesting that is too deep */
export function findOddities(text: string): Oddity[] {
  const found: Oddity[] = [];
  const frames: Frame[] = [];
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    const frame = frames.at(-1);
    if (c === '"') {
      const end = stringEnd(text, i);
      if (frame?.awaitsKey) takeKey(frames, JSON.parse(text.slice(i, end + 1)) as string, found);
      i = end;
    } else if (c === '{' || c === '[') {
      frames.push({ keys: c === '{' ? new Set() : null, key: '', index: 0, awaitsKey: c === '{' });
      if (frames.length > MAX_JSON_DEPTH) return [...found, { kind: 'depth', path: pathOf(frames.slice(0, 8)) }];
    } else if (c === '}' || c === ']') frames.pop();
    else if (c === ',' && frame) {
      frame.index += 1;
      frame.awaitsKey = frame.keys !== null;
    }
  }
  return found;
}

function takeKey(frames: readonly Frame[], key: string, found: Oddity[]): void {
  const frame = frames.at(-1) as Frame;
  frame.key = key;
  frame.awaitsKey = false;
  if (key === '__proto__') found.push({ kind: 'prototype', path: pathOf(frames) });
  if (frame.keys?.has(key) && key !== '//') found.push({ kind: 'duplicate', path: pathOf(frames) });
  frame.keys?.add(key);
}

function stringEnd(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === '"') return i;
  }
  return text.length;
}

const pathOf = (frames: readonly Frame[]): string => frames.map((f) => (f.keys ? f.key : String(f.index))).join('.');
