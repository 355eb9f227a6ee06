/**
 * Reads Terraform configurations from disk: a cdktf.out folder, a folder of `*.tf` and `*.tf.json`, or one such file, with
 * the modules that they call and the files that give their variables values.
 * Owns files and their outer shape; what blocks mean is resolve's.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { CallReader } from './calls.ts';
import { readConfiguration, readFolder } from './folder.ts';
import { HclConverter } from './hcl/converter.ts';
import { isObject, type Json } from './json.ts';
import { all, invalid, unreadable } from './problems.ts';
import type { RawStack, RawStacks } from './raw.ts';
import { readJson } from './text-file.ts';
import { readVariableFiles } from './variable-files.ts';

/**
 * @param path a folder with `manifest.json` (cdktf.out), a folder with `*.tf` or `*.tf.json`, or one such file
 * @throws CutoverError STACK_UNREADABLE | STACK_INVALID_JSON | DUPLICATE | DANGLING_REFERENCE, with every problem of every
 *   file; those of a module's files stay with the call of the module
 */
export async function readStacks(path: string): Promise<RawStacks> {
  const dir = resolve(path);
  const info = await stat(dir).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(dir, error.code === 'ENOENT' ? 'it does not exist' : error.message);
  });
  const hcl = new HclConverter();
  try {
    if (info.isFile()) return { dir, stacks: [await fromFile(dir, hcl)] };
    if (!info.isDirectory()) throw unreadable(dir, 'it is neither a folder nor a file');
    const names = await readdir(dir);
    if (names.includes('manifest.json')) return { dir, stacks: await fromManifest(dir, hcl) };
    return { dir, stacks: [await fromFolder(dir, hcl)] };
  } finally {
    await hcl.close();
  }
}

async function fromManifest(dir: string, hcl: HclConverter): Promise<readonly RawStack[]> {
  const file = join(dir, 'manifest.json');
  const { stacks } = await readJson(file);
  if (!isObject(stacks)) throw invalid(file, 'it has no "stacks" object');
  if (Object.keys(stacks).length === 0) throw invalid(file, 'it lists no stack');
  return all(Object.entries(stacks), async ([name, entry]) => {
    const relative = isObject(entry) ? entry['synthesizedStackPath'] : undefined;
    if (typeof relative !== 'string') throw invalid(file, `stack ${name} has no synthesizedStackPath`);
    const stackFile = resolve(dir, relative);
    if (!stackFile.startsWith(dir + sep)) throw invalid(file, `stack ${name} lies outside the folder: ${relative}`);
    const listed = isObject(entry) ? (entry['dependencies'] ?? []) : [];
    if (!Array.isArray(listed) || !listed.every((d) => typeof d === 'string'))
      throw invalid(file, `the dependencies of stack ${name} are not a list of names`);
    return stackOf({ name, file: stackFile, dependencies: listed }, await readConfiguration(stackFile, hcl), hcl);
  });
}

async function fromFile(file: string, hcl: HclConverter): Promise<RawStack> {
  const name = stackName(dirname(file));
  return stackOf({ name, file, dependencies: [] }, await readConfiguration(file, hcl), hcl);
}

async function fromFolder(dir: string, hcl: HclConverter): Promise<RawStack> {
  // Only the folder of the file is asked for.
  const file = join(dir, 'main.tf.json');
  return stackOf({ name: stackName(dir), file, dependencies: [] }, await readFolder(dir, hcl), hcl);
}

/** With what lies beside it. */
async function stackOf(
  { name, file, dependencies }: Pick<RawStack, 'name' | 'file' | 'dependencies'>,
  json: Json,
  hcl: HclConverter,
): Promise<RawStack> {
  const folder = dirname(file);
  const [calls, given] = await Promise.all([
    new CallReader(name, folder, hcl).ofStack(json),
    readVariableFiles(folder, hcl),
  ]);
  return { name, file, json, dependencies, calls, given };
}

const stackName = (dir: string): string => basename(dir) || 'stack';
