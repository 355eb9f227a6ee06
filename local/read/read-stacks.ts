/** Reads synthesized Terraform JSON from disk: a cdktf.out folder, a folder of `*.tf.json`, or one such file. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { CutoverError, type Problem } from '../errors.ts';

export type Json = Record<string, unknown>;

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

const MAX_BYTES = 32 * 2 ** 20;

/** @throws CutoverError STACK_UNREADABLE | STACK_INVALID_JSON with every problem */
export async function readStacks(path: string): Promise<RawStacks> {
  const dir = resolve(path);
  const info = await stat(dir).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(dir, error.code === 'ENOENT' ? 'it does not exist' : error.message);
  });
  if (info.isFile()) return { dir, stacks: [await readStack(stackName(dirname(dir)), dir, [])] };
  const names = await readdir(dir);
  if (names.includes('manifest.json')) return { dir, stacks: await fromManifest(dir) };
  const files = names.filter((name) => name.endsWith('.tf.json')).sort();
  if (files.length === 0) throw unreadable(dir, 'it holds neither manifest.json nor *.tf.json');
  const parts = await Promise.all(files.map((file) => readStack(stackName(dir), join(dir, file), [])));
  return { dir, stacks: [merge(parts)] };
}

async function fromManifest(dir: string): Promise<readonly RawStack[]> {
  const manifest = await readJson(join(dir, 'manifest.json'));
  const stacks = manifest['stacks'];
  if (!isObject(stacks)) throw invalid(join(dir, 'manifest.json'), 'it has no "stacks" object');
  const problems: Problem[] = [];
  const read = await Promise.all(
    Object.entries(stacks).map(async ([name, entry]) => {
      try {
        const relative = isObject(entry) ? entry['synthesizedStackPath'] : undefined;
        if (typeof relative !== 'string')
          throw invalid(join(dir, 'manifest.json'), `stack ${name} has no synthesizedStackPath`);
        const file = resolve(dir, relative);
        if (!file.startsWith(dir + sep))
          throw invalid(join(dir, 'manifest.json'), `stack ${name} lies outside the folder: ${relative}`);
        const dependencies =
          isObject(entry) && Array.isArray(entry['dependencies']) ? entry['dependencies'].map(String) : [];
        return [await readStack(name, file, dependencies)];
      } catch (error) {
        if (!(error instanceof CutoverError)) throw error;
        problems.push(...error.problems);
        return [];
      }
    }),
  );
  if (problems.length > 0) throw new CutoverError(problems);
  return read.flat();
}

async function readStack(name: string, file: string, dependencies: readonly string[]): Promise<RawStack> {
  return { name, file, json: await readJson(file), dependencies };
}

async function readJson(file: string): Promise<Json> {
  const info = await stat(file).catch((error: Error) => Promise.reject(unreadable(file, error.message)));
  if (info.size > MAX_BYTES) throw unreadable(file, `it has ${info.size} bytes; at most ${MAX_BYTES} are read`);
  const text = await readFile(file, 'utf8').catch((error: Error) => Promise.reject(unreadable(file, error.message)));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw invalid(file, `it is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  if (!isObject(json)) throw invalid(file, 'it is not a JSON object');
  return json;
}

/** Several files of one folder are one configuration, as in Terraform. */
function merge(parts: readonly RawStack[]): RawStack {
  const json: Json = {};
  for (const part of parts) mergeInto(json, part.json, 2);
  const [first] = parts;
  return { ...(first as RawStack), json };
}

function mergeInto(target: Json, source: Json, depth: number): void {
  for (const [key, value] of Object.entries(source)) {
    const there = target[key];
    if (depth > 0 && isObject(there) && isObject(value)) mergeInto(there, value, depth - 1);
    else target[key] = value;
  }
}

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const stackName = (dir: string): string => basename(dir) || 'stack';

const unreadable = (file: string, why: string): CutoverError =>
  new CutoverError({
    code: 'STACK_UNREADABLE',
    address: file,
    message: `it cannot be read: ${why}`,
    fix: 'name a cdktf.out folder (./cutover synth writes one), a folder with *.tf.json, or one such file',
  });

const invalid = (file: string, why: string): CutoverError =>
  new CutoverError({
    code: 'STACK_INVALID_JSON',
    address: file,
    message: why,
    fix: 'synthesize it again: npx cdktf synth',
  });
