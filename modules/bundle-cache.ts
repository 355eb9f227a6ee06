/**
 * Bundles on disk, by what they were made of: most syntheses find that nothing of it has changed, and need no bundler.
 * A bundle counts as long as the bundler, its options and every file that went into it, byte by byte, are the same.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const BUNDLE_CACHE = fileURLToPath(new URL('../.cutover/cache/bundles', import.meta.url));

export interface Made {
  readonly bytes: Uint8Array;
  /** Every file that went into it; absolute, or relative to the folder that `kept` is given. */
  readonly inputs: readonly string[];
}

interface Entry {
  readonly inputs: Readonly<Record<string, string>>;
  readonly bundle: string;
}

/**
 * @param key of the entry file, the bundler's version and its options: anything that is not read from the inputs
 * @param from folder of relative inputs
 * @param folder where the cache is; one that cannot be written to is none
 */
export function kept(key: string, from: string, make: () => Made, folder = BUNDLE_CACHE): Uint8Array {
  const file = join(folder, `${sha256(key)}.json`);
  const found = read(file, from);
  if (found) return found;
  const { bytes, inputs } = make();
  const digests = Object.fromEntries(inputs.map((path) => [path, digestOf(resolve(from, path))]));
  // A file that cannot be read again, such as one of esbuild's own making: it cannot be compared.
  if (Object.values(digests).every((digest) => digest !== null))
    write(folder, file, JSON.stringify({ inputs: digests, bundle: Buffer.from(bytes).toString('base64') }));
  return bytes;
}

function read(file: string, from: string): Uint8Array | undefined {
  try {
    const { inputs, bundle } = JSON.parse(readFileSync(file, 'utf8')) as Entry;
    const same = Object.entries(inputs).every(([path, digest]) => digestOf(resolve(from, path)) === digest);
    return same ? Buffer.from(bundle, 'base64') : undefined;
  } catch {
    // Not there, or half of it.
    return undefined;
  }
}

/** Whole or not at all: two processes may make the same. */
function write(folder: string, file: string, text: string): void {
  const half = `${file}.${process.pid}`;
  try {
    mkdirSync(folder, { recursive: true });
  } catch {
    return;
  }
  try {
    writeFileSync(half, text);
    renameSync(half, file);
  } catch {
    rmSync(half, { force: true });
  }
}

function digestOf(path: string): string | null {
  try {
    return sha256(readFileSync(path));
  } catch {
    return null;
  }
}

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
