/**
 * All blocks of all stacks, evaluated lazily: an attribute is computed when something asks for it, once.
 * Owns scoping and evaluation; what types mean is the kinds', which files hold is read's.
 */
import { dirname } from 'node:path';
import { CutoverError, type Problem } from '../../errors.ts';
import type { Json } from '../../read/json.ts';
import type { RawStack, RawStacks } from '../../read/raw.ts';
import { markLazy } from '../expr/size.ts';
import { nearest } from '../nearest.ts';
import { outOfHome } from './addresses.ts';
import { addressOf, type Block, META_ARGUMENTS, modeOf } from './blocks.ts';
import { attempt, dangling } from './errors.ts';
import { allOf, dynamicsOf, type Instances, instanceAt, instancesOf, listOf, type Repeatable } from './expand.ts';
import { type Call, type Home, Homes } from './homes.ts';
import { Memo } from './memo.ts';
import { NamedValues } from './named-values.ts';
import { remoteStack } from './remote.ts';
import { type Found, type Scoped, Values } from './values.ts';

/** What the resolver knows of a block's type. */
export interface TypeKnowledge {
  /** Attributes that AWS, not the configuration, decides; may read the block's own configured attributes. */
  computed(block: Block, attribute: (name: string) => unknown): Json;
  /** Default of an attribute that may be set but is not; undefined: there is no such attribute. */
  defaultOf(name: string): unknown;
  /** Attributes whose values are secrets. */
  isSecret(block: Block, name: string): boolean;
}

export interface WorldOptions {
  readonly variables: Readonly<Record<string, unknown>>;
  /** Null where the type is not known; nothing of it is evaluated then. */
  knowledgeOf(block: Block): TypeKnowledge | null;
  /** Why such a block is not accepted: the one problem of everything that refers to it. */
  refusalOf(block: Block): Problem | null;
}

export class World {
  /** All instances of all blocks, in the order of their declaration. */
  readonly blocks = new Map<string, Block>();
  readonly problems: Problem[] = [];
  readonly raw: RawStacks;
  readonly #homes: Homes;
  readonly #options: WorldOptions;
  readonly #memo = new Memo();
  readonly #values: Values;
  /** Variables, locals, outputs and modules. */
  readonly named: NamedValues;
  readonly #stacks: ReadonlyMap<string, RawStack>;

  constructor(raw: RawStacks, options: WorldOptions) {
    this.raw = raw;
    this.#options = options;
    this.#stacks = new Map(raw.stacks.map((stack) => [stack.name, stack]));
    this.#values = new Values({
      lookup: (path, home) => this.#lookup(path, home),
      mark: (mark) => this.#memo.mark(mark),
      without: (mark, run) => this.#memo.without(mark, run),
      folderOf: (home) => this.folderOf(this.#homes.get(home)?.stack ?? ''),
    });
    this.#homes = new Homes(raw.stacks, this.problems);
    this.named = new NamedValues({
      homes: this.#homes,
      memo: this.#memo,
      environment: options.variables,
      filesOf: (stack) => this.#stacks.get(stack)?.given ?? new Map(),
      evaluate: (value, scope, at) => this.evaluateValue(value, scope, at),
      instances: (call) => this.instances(call),
    });
  }

  /** Evaluates every `count` and `for_each`, and goes into every module. */
  expand(): void {
    for (const home of this.#homes.all()) this.#expandHome(home);
  }

  #expandHome({ key }: Home): void {
    for (const block of this.#homes.blocksIn(key))
      for (const one of this.#each(block)) this.blocks.set(one.address, one);
    for (const call of this.#homes.callsIn(key)) {
      if (!call.raw.module) continue;
      for (const one of this.#each(call)) {
        const home = attempt(this.problems, () => this.#homes.open(one));
        if (home) this.#expandHome(home);
      }
    }
  }

  #each<T extends Block | Call>(block: T): readonly T[] {
    const found = attempt(this.problems, () => this.instances(block));
    return found ? listOf(found) : [];
  }

  /** Of all stacks and modules, once these are expanded; the roots of stacks first. */
  get homes(): readonly Home[] {
    return this.#homes.all();
  }

  home(key: string): Home | undefined {
    return this.#homes.get(key);
  }

  /** @throws CutoverError where there is none, or where its files cannot be read */
  call(home: string, name: string): Call {
    return this.#homes.call(home, name);
  }

  callNames(home: string): string[] {
    return this.#homes.callsIn(home).map(({ name }) => name);
  }

  declaredBlock(address: string): Block | undefined {
    return this.#homes.block(address);
  }

  /** @throws CutoverError */
  instances<T extends Repeatable & { readonly home: string }>(block: T): Instances<T> {
    return this.#memo.once(`${block.address} (instances)`, () =>
      instancesOf(block, (value, at) => this.evaluateValue(value, block, at)),
    );
  }

  /** Where a stack's files are found: Terraform runs there, and its modules' relative paths begin there. */
  folderOf(stack: string): string {
    return dirname(this.#stacks.get(stack)?.file ?? '.');
  }

  /** What is written in a home. */
  jsonOf(home: string): Json {
    return this.#homes.get(home)?.json ?? {};
  }

  /** Names of all configured attributes of a block. */
  attributeNames(block: Block): string[] {
    const names = Object.keys(block.body).filter((name) => !META_ARGUMENTS.has(name));
    return [...new Set([...names, ...dynamicsOf(block.body).keys()])];
  }

  /** One attribute: configured, computed, defaulted, or undefined where there is none. @throws CutoverError */
  attribute(block: Block, name: string): unknown {
    return this.#memo.once(`${block.address}.${name}`, () => {
      const knowledge = this.#options.knowledgeOf(block);
      if (knowledge?.isSecret(block, name)) this.#memo.mark('sensitive');
      const configured = this.configured(block, name);
      // What a resource was given is kept with it, and may be read back.
      if (block.mode === 'resource') this.#memo.unmark('ephemeral');
      if (configured !== undefined) return configured;
      const computed = this.#computed(block);
      return Object.hasOwn(computed, name) ? computed[name] : knowledge?.defaultOf(name);
    });
  }

  #computed(block: Block): Json {
    return this.#memo.once(
      `${block.address} (computed)`,
      () => this.#options.knowledgeOf(block)?.computed(block, (name) => this.configured(block, name)) ?? {},
    );
  }

  /** An attribute as the configuration has it; undefined where it has none, or null. @throws CutoverError */
  configured(block: Block, name: string): unknown {
    return this.#memo.once(`${block.address}.${name} (configured)`, () => {
      const dynamics = dynamicsOf(block.body).get(name);
      if (!dynamics && (META_ARGUMENTS.has(name) || !Object.hasOwn(block.body, name))) return undefined;
      const at = `${block.address}.${name}`;
      const value = this.evaluateValue(block.body[name], block, at) ?? undefined;
      if (!dynamics) return value;
      return [...(value === undefined ? [] : [value].flat()), ...this.#values.repeated(dynamics, block, at)];
    });
  }

  /** Whether an attribute rests on a secret; known once it is evaluated. */
  isSensitive(block: Block, name: string): boolean {
    return this.#memo.has('sensitive', `${block.address}.${name}`);
  }

  /** Whether a configured attribute rests on what is kept nowhere; known once it is evaluated. */
  isEphemeral(block: Block, name: string): boolean {
    return this.#memo.has('ephemeral', `${block.address}.${name} (configured)`);
  }

  /** Whether what an attribute is configured with rests on a secret, of whatever kind; known once it is evaluated. */
  restsOnSecret(block: Block, name: string): boolean {
    return this.#memo.has('sensitive', `${block.address}.${name} (configured)`) || this.isEphemeral(block, name);
  }

  /** Evaluates every text inside a JSON value. @throws CutoverError naming address, attribute and expression */
  evaluateValue(value: unknown, scope: Scoped, at: string): unknown {
    return this.#values.of(value, scope, at);
  }

  #lookup(path: readonly string[], home: string): Found {
    const [root = '', second = '', third = ''] = path;
    if (root === 'var') return { value: this.named.variable(home, second), used: 2 };
    if (root === 'local') return { value: this.named.local(home, second), used: 2 };
    if (root === 'path' && second === 'module') return { value: this.#homes.get(home)?.path ?? '.', used: 2 };
    if (root === 'path' && second === 'root') return { value: '.', used: 2 };
    if (root === 'path' && second === 'cwd')
      return { value: this.folderOf(this.#homes.get(home)?.stack ?? ''), used: 2 };
    if (root === 'terraform' && second === 'workspace') return { value: 'default', used: 2 };
    if (root === 'module') return this.named.ofCall(path, home);
    if (root === 'data' && second === 'terraform_remote_state') return this.#remote(path, home);
    const { mode, parts } = modeOf(root);
    if (mode === 'ephemeral') this.#memo.mark('ephemeral');
    const named = mode === 'resource' ? `${root}.${second}` : `${second}.${third}`;
    return this.#ofBlock(addressOf(home, mode, named), path, { home, used: parts });
  }

  #ofBlock(address: string, path: readonly string[], at: { readonly home: string; readonly used: number }): Found {
    const block = this.#homes.block(address);
    if (!block) throw this.#unknownName(at.home, path, at.used);
    const instances = this.instances(block);
    const one = instanceAt(instances, path[at.used]);
    if (one) return this.#ofInstance(one, path, instances.kind === 'single' ? at.used : at.used + 1);
    // Of none there is nothing to refuse.
    const [first] = listOf(instances);
    const refusal = first ? this.#options.refusalOf(first) : null;
    if (refusal) throw new CutoverError(refusal);
    const value = this.#memo.once(`${address} (all instances)`, () => allOf(instances, (b) => this.all(b)));
    return { value, used: at.used };
  }

  #ofInstance(block: Block, path: readonly string[], used: number): Found {
    const refusal = this.#options.refusalOf(block);
    if (refusal) throw new CutoverError(refusal);
    const name = path[used];
    if (name === undefined) return { value: this.all(block), used };
    const value = this.attribute(block, name);
    if (value !== undefined) return { value, used: used + 1 };
    const known = this.#namesOf(block);
    const close = nearest(name, known);
    throw dangling(
      `${block.address} has no attribute ${name}`,
      close ? `did you mean ${close}?` : `it has ${known.join(', ') || 'none'}`,
    );
  }

  #unknownName(home: string, path: readonly string[], used: number): CutoverError {
    const written = path.slice(0, used).join('.');
    const close = nearest(
      written,
      this.#homes.blocksIn(home).map((b) => outOfHome(home, b.address)),
    );
    return dangling(
      `there is no ${written}${path.length < used ? ', and no such name' : ''}`,
      close ? `did you mean ${close}?` : `declare ${written}, or remove the reference`,
    );
  }

  #namesOf(block: Block): string[] {
    return [...new Set([...this.attributeNames(block), ...Object.keys(this.#computed(block))])];
  }

  /** Every attribute of a block, each evaluated when it is looked at. */
  all(block: Block): Json {
    return this.#memo.once(`${block.address} (all)`, () => {
      const json: Json = {};
      for (const name of this.#namesOf(block))
        Object.defineProperty(json, name, { enumerable: true, get: () => this.attribute(block, name) });
      return markLazy(json);
    });
  }

  /** Another stack's output, through its state. */
  #remote(path: readonly string[], home: string): Found {
    const [, , name = '', outputs, output] = path;
    const block = this.#homes.block(addressOf(home, 'data', `terraform_remote_state.${name}`));
    if (!block) throw this.#unknownName(home, path, 3);
    const other = remoteStack(this.raw, name, block.body);
    if (outputs !== 'outputs')
      throw dangling('only the outputs of a remote state can be read', 'write .outputs.NAME after its name');
    if (output !== undefined) return { value: this.named.output(other, output), used: 5 };
    const names = this.named.outputNames(other);
    return { value: Object.fromEntries(names.map((n) => [n, this.named.output(other, n)])), used: 4 };
  }
}
