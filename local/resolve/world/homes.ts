/**
 * Where blocks and names are at home: the root module of each stack, and each instance of every module that is called in
 * one. Owns which there are, and what they hold as written; what is evaluated is the world's.
 */
import { CutoverError, type Problem } from '../../errors.ts';
import { isObject, type Json } from '../../read/json.ts';
import type { Calls, RawCall, RawStack } from '../../read/raw.ts';
import { nearest } from '../nearest.ts';
import { inHome, withoutKeys } from './addresses.ts';
import { type Block, blocksOf, labelled, NAME, namedWrongly, singleBody } from './blocks.ts';
import { dangling } from './errors.ts';
import type { Repeatable } from './expand.ts';

export interface Home {
  /** `<stack>`, or `<stack>/module.web["a"]`. */
  readonly key: string;
  /** The stack that it is part of. */
  readonly stack: string;
  readonly json: Json;
  readonly calls: Calls;
  /** `path.module`, as Terraform has it: from the folder of the stack. */
  readonly path: string;
  /** The instance that it is; null of a stack's root. */
  readonly call: Call | null;
}

/** One `module` block; after expansion one instance of it. */
export interface Call extends Repeatable {
  readonly name: string;
  /** Key of the home that it is written in. */
  readonly home: string;
  readonly stack: string;
  readonly raw: RawCall;
}

/** Arguments of a `module` block that are Terraform's, not the module's. */
export const CALL_ARGUMENTS: ReadonlySet<string> = new Set([
  '//',
  'source',
  'version',
  'providers',
  'count',
  'for_each',
  'depends_on',
]);

/** Far more than anybody has; a few lines of modules that call modules could mean millions. */
const MAX_HOMES = 2000;

export class Homes {
  readonly #homes = new Map<string, Home>();
  readonly #calls = new Map<string, ReadonlyMap<string, Call>>();
  readonly #blocks = new Map<string, Block>();
  readonly #written = new Map<string, readonly Block[]>();
  readonly #problems: Problem[];
  /** Module blocks whose files have been gone through: what is wrong in them is told once. */
  readonly #told = new Set<string>();

  constructor(stacks: readonly RawStack[], problems: Problem[]) {
    this.#problems = problems;
    for (const { name, json, calls = new Map() } of stacks)
      this.#add({ key: name, stack: name, json, calls, path: '.', call: null });
  }

  all(): readonly Home[] {
    return [...this.#homes.values()];
  }

  get(key: string): Home | undefined {
    return this.#homes.get(key);
  }

  block(address: string): Block | undefined {
    return this.#blocks.get(address);
  }

  blocksIn(key: string): readonly Block[] {
    return this.#written.get(key) ?? [];
  }

  callsIn(key: string): readonly Call[] {
    return [...(this.#calls.get(key)?.values() ?? [])];
  }

  /** @throws CutoverError DANGLING_REFERENCE, or why the module cannot be read */
  call(key: string, name: string): Call {
    const found = this.#calls.get(key)?.get(name);
    if (!found) {
      const close = nearest(
        name,
        this.callsIn(key).map((call) => call.name),
      );
      throw dangling(
        `there is no module.${name}`,
        close ? `did you mean module.${close}?` : `declare the module ${name}, or remove the reference`,
      );
    }
    if (!found.raw.module) throw new CutoverError(found.raw.problems);
    return found;
  }

  /** @param instance one that expansion made @throws CutoverError where there are too many */
  open(instance: Call): Home {
    const known = this.#homes.get(instance.address);
    if (known) return known;
    const { module } = instance.raw;
    if (!module) throw new CutoverError(instance.raw.problems);
    if (this.#homes.size >= MAX_HOMES) throw tooMany(instance);
    return this.#add({
      key: instance.address,
      stack: instance.stack,
      json: module.json,
      calls: module.calls,
      path: module.path,
      call: instance,
    });
  }

  #add(home: Home): Home {
    this.#homes.set(home.key, home);
    const written = withoutKeys(home.key);
    const problems = this.#told.has(written) ? [] : this.#problems;
    this.#told.add(written);
    const blocks = new Map(blocksOf(home, problems).map((block) => [block.address, block]));
    for (const [address, block] of blocks) this.#blocks.set(address, block);
    this.#written.set(home.key, [...blocks.values()]);
    this.#calls.set(home.key, new Map(callsOf(home, problems).map((call) => [call.name, call])));
    return home;
  }
}

function callsOf(home: Home, problems: Problem[]): Call[] {
  const found = labelled(home.json['module'], inHome(home.key, 'module'), problems).flatMap(([name, body]): Call[] => {
    const address = inHome(home.key, `module.${name}`);
    if (!NAME.test(name)) problems.push(namedWrongly(address, name));
    const content = singleBody(body, address, problems);
    if (!content) return [];
    const raw = home.calls.get(name) ?? notRead(address, content);
    problems.push(...raw.problems, ...(raw.module ? unknownArguments(address, content, raw.module.json) : []));
    return [{ address, name, home: home.key, stack: home.stack, body: content, locals: new Map(), raw }];
  });
  return [...new Map(found.map((call) => [call.name, call])).values()];
}

function unknownArguments(address: string, body: Json, module: Json): Problem[] {
  const variables = labelled(module['variable'], '', []).map(([name]) => name);
  return Object.keys(body)
    .filter((name) => !CALL_ARGUMENTS.has(name) && !variables.includes(name))
    .map((name) => {
      const close = nearest(name, [...variables, ...CALL_ARGUMENTS]);
      return {
        code: 'UNSUPPORTED_ATTRIBUTE',
        address: `${address}.${name}`,
        message: `the module has no variable ${name}`,
        value: body[name],
        rule: 'an argument of a module block is a variable of the module, or Terraform’s',
        fix: close ? `did you mean ${close}?` : `remove it, or declare the variable ${name} in the module`,
      };
    });
}

/** Stacks that no reader read have no files. */
const notRead = (address: string, body: Json): RawCall => ({
  module: null,
  problems: [
    {
      code: 'UNSUPPORTED_RESOURCE',
      address,
      message: 'the files of the module are not read here',
      value: isObject(body) ? (body['source'] ?? null) : null,
      rule: 'modules are read with the folder of their stack',
      fix: 'name the folder of the stack',
    },
  ],
});

/** One problem of the stack, whichever instance meets it. */
const tooMany = ({ stack }: Call): CutoverError =>
  new CutoverError({
    code: 'INVALID_ATTRIBUTE',
    address: stack,
    message: `there are more than ${MAX_HOMES} modules`,
    value: MAX_HOMES,
    rule: `at most ${MAX_HOMES} stacks and instances of modules`,
    fix: 'call fewer modules, or run fewer instances of them locally',
  });
