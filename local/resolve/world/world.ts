/**
 * All blocks of all stacks, evaluated lazily: an attribute is computed when something asks for it, once.
 * Owns scoping and evaluation; what types mean is the kinds', which files hold is read's.
 */
import { dirname } from 'node:path';
import { CutoverError, type Problem } from '../../errors.ts';
import type { Json } from '../../read/json.ts';
import type { RawStack, RawStacks } from '../../read/read-stacks.ts';
import { markLazy } from '../expr/size.ts';
import { nearest } from '../nearest.ts';
import {
  addressOf,
  type Block,
  collectBlocks,
  declared,
  labelled,
  localsOf,
  META_ARGUMENTS,
  modeOf,
  moduleRefusal,
} from './blocks.ts';
import { attempt, dangling } from './errors.ts';
import { dynamicsOf, type Instances, instancesOf, listOf } from './expand.ts';
import { Memo } from './memo.ts';
import { remoteStack } from './remote.ts';
import { type Found, type Scoped, Values } from './values.ts';
import { variableOf } from './variables.ts';

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
  readonly #declared: ReadonlyMap<string, Block>;
  readonly #options: WorldOptions;
  readonly #memo = new Memo();
  readonly #values: Values;
  readonly #stacks: ReadonlyMap<string, RawStack>;

  constructor(raw: RawStacks, options: WorldOptions) {
    this.raw = raw;
    this.#options = options;
    this.#stacks = new Map(raw.stacks.map((stack) => [stack.name, stack]));
    this.#values = new Values({
      lookup: (path, stack) => this.#lookup(path, stack),
      mark: (mark) => this.#memo.mark(mark),
      folderOf: (stack) => this.folderOf(stack),
    });
    this.#declared = new Map(collectBlocks(raw, this.problems).map((b) => [b.address, b]));
  }

  /** Evaluates every `count` and `for_each`. */
  expand(): void {
    for (const block of this.#declared.values()) {
      const found = attempt(this.problems, () => this.instances(block));
      for (const one of found ? listOf(found) : []) this.blocks.set(one.address, one);
    }
  }

  declaredBlock(address: string): Block | undefined {
    return this.#declared.get(address);
  }

  /** @throws CutoverError */
  instances(block: Block): Instances {
    return this.#memo.once(`${block.address} (instances)`, () =>
      instancesOf(block, (value, at) => this.evaluateValue(value, block, at)),
    );
  }

  /** Where a stack's files are found. */
  folderOf(stack: string): string {
    return dirname(this.#stacks.get(stack)?.file ?? '.');
  }

  stackJson(name: string): Json {
    return this.#stacks.get(name)?.json ?? {};
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

  isEphemeralOutput(stack: string, name: string): boolean {
    return this.#memo.has('ephemeral', `${stack}/output.${name}`);
  }

  /** Evaluates every text inside a JSON value. @throws CutoverError naming address, attribute and expression */
  evaluateValue(value: unknown, scope: Scoped, at: string): unknown {
    return this.#values.of(value, scope, at);
  }

  #lookup(path: readonly string[], stack: string): Found {
    const [root = '', second = '', third = ''] = path;
    if (root === 'var') return { value: this.#variable(second, stack), used: 2 };
    if (root === 'local') return { value: this.#local(second, stack), used: 2 };
    if (root === 'path' && ['module', 'root', 'cwd'].includes(second)) return { value: '.', used: 2 };
    if (root === 'terraform' && second === 'workspace') return { value: 'default', used: 2 };
    if (root === 'data' && second === 'terraform_remote_state') return this.#remote(path, stack);
    const ofModule = root === 'module' ? moduleRefusal(stack, this.stackJson(stack), second) : null;
    if (ofModule) throw new CutoverError(ofModule);
    const { mode, parts } = modeOf(root);
    if (mode === 'ephemeral') this.#memo.mark('ephemeral');
    const named = mode === 'resource' ? `${root}.${second}` : `${second}.${third}`;
    return this.#ofBlock(addressOf(stack, mode, named), path, parts);
  }

  #ofBlock(address: string, path: readonly string[], used: number): Found {
    const block = this.#declared.get(address);
    if (!block) throw this.#unknownName(address, path, used);
    const instances = this.instances(block);
    if (instances.kind === 'single') return this.#ofInstance(instances.block, path, used);
    const key = path[used];
    const one =
      instances.kind === 'list' ? instances.blocks[Number(key ?? Number.NaN)] : instances.blocks.get(key ?? '');
    if (one) return this.#ofInstance(one, path, used + 1);
    const value = this.#memo.once(`${address} (all instances)`, () =>
      instances.kind === 'list'
        ? instances.blocks.map((b) => this.all(b))
        : Object.fromEntries([...instances.blocks].map(([k, b]) => [k, this.all(b)])),
    );
    return { value, used };
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

  #unknownName(address: string, path: readonly string[], used: number): CutoverError {
    const close = nearest(address, [...this.#declared.keys()]);
    const written = path.slice(0, used).join('.');
    return dangling(
      `there is no ${written}${path.length < used ? ', and no such name' : ''}`,
      close ? `did you mean ${close.slice(close.indexOf('/') + 1)}?` : `declare ${written}, or remove the reference`,
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

  isSensitiveVariable(stack: string, name: string): boolean {
    return declared(this.stackJson(stack), 'variable', name)?.['sensitive'] === true;
  }

  #variable(name: string, stack: string): unknown {
    for (const mark of ['sensitive', 'ephemeral'] as const)
      if (declared(this.stackJson(stack), 'variable', name)?.[mark] === true) this.#memo.mark(mark);
    return variableOf(stack, this.stackJson(stack), name, this.#options.variables);
  }

  #local(name: string, stack: string): unknown {
    const at = `${stack}/local.${name}`;
    return this.#memo.once(at, () => {
      const locals = localsOf(this.stackJson(stack));
      if (Object.hasOwn(locals, name)) return this.evaluateValue(locals[name], { stack }, at);
      const close = nearest(name, Object.keys(locals));
      throw dangling(`there is no local.${name}`, close ? `did you mean local.${close}?` : `declare ${name} in locals`);
    });
  }

  /** Another stack's output, through its state. */
  #remote(path: readonly string[], stack: string): Found {
    const [, , name = '', outputs, output] = path;
    const block = this.#declared.get(`${stack}/data.terraform_remote_state.${name}`);
    if (!block) throw this.#unknownName(`${stack}/data.terraform_remote_state.${name}`, path, 3);
    const other = remoteStack(this.raw, name, block.body);
    if (outputs !== 'outputs')
      throw dangling('only the outputs of a remote state can be read', 'write .outputs.NAME after its name');
    if (output !== undefined) return { value: this.output(other, output), used: 5 };
    const names = labelled(this.stackJson(other)['output'], 'output', []).map(([n]) => n);
    return { value: Object.fromEntries(names.map((n) => [n, this.output(other, n)])), used: 4 };
  }

  /** @throws CutoverError */
  output(stack: string, name: string): unknown {
    const at = `${stack}/output.${name}`;
    return this.#memo.once(at, () => {
      const body = declared(this.stackJson(stack), 'output', name);
      if (body) return this.evaluateValue(body['value'], { stack }, at) ?? null;
      const names = labelled(this.stackJson(stack)['output'], 'output', []).map(([n]) => n);
      const close = nearest(name, names);
      throw dangling(`stack ${stack} has no output ${name}`, close ? `did you mean ${close}?` : 'declare the output');
    });
  }

  isSensitiveOutput(stack: string, name: string): boolean {
    return this.#memo.has('sensitive', `${stack}/output.${name}`);
  }
}
