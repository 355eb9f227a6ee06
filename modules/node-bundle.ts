/** Bundles TypeScript at synthesis, for what is deployed as files: applications on instances, Lambda functions. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync, version } from 'esbuild';
import { zipSync } from 'fflate';
import { BUNDLE_OPTIONS } from '../services/bundle.ts';
import { kept, type Made } from './bundle-cache.ts';

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));

/** What else decides which files a bundle is made of: where packages are, and how TypeScript is read. */
const RESOLUTION = ['package-lock.json', 'tsconfig.json'];

/** One CommonJS file with everything that it imports. */
export interface NodeBundle {
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes. */
  readonly digest: Buffer;
}

/** A file that waits for synthesis to copy it. */
export interface StagedFile {
  /** Absolute path; cdktf copies it into the output folder, and the path goes nowhere else. */
  readonly path: string;
  /** SHA-256 of its bytes. */
  readonly digest: Buffer;
}

const bundles = new Map<string, NodeBundle>();

/**
 * The same sources give the same bytes on every machine. Bundled once for them (bundle-cache.ts), and once a process.
 * @param entry absolute path of a TypeScript file
 * @throws esbuild's BuildFailure, whose message names file and line
 */
export function nodeBundle(entry: string): NodeBundle {
  const made = bundles.get(entry);
  if (made) return made;
  const path = relative(REPOSITORY, entry);
  const key = JSON.stringify([path, version, BUNDLE_OPTIONS]);
  const bytes = path.startsWith('..') ? bundled(entry).bytes : kept(key, REPOSITORY, () => bundled(entry));
  const bundle = { bytes, digest: sha256(bytes) };
  bundles.set(entry, bundle);
  return bundle;
}

function bundled(entry: string): Made {
  const { outputFiles, metafile } = buildSync({
    entryPoints: [entry],
    // esbuild writes module paths relative to it into the bundle.
    absWorkingDir: REPOSITORY,
    write: false,
    metafile: true,
    ...BUNDLE_OPTIONS,
  });
  return { bytes: outputFiles[0]!.contents, inputs: [...Object.keys(metafile.inputs), ...RESOLUTION] };
}

/**
 * @param fileName name inside the package: for the handler `hook.handler` it is `hook.js`
 * @returns a zip file whose bytes depend on the name and the bundle alone
 */
export function zipped(fileName: string, bundle: NodeBundle): Uint8Array {
  // Zip times are local times without a zone; fflate reads them from the date's local fields, so every zone gives these.
  return zipSync({ [fileName]: [bundle.bytes, { mtime: new Date(1980, 0, 1), level: 9 }] });
}

/** Puts a file where a TerraformAsset finds it; gone again when the process ends. */
export function staged(fileName: string, bytes: Uint8Array): StagedFile {
  const digest = sha256(bytes);
  const folder = join(stagingFolder(), digest.toString('hex').slice(0, 16));
  mkdirSync(folder, { recursive: true });
  const path = join(folder, fileName);
  writeFileSync(path, bytes);
  return { path, digest };
}

let staging: string | undefined;

function stagingFolder(): string {
  if (staging === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'cutover-assets-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    staging = made;
  }
  return staging;
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
