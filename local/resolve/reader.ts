/** Reads evaluated attributes with types, ranges and defaults; collects every problem instead of stopping at the first. */
import type { Problem } from '../errors.ts';
import { isObject, type Json } from '../read/read-stacks.ts';

interface Bounds {
  readonly min?: number;
  readonly max?: number;
  readonly rule?: string;
}

export class Reader {
  readonly at: string;
  readonly #json: Json;
  readonly problems: Problem[];

  constructor(at: string, json: Json, problems: Problem[]) {
    this.at = at;
    this.#json = json;
    this.problems = problems;
  }

  has(name: string): boolean {
    const value = this.#json[name];
    return value !== undefined && value !== null;
  }

  raw(name: string): unknown {
    return this.#json[name];
  }

  bad(name: string, message: string, rule: string, value: unknown = this.#json[name]): void {
    this.problems.push({
      code: 'INVALID_ATTRIBUTE',
      address: `${this.at}.${name}`,
      message,
      value,
      rule,
      fix: `set ${name} to what the rule allows`,
    });
  }

  /** A text, or the default; a missing one without default is a problem. */
  text(name: string, fallback?: string): string {
    const value = this.#json[name];
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    if (this.has(name)) this.bad(name, 'it is not a text', 'a string');
    else if (fallback === undefined) this.missing(name);
    return fallback ?? '';
  }

  textOrNull(name: string): string | null {
    return this.has(name) ? this.text(name) : null;
  }

  oneOf<T extends string>(name: string, words: readonly T[], fallback?: T): T {
    const value = this.text(name, fallback);
    if ((words as readonly string[]).includes(value)) return value as T;
    if (this.has(name)) this.bad(name, 'it is not one of the allowed words', words.join(', '));
    return fallback ?? (words[0] as T);
  }

  number(name: string, fallback?: number, bounds: Bounds = {}): number {
    const value = this.#json[name];
    if (!this.has(name)) {
      if (fallback === undefined) this.missing(name);
      return fallback ?? 0;
    }
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = bounds;
    if (typeof number === 'number' && !Number.isNaN(number) && number >= min && number <= max) return number;
    this.bad(name, 'it is not a number in range', bounds.rule ?? `a number from ${min} to ${max}`);
    return fallback ?? (Number.isFinite(min) ? min : 0);
  }

  bool(name: string, fallback: boolean): boolean {
    const value = this.#json[name];
    if (!this.has(name)) return fallback;
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    this.bad(name, 'it is not a boolean', 'true or false');
    return fallback;
  }

  texts(name: string): string[] {
    const value = this.#json[name];
    if (!this.has(name)) return [];
    const list = Array.isArray(value) ? value : [value];
    if (list.every((v) => typeof v === 'string' || typeof v === 'number')) return list.map(String);
    this.bad(name, 'it is not a list of texts', 'a list of strings');
    return [];
  }

  /** Blocks of a name: Terraform JSON writes one block as an object or a list. */
  blocks(name: string): Reader[] {
    const value = this.#json[name];
    if (!this.has(name)) return [];
    const list = Array.isArray(value) ? value : [value];
    return list.flatMap((item, i) => {
      if (isObject(item))
        return [new Reader(`${this.at}.${name}${list.length > 1 ? `[${i}]` : ''}`, item, this.problems)];
      this.bad(name, 'it is not a block', 'an object, or a list of objects', item);
      return [];
    });
  }

  block(name: string): Reader | null {
    const found = this.blocks(name);
    if (found.length > 1) this.bad(name, 'there is more than one', 'at most one block');
    return found[0] ?? null;
  }

  /** An attribute that holds JSON text (or the value itself). */
  json(name: string): unknown {
    const value = this.#json[name];
    if (!this.has(name) || typeof value !== 'string') return value ?? null;
    try {
      return JSON.parse(value);
    } catch (error) {
      this.bad(name, `it is not JSON: ${error instanceof Error ? error.message : error}`, 'JSON text');
      return null;
    }
  }

  keys(): string[] {
    return Object.keys(this.#json);
  }

  missing(name: string): void {
    this.problems.push({
      code: 'MISSING_ATTRIBUTE',
      address: `${this.at}.${name}`,
      message: `${name} is missing`,
      rule: 'it is required',
      fix: `set ${name}`,
    });
  }
}
