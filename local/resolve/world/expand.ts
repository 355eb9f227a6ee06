/** `count`, `for_each` and `dynamic`: one block written, several meant. */
import { CutoverError } from '../../errors.ts';
import { isObject, type Json } from '../../read/json.ts';
import type { Locals } from '../expr/evaluate.ts';
import { pairsOf } from '../expr/values.ts';
import type { Block } from './blocks.ts';

/** A block that may stand for several. */
export interface Repeatable {
  readonly address: string;
  readonly body: Json;
  /** `count` and `each` of this instance. */
  readonly locals: Locals;
}

/** What a declared block stands for. */
export type Instances<T = Block> =
  | { readonly kind: 'single'; readonly block: T }
  | { readonly kind: 'list'; readonly blocks: readonly T[] }
  | { readonly kind: 'map'; readonly blocks: ReadonlyMap<string, T> };

/** What a block with count or for_each is as a whole. */
export function allOf<T>(instances: Instances<T>, value: (one: T) => unknown): unknown {
  if (instances.kind === 'map') return Object.fromEntries([...instances.blocks].map(([k, b]) => [k, value(b)]));
  return listOf(instances).map(value);
}

/** The instance that a step of a reference names; undefined where it names none. */
export function instanceAt<T>(instances: Instances<T>, key: string | undefined): T | undefined {
  if (instances.kind === 'single') return instances.block;
  return instances.kind === 'list' ? instances.blocks[Number(key ?? Number.NaN)] : instances.blocks.get(key ?? '');
}

/** All instances of a block, in order. */
export function listOf<T>(instances: Instances<T>): readonly T[] {
  if (instances.kind === 'single') return [instances.block];
  return instances.kind === 'list' ? instances.blocks : [...instances.blocks.values()];
}

type Evaluate = (value: unknown, at: string) => unknown;

const MAX_INSTANCES = 1000;

/** @throws CutoverError */
export function instancesOf<T extends Repeatable>(block: T, evaluate: Evaluate): Instances<T> {
  const { body, address } = block;
  if (isGiven(body['count']) && isGiven(body['for_each']))
    throw invalid(`${address}.count`, body['count'], 'count or for_each, not both');
  if (isGiven(body['count'])) {
    const given = evaluate(body['count'], `${address}.count`);
    // A text of digits is converted, as of any argument that is a number.
    const count = typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given;
    if (typeof count !== 'number' || !Number.isInteger(count) || count < 0 || count > MAX_INSTANCES)
      throw invalid(`${address}.count`, given, `a whole number from 0 to ${MAX_INSTANCES}`);
    return {
      kind: 'list',
      blocks: Array.from({ length: count }, (_, i) => instance(block, `[${i}]`, 'count', { index: i })),
    };
  }
  if (!isGiven(body['for_each'])) return { kind: 'single', block };
  const entries = entriesOf(evaluate(body['for_each'], `${address}.for_each`), `${address}.for_each`);
  return {
    kind: 'map',
    blocks: new Map(
      entries.map(([key, value]) => [key, instance(block, `[${JSON.stringify(key)}]`, 'each', { key, value })]),
    ),
  };
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

const instance = <T extends Repeatable>(block: T, suffix: string, name: string, value: Json): T => ({
  ...block,
  address: `${block.address}${suffix}`,
  locals: new Map([[name, value]]),
});

/** An object, or a set of texts. */
function entriesOf(value: unknown, at: string): [string, unknown][] {
  if (isObject(value)) return Object.entries(value);
  if (Array.isArray(value) && value.every((v) => typeof v === 'string') && new Set(value).size === value.length)
    return value.map((v) => [v, v]);
  throw invalid(at, value, 'an object, or a set of strings');
}

const invalid = (address: string, value: unknown, rule: string): CutoverError =>
  new CutoverError({
    code: 'INVALID_ATTRIBUTE',
    address,
    message: 'it does not say how many instances there are',
    value: value ?? null,
    rule,
    fix: 'correct it',
  });

/** One `dynamic` block: what to repeat over, under which name, and what. */
export interface Dynamic {
  readonly iterator: string;
  readonly forEach: unknown;
  readonly content: unknown;
}

/** Whether a `dynamic` key is Terraform's: in a plain object it may be anybody's. */
export const isDynamic = (value: unknown): boolean =>
  [value]
    .flat()
    .filter(isObject)
    .flatMap((labels) => Object.values(labels).flat())
    .some((spec) => isObject(spec) && Object.hasOwn(spec, 'for_each') && Object.hasOwn(spec, 'content'));

const dynamics = new WeakMap<Json, ReadonlyMap<string, readonly Dynamic[]>>();

/** label → dynamic blocks of a body; a body is looked through once. */
export function dynamicsOf(body: Json): ReadonlyMap<string, readonly Dynamic[]> {
  const known = dynamics.get(body);
  if (known) return known;
  const found = findDynamics(body);
  dynamics.set(body, found);
  return found;
}

function findDynamics(body: Json): ReadonlyMap<string, readonly Dynamic[]> {
  const labels = [body['dynamic']].flat().filter(isObject).flatMap(Object.entries) as [string, unknown][];
  return new Map(
    labels.map(([label, specs]) => [
      label,
      [specs]
        .flat()
        .filter(isObject)
        .map((spec) => ({
          iterator: typeof spec['iterator'] === 'string' ? spec['iterator'] : label,
          forEach: spec['for_each'],
          content: [spec['content']].flat()[0] ?? {},
        })),
    ]),
  );
}

/** @throws CutoverError */
export function repetitions(dynamic: Dynamic, over: unknown, at: string): [string, Json][] {
  const pairs: [unknown, unknown][] = Array.isArray(over) ? pairsOf(over) : entriesOf(over, at);
  return pairs.map(([key, value]) => [dynamic.iterator, { key, value }]);
}
