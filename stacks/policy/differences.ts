/** What differs between two folders of synthesized stacks. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** File name → its bytes, for every file below a folder. */
export type Tree = Readonly<Record<string, Buffer>>;

export interface Difference {
  readonly file: string;
  /** Place in the JSON, `.`-separated; empty for a whole file. */
  readonly at: string;
  /** Undefined: it is not there. */
  readonly first: unknown;
  readonly second: unknown;
}

export async function readTree(folder: string): Promise<Tree> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = files.map(async (file) => [file.slice(folder.length + 1), await readFile(file)] as const);
  return Object.fromEntries(await Promise.all(read));
}

/** Every difference. JSON is compared by value, whatever its layout; other files by their bytes. */
export function differences(first: Tree, second: Tree): Difference[] {
  const files = [...new Set([...Object.keys(first), ...Object.keys(second)])].sort();
  return files.flatMap((file) => {
    const [a, b] = [first[file], second[file]];
    if (!a || !b) return [{ file, at: '', first: a && 'there', second: b && 'there' }];
    if (file.endsWith('.json')) return within(file, '', JSON.parse(a.toString()), JSON.parse(b.toString()));
    return a.equals(b) ? [] : [{ file, at: '', first: `${a.length} bytes`, second: 'other bytes' }];
  });
}

function within(file: string, at: string, first: unknown, second: unknown): Difference[] {
  if (isTree(first) && isTree(second) && Array.isArray(first) === Array.isArray(second)) {
    const keys = [...new Set([...Object.keys(first), ...Object.keys(second)])];
    return keys.flatMap((key) => within(file, at === '' ? key : `${at}.${key}`, first[key], second[key]));
  }
  return first === second ? [] : [{ file, at, first, second }];
}

/** An object or an array: something with keys. */
function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
