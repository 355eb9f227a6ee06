/** The data that a service starts with: its build's own, or the file that `DB_FILE` names. */
import { readFileSync, statSync } from 'node:fs';
import type { BadVariable } from '../../../kit/src/config.ts';
import { type CheckedData, checkData } from './check-data.ts';
import type { ForumData } from './data.ts';

/** More than the services could hold ready in a small task's memory. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;
/** So many problems are listed; the rest are counted. */
const MAX_LISTED = 50;

/** Reads a data file. Problems with the file itself have an empty path. */
export function readDataFile(file: string): CheckedData {
  let text: string;
  try {
    const { size } = statSync(file);
    if (size > MAX_FILE_BYTES) return broken(`${size} bytes`, `a file of at most ${MAX_FILE_BYTES} bytes`);
    text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    return broken(String((error as NodeJS.ErrnoException).code ?? error), 'a file that can be read');
  }
  try {
    return checkData(JSON.parse(text));
  } catch (error) {
    return broken((error as Error).message, 'JSON');
  }
}

function broken(value: string, rule: string): CheckedData {
  return { data: null, problems: [{ path: '', value, rule }] };
}

/** The check of the setting `DB_FILE`: every problem of the file that it names. */
export function checkDataFile(config: { readonly DB_FILE?: string | null }): readonly BadVariable[] {
  if (!config.DB_FILE) return [];
  const { problems } = readDataFile(config.DB_FILE);
  const listed = problems.slice(0, MAX_LISTED).map(({ path, value, rule }) => ({
    variable: path ? `DB_FILE, ${path}` : 'DB_FILE',
    value,
    rule,
    fix: `correct ${config.DB_FILE}, or unset DB_FILE for the data that the build has with it`,
  }));
  const more = problems.length - listed.length;
  if (more <= 0) return listed;
  return [...listed, { variable: 'DB_FILE', value: `${more} more problems`, rule: 'none', fix: 'correct these first' }];
}

/** @throws where the file has changed for the worse since it was checked */
export function loadData(file: string | null, own: ForumData): ForumData {
  if (!file) return own;
  const { data, problems } = readDataFile(file);
  if (!data) throw new Error(`${file}: ${problems.length} problems, first: ${problems[0]?.path} ${problems[0]?.rule}`);
  return data;
}
