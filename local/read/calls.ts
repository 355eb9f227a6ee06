/** The modules that a configuration calls, and those that these call: files found and read, nothing evaluated. */
import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { CutoverError, type Problem } from '../errors.ts';
import { readFolder } from './folder.ts';
import type { HclConverter } from './hcl/converter.ts';
import { InstalledModules } from './installed.ts';
import { isObject, type Json } from './json.ts';
import type { Calls, RawCall } from './raw.ts';

/** Modules inside one another; deeper than anybody goes. */
const MAX_DEPTH = 20;
/** `module` blocks of one stack, those of its modules counted each time they are called. */
const MAX_CALLS = 1000;

/** Where a `module` block stands. */
interface Place {
  /** Names of the calls that lead there. */
  readonly key: readonly string[];
  /** Folders that lead there, the stack's first; real paths. */
  readonly folders: readonly string[];
}

/** Reads the modules of one stack. */
export class CallReader {
  readonly #stack: string;
  readonly #root: string;
  readonly #hcl: HclConverter;
  readonly #installed: InstalledModules;
  readonly #files = new Map<string, Promise<Json>>();
  #count = 0;

  /** @param root folder of the stack */
  constructor(stack: string, root: string, hcl: HclConverter) {
    this.#stack = stack;
    this.#root = root;
    this.#hcl = hcl;
    this.#installed = new InstalledModules(root);
  }

  /** Of the stack itself. Problems stay with the calls that they are of. */
  async ofStack(json: Json): Promise<Calls> {
    return this.#calls(json, { key: [], folders: [await realpath(this.#root).catch(() => this.#root)] });
  }

  async #calls(json: Json, place: Place): Promise<Calls> {
    const calls = new Map<string, RawCall>();
    // One after another: the bound on their number is then the same each time.
    for (const [name, body] of blocksIn(json)) calls.set(name, await this.#call(name, body, place));
    return calls;
  }

  async #call(name: string, body: Json, place: Place): Promise<RawCall> {
    const key = [...place.key, name];
    const address = `${this.#stack}/${key.map((one) => `module.${one}`).join('.')}`;
    try {
      // One problem, wherever it is met.
      if (++this.#count > MAX_CALLS)
        throw new CutoverError(tooMany(this.#stack, `more than ${MAX_CALLS} modules are called`));
      if (key.length > MAX_DEPTH)
        throw new CutoverError(tooMany(address, `modules are called more than ${MAX_DEPTH} deep`));
      const source = literalSource(body['source'], address);
      const folder = await this.#folderOf(source, address, { ...place, key });
      const folders = [...place.folders, folder];
      if (place.folders.includes(folder)) throw new CutoverError(circle(address, source, folders));
      const json = await this.#read(folder).catch((error) => Promise.reject(named(error, address, source)));
      const calls = await this.#calls(json, { key, folders });
      const path =
        relative(place.folders[0] ?? '', folder)
          .split(sep)
          .join('/') || '.';
      return { module: { path, json, calls }, problems: [] };
    } catch (error) {
      if (!(error instanceof CutoverError)) throw error;
      return { module: null, problems: error.problems };
    }
  }

  async #folderOf(source: string, address: string, { key, folders }: Place): Promise<string> {
    const [root = ''] = folders;
    const inside = (dir: string, of: string): boolean => dir === of || dir.startsWith(of + sep);
    const isLocal = /^\.\.?\//.test(source);
    const dir =
      isLocal || isAbsolute(source)
        ? resolve(folders.at(-1) ?? '', source)
        : await this.#installed.folderOf(key, address, source);
    const real = await realpath(dir).catch(() => dir);
    if (!isLocal && !inside(real, root)) throw new CutoverError(outside(address, source, this.#root));
    const brought = resolve(root, '.terraform', 'modules');
    // What came from elsewhere stays among what came from elsewhere.
    if (folders.some((one) => inside(one, brought)) && !inside(real, brought))
      throw new CutoverError(outside(address, source, brought));
    return real;
  }

  #read(folder: string): Promise<Json> {
    const known = this.#files.get(folder) ?? readFolder(folder, this.#hcl);
    this.#files.set(folder, known);
    return known;
  }
}

/** Names and bodies; what is no block is told when the blocks are collected. */
const blocksIn = (json: Json): [string, Json][] =>
  [json['module']]
    .flat()
    .filter(isObject)
    .flatMap(Object.entries)
    .map(([name, body]): [string, unknown] => [name, [body].flat()[0]])
    .filter((entry): entry is [string, Json] => entry[0] !== '//' && isObject(entry[1]));

function literalSource(source: unknown, address: string): string {
  if (typeof source === 'string' && source !== '' && !/[$%]\{/.test(source)) return source;
  const isMissing = source === undefined || source === null;
  throw new CutoverError({
    code: isMissing ? 'MISSING_ATTRIBUTE' : 'INVALID_ATTRIBUTE',
    address: `${address}.source`,
    message: isMissing ? 'source is missing' : 'the source is no literal text',
    value: source ?? null,
    rule: 'the source of a module is known before anything is evaluated (Terraform: module sources)',
    fix: 'write it out: "./modules/NAME", or the address of a registry',
  });
}

/** A folder that cannot be read is the call's problem; what is wrong in its files is theirs. */
function named(error: unknown, address: string, source: string): unknown {
  if (!(error instanceof CutoverError)) return error;
  return new CutoverError(
    error.problems.map((p): Problem => {
      const isFolder = p.code === 'STACK_UNREADABLE' && !/\.(?:tf|json)(?::\d+)?$/.test(p.address ?? '');
      if (!isFolder) return { ...p, rule: `${p.rule}; it is of ${address}` };
      return {
        ...p,
        address,
        message: `the folder ${p.address} of the module cannot be read: ${p.message.replace(/^it cannot be read: /, '')}`,
        value: source,
        rule: 'a module is a folder with *.tf or *.tf.json (Terraform: module structure)',
        fix: 'correct its source: a local one begins with ./ or ../ and goes from the folder of the file that calls it',
      };
    }),
  );
}

const tooMany = (address: string, message: string): Problem => ({
  code: 'INVALID_ATTRIBUTE',
  address,
  message,
  rule: `at most ${MAX_CALLS} calls of modules, at most ${MAX_DEPTH} deep`,
  fix: 'call fewer of them',
});

const outside = (address: string, source: string, folder: string): Problem => ({
  code: 'STACK_UNREADABLE',
  address,
  message: `the source of the module leads out of ${folder}`,
  value: source,
  rule: 'a path that begins with ./ or ../ goes from the calling file; an absolute one stays in the folder of the stack',
  fix: 'copy the module beside the stack and call it by a path that begins with ./ or ../',
});

const circle = (address: string, source: string, folders: readonly string[]): Problem => {
  const [root = ''] = folders;
  const chain = folders.map((one) => relative(root, one) || '.');
  return {
    code: 'REFERENCE_CYCLE',
    address,
    message: `modules call each other in a circle: ${chain.slice(chain.indexOf(chain.at(-1) ?? '')).join(' → ')}`,
    value: source,
    rule: 'a module does not call itself, nor what calls it',
    fix: 'remove one of these calls',
  };
};
