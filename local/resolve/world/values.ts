/** Values of JSON in which any text may be a template, and any object may hold `dynamic` blocks. What names mean is the world's. */
import { isObject, type Json } from '../../read/json.ts';
import { evaluate, type Locals } from '../expr/evaluate.ts';
import { bounded } from '../expr/size.ts';
import { fileReader } from '../files.ts';
import { located } from './errors.ts';
import { type Dynamic, dynamicsOf, isDynamic, repetitions } from './expand.ts';
import type { Mark } from './memo.ts';
import { callsFunction, isTemplate, parseCached } from './references.ts';

/** A value that a path leads to, and how many steps of the path it took. */
export interface Found {
  readonly value: unknown;
  readonly used: number;
}

/** Where an expression stands. */
export interface Scoped {
  /** Key of the home whose names are meant. */
  readonly home: string;
  readonly locals?: Locals;
}

interface Surroundings {
  /** @throws CutoverError */
  lookup(path: readonly string[], home: string): Found;
  /** What is being evaluated has the mark. */
  mark(mark: Mark): void;
  /** What is being evaluated does not have the mark of what it rests on. */
  without<T>(mark: Mark, run: () => T): T;
  /** Where files are found that are named in a home. */
  folderOf(home: string): string;
}

const NO_DYNAMICS: ReturnType<typeof dynamicsOf> = new Map();

export class Values {
  readonly #surroundings: Surroundings;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /** @throws CutoverError naming address, attribute and expression */
  of(value: unknown, scope: Scoped, at: string): unknown {
    if (typeof value === 'string') return isTemplate(value) ? this.#text(value, scope, at) : value;
    if (Array.isArray(value)) return value.map((item, i) => this.of(item, scope, `${at}[${i}]`));
    if (!isObject(value)) return value;
    const repeated = isDynamic(value['dynamic']) ? dynamicsOf(value) : NO_DYNAMICS;
    const entries = Object.entries(value)
      .filter(([k]) => k !== '//' && !(k === 'dynamic' && repeated.size > 0))
      .map(([k, v]) => [String(this.of(k, scope, at)), this.of(v, scope, `${at}.${k}`)] as const);
    const json: Json = Object.fromEntries(entries);
    for (const [label, dynamics] of repeated)
      json[label] = [...[json[label] ?? []].flat(), ...this.repeated(dynamics, scope, `${at}.${label}`)];
    return json;
  }

  /** What `dynamic` blocks stand for. */
  repeated(dynamics: readonly Dynamic[], scope: Scoped, at: string): unknown[] {
    return dynamics.flatMap((d) =>
      repetitions(d, this.of(d.forEach, scope, `${at}.for_each`), `${at}.for_each`).map((binding) =>
        this.of(d.content, { ...scope, locals: new Map([...(scope.locals ?? []), binding]) }, at),
      ),
    );
  }

  #text(text: string, scope: Scoped, at: string): unknown {
    try {
      const node = parseCached(text);
      if (callsFunction(node, 'sensitive')) this.#surroundings.mark('sensitive');
      const file = fileReader(this.#surroundings.folderOf(scope.home));
      const lookup = (path: readonly string[]): Found => this.#surroundings.lookup(path, scope.home);
      const inTheOpen = <T>(run: () => T): T => this.#surroundings.without('sensitive', run);
      return bounded(evaluate(node, { lookup, file, inTheOpen }, scope.locals));
    } catch (error) {
      throw located(error, at, text);
    }
  }
}
