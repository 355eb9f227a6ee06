/**
 * Reads synthesized Terraform JSON from disk: a cdktf.out folder, a folder of `*.tf.json`, or one such file.
 * Owns files and their outer shape; what blocks mean is resolve's.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { CutoverError, type Problem } from '../errors.ts';
import { findOddities, isObject, type Json, MAX_JSON_DEPTH } from './json.ts';
import { mergeFiles } from './merge-files.ts';

export interface RawStack {
  readonly name: string;
  readonly file: string;
  readonly json: Json;
  /** Stacks that cdktf deploys before this one. */
  readonly dependencies: readonly string[];
}

export interface RawStacks {
  readonly dir: string;
  readonly stacks: readonly RawStack[];
}

/** A synthesized stack is well under 1 MiB. */
const MAX_BYTES = 32 * 2 ** 20;

/**
 * @param path a folder with `manifest.json` (cdktf.out), a folder with `*.tf.json`, or one such file
 * @throws CutoverError STACK_UNREADABLE | STACK_INVALID_JSON | DUPLICATE, with every problem of every file
 */
export async function readStacks(path: string): Promise<RawStacks> {
  const dir = resolve(path);
  const info = await stat(dir).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(dir, error.code === 'ENOENT' ? 'it does not exist' : error.message);
  });
  if (info.isFile()) return { dir, stacks: [await readStack(stackName(dirname(dir)), dir)] };
  if (!info.isDirectory()) throw unreadable(dir, 'it is neither a folder nor a file');
  const names = await readdir(dir);
  return { dir, stacks: names.includes('manifest.json') ? await fromManifest(dir) : [await fromFolder(dir, names)] };
}

async function fromManifest(dir: string): Promise<readonly RawStack[]> {
  const file = join(dir, 'manifest.json');
  const { stacks } = await readJson(file);
  if (!isObject(stacks)) throw invalid(file, 'it has no "stacks" object');
  if (Object.keys(stacks).length === 0) throw invalid(file, 'it lists no stack');
  return all(Object.entries(stacks), ([name, entry]) => {
    const relative = isObject(entry) ? entry['synthesizedStackPath'] : undefined;
    if (typeof relative !== 'string') throw invalid(file, `stack ${name} has no synthesizedStackPath`);
    const stackFile = resolve(dir, relative);
    if (!stackFile.startsWith(dir + sep)) throw invalid(file, `stack ${name} lies outside the folder: ${relative}`);
    const listed = isObject(entry) ? (entry['dependencies'] ?? []) : [];
    if (!Array.isArray(listed) || !listed.every((d) => typeof d === 'string'))
      throw invalid(file, `the dependencies of stack ${name} are not a list of names`);
    return readStack(name, stackFile, listed);
  });
}

async function fromFolder(dir: string, names: readonly string[]): Promise<RawStack> {
  const files = names.filter((name) => name.endsWith('.tf.json')).sort();
  const native = names.filter((name) => name.endsWith('.tf'));
  if (native.length > 0)
    throw unreadable(join(dir, native[0] ?? ''), 'Terraform’s native syntax is not read, only its JSON syntax');
  if (files.length === 0) throw unreadable(dir, 'it holds neither manifest.json nor *.tf.json');
  const overriding = files.find((name) => /(^|_)override\.tf\.json$/.test(name));
  if (overriding) throw unreadable(join(dir, overriding), 'override files are not merged here');
  const parts = await all(files, (file) => readStack(stackName(dir), join(dir, file)));
  return mergeFiles(parts);
}

/** Runs all, then throws every problem met in one error. */
async function all<T, R>(items: readonly T[], run: (item: T) => Promise<R> | R): Promise<R[]> {
  const problems: Problem[] = [];
  const results = await Promise.all(
    items.map(async (item) => {
      try {
        return [await run(item)];
      } catch (error) {
        if (!(error instanceof CutoverError)) throw error;
        problems.push(...error.problems);
        return [];
      }
    }),
  );
  if (problems.length > 0) throw new CutoverError(problems);
  return results.flat() as R[];
}

async function readStack(name: string, file: string, dependencies: readonly string[] = []): Promise<RawStack> {
  return { name, file, json: await readJson(file), dependencies };
}

async function readJson(file: string): Promise<Json> {
  const info = await stat(file).catch((error: Error) => Promise.reject(unreadable(file, error.message)));
  if (info.size > MAX_BYTES) throw unreadable(file, `it has ${info.size} bytes; at most ${MAX_BYTES} are read`);
  const bytes = await readFile(file).catch((error: Error) => Promise.reject(unreadable(file, error.message)));
  const json = parse(textOf(bytes, file), file);
  if (!isObject(json)) throw invalid(file, 'it is not a JSON object');
  return json;
}

/** Without the byte order mark that some editors write. */
function textOf(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const [first = 0, second = 0] = bytes;
    const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
    throw invalid(file, isUtf16 ? 'it is UTF-16; JSON is read as UTF-8' : 'it is not UTF-8 text');
  }
}

function parse(text: string, file: string): unknown {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw invalid(file, `it is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  const odd = findOddities(text);
  if (odd.length === 0) return json;
  throw new CutoverError(
    odd.map(({ kind, path }): Problem => {
      if (kind === 'duplicate')
        return {
          code: 'DUPLICATE',
          address: file,
          message: `the key ${path} is there twice`,
          value: path,
          rule: 'JSON readers keep only the last of repeated keys',
          fix: 'rename or remove one',
        };
      const message = kind === 'depth' ? `it is nested too deep, at ${path}…` : `the key ${path} is not allowed`;
      const rule = kind === 'depth' ? `at most ${MAX_JSON_DEPTH} levels` : 'no key is __proto__';
      return { code: 'STACK_INVALID_JSON', address: file, message, value: path, rule, fix: 'remove it' };
    }),
  );
}

const stackName = (dir: string): string => basename(dir) || 'stack';

const unreadable = (file: string, why: string): CutoverError =>
  new CutoverError({
    code: 'STACK_UNREADABLE',
    address: file,
    message: `it cannot be read: ${why}`,
    rule: 'stacks are a cdktf.out folder, a folder of *.tf.json, or one such file',
    fix: 'name a cdktf.out folder (./cutover synth writes one), a folder with *.tf.json, or one such file',
  });

const invalid = (file: string, why: string): CutoverError =>
  new CutoverError({
    code: 'STACK_INVALID_JSON',
    address: file,
    message: why,
    rule: 'Terraform’s JSON configuration syntax, in UTF-8, or the manifest.json of cdktf',
    fix: 'synthesize it again: npx cdktf synth',
  });
