/** Text files of a size that configurations have, and the JSON in them. */
import { readFile, stat } from 'node:fs/promises';
import { CutoverError, type Problem } from '../errors.ts';
import { findOddities, isObject, type Json, MAX_JSON_DEPTH } from './json.ts';
import { invalid, unreadable } from './problems.ts';

/** A synthesized stack is well under 1 MiB. */
const MAX_BYTES = 32 * 2 ** 20;

/** @throws CutoverError STACK_UNREADABLE | STACK_INVALID_JSON */
export async function readText(file: string): Promise<string> {
  const info = await stat(file).catch((error: Error) => Promise.reject(unreadable(file, error.message)));
  if (!info.isFile()) throw unreadable(file, 'it is not a file');
  if (info.size > MAX_BYTES) throw unreadable(file, `it has ${info.size} bytes; at most ${MAX_BYTES} are read`);
  const bytes = await readFile(file).catch((error: Error) => Promise.reject(unreadable(file, error.message)));
  return textOf(bytes, file);
}

/** @throws CutoverError STACK_UNREADABLE | STACK_INVALID_JSON | DUPLICATE */
export async function readJson(file: string): Promise<Json> {
  const json = parse(await readText(file), file);
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
  refuseOddities(text, file);
  return json;
}

/** @param text valid JSON @throws CutoverError STACK_INVALID_JSON | DUPLICATE */
export function refuseOddities(text: string, file: string): void {
  const odd = findOddities(text);
  if (odd.length === 0) return;
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
