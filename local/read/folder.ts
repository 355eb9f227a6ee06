/** A folder of configuration files is one module: `*.tf` and `*.tf.json` together, then override files (Terraform: files and directories). */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { HclConverter } from './hcl/converter.ts';
import type { Json } from './json.ts';
import { mergeFiles, type Part } from './merge-files.ts';
import { mergeOverrides } from './overrides.ts';
import { all, unreadable } from './problems.ts';
import { readJson, readText } from './text-file.ts';

/** More than anybody keeps in one folder. */
const MAX_FILES = 500;

const OVERRIDE = /(?:^|_)override\.tf(?:\.json)?$/;

/** Names that editors leave behind are not read. */
const isConfiguration = (name: string): boolean =>
  /\.tf(?:\.json)?$/.test(name) && !/^[.#]/.test(name) && !name.endsWith('~');

/** @throws CutoverError with every problem of every file; STACK_UNREADABLE where there is none */
export async function readFolder(dir: string, hcl: HclConverter): Promise<Json> {
  const entries = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(dir, error.code === 'ENOENT' ? 'it does not exist' : error.message);
  });
  const names = entries.filter(isConfiguration).sort();
  if (names.length === 0) throw unreadable(dir, 'it holds neither *.tf nor *.tf.json');
  if (names.length > MAX_FILES) throw unreadable(dir, `it holds ${names.length} files; at most ${MAX_FILES} are read`);
  const parts = await all(names, async (name): Promise<Part> => {
    const file = join(dir, name);
    return { file, json: await readConfiguration(file, hcl) };
  });
  const isOverride = ({ file }: Part): boolean => OVERRIDE.test(file.slice(dir.length + 1));
  const json = mergeFiles(parts.filter((part) => !isOverride(part)));
  return mergeOverrides(json, parts.filter(isOverride));
}

/** One file, of either syntax, in JSON syntax. @throws CutoverError */
export async function readConfiguration(file: string, hcl: HclConverter): Promise<Json> {
  return file.endsWith('.tf') ? hcl.convert(file, await readText(file)) : readJson(file);
}
