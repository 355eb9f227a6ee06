/**
 * Bundles on disk, named by their content. A manifest per build keeps size, time and hash of every file that went into
 * it, so that an unchanged build costs one `stat` a file and no bundler.
 *
 * `<cacheDir>/images/`: `<key>.json` manifests, `bundles/<digest>.cjs`, `new/` for what is being written.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { createRandom, type Random } from '../random.ts';

/** Makes a bundle. @returns every file that went into it */
export type Bundler = (options: { entry: string; outFile: string }) => Promise<{ inputs: readonly string[] }>;

export interface Built {
  /** Absolute path of the bundle. */
  readonly file: string;
  /** `sha256:…` of the bundle. */
  readonly digest: string;
  readonly fromCache: boolean;
}

export interface BuildCache {
  /** The bundle of an entry, made anew only where an input's content changed. Side by side for one entry: made once. */
  get(entry: string): Promise<Built>;
}

export interface BuildCacheOptions {
  readonly projectDir: string;
  readonly cacheDir: string;
  readonly bundler: Bundler;
  /** What the bundler is: another version makes other bundles. */
  readonly bundlerId: string;
  readonly random?: Random;
  /** Bundles kept; those used longest ago go first. Default 64. */
  readonly maxBundles?: number;
}

interface Manifest {
  readonly version: 1;
  readonly bundlerId: string;
  readonly digest: string;
  /** Paths from the project's folder. */
  readonly inputs: readonly Input[];
}
interface Input {
  readonly path: string;
  readonly bytes: number;
  readonly mtimeMs: number;
  readonly sha256: string;
}

export function createBuildCache(options: BuildCacheOptions): BuildCache {
  const dir = join(options.cacheDir, 'images');
  const random = options.random ?? createRandom();
  const underway = new Map<string, Promise<Built>>();
  const inUse = new Set<string>();

  const bundleFile = (digest: string): string => join(dir, 'bundles', `${digest.replace('sha256:', '')}.cjs`);
  const manifestFile = (entry: string): string =>
    join(dir, `${sha256(relative(options.projectDir, entry)).slice(0, 24)}.json`);

  async function fresh(entry: string): Promise<Built | null> {
    const manifest = readManifest(manifestFile(entry));
    if (!manifest || manifest.bundlerId !== options.bundlerId) return null;
    const file = bundleFile(manifest.digest);
    if (!existsSync(file)) return null;
    const checked = manifest.inputs.map((input) => check(options.projectDir, input));
    if (checked.includes(null)) return null;
    // Same content under another time, as after a fresh checkout: note the new times.
    if (checked.some((input, index) => input !== manifest.inputs[index]))
      await replaceFile(manifestFile(entry), JSON.stringify({ ...manifest, inputs: checked }), random);
    touch(file);
    return { file, digest: manifest.digest, fromCache: true };
  }

  async function build(entry: string): Promise<Built> {
    const outFile = join(dir, 'new', `${random.hex(16)}.cjs`);
    await mkdir(dirname(outFile), { recursive: true });
    await mkdir(join(dir, 'bundles'), { recursive: true });
    try {
      await writeFile(outFile, '');
      const startedMs = (await stat(outFile)).mtimeMs;
      const { inputs } = await options.bundler({ entry, outFile });
      const digest = `sha256:${sha256(await readFile(outFile))}`;
      const file = bundleFile(digest);
      await rename(outFile, file);
      inUse.add(file);
      const described = (
        await Promise.all(withPackages(inputs).map((path) => describe(options.projectDir, path)))
      ).filter((input) => input !== null);
      // A file that changed while the bundler read may not be what was bundled: then the next look builds again.
      if (described.every((input) => input.mtimeMs < startedMs)) {
        const manifest: Manifest = { version: 1, bundlerId: options.bundlerId, digest, inputs: described };
        await replaceFile(manifestFile(entry), JSON.stringify(manifest), random);
      } else await rm(manifestFile(entry), { force: true });
      await trim(join(dir, 'bundles'), inUse, options.maxBundles ?? 64);
      return { file, digest, fromCache: false };
    } finally {
      await rm(outFile, { force: true });
    }
  }

  return {
    get(entry) {
      const running = underway.get(entry);
      if (running) return running;
      const work = fresh(entry)
        .then((built) => built ?? build(entry))
        .then((built) => {
          inUse.add(built.file);
          return built;
        })
        .finally(() => underway.delete(entry));
      underway.set(entry, work);
      return work;
    },
  };
}

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

function readManifest(file: string): Manifest | null {
  try {
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
    return manifest.version === 1 && Array.isArray(manifest.inputs) ? manifest : null;
  } catch {
    return null;
  }
}

/** @returns the input as it is now, the same object where nothing moved, null where its content changed */
function check(projectDir: string, input: Input): Input | null {
  const path = resolve(projectDir, input.path);
  const now = statSync(path, { throwIfNoEntry: false });
  if (!now || now.size !== input.bytes) return null;
  if (now.mtimeMs === input.mtimeMs) return input;
  return sha256(readFileSync(path)) === input.sha256 ? { ...input, mtimeMs: now.mtimeMs } : null;
}

async function describe(projectDir: string, path: string): Promise<Input | null> {
  const [info, content] = await Promise.all([stat(path).catch(() => null), readFile(path).catch(() => null)]);
  if (!info || !content) return null;
  return { path: relative(projectDir, path), bytes: info.size, mtimeMs: info.mtimeMs, sha256: sha256(content) };
}

/** A package.json steers how imports are resolved: the nearest one above each input counts as an input. */
function withPackages(inputs: readonly string[]): readonly string[] {
  const packageOf = new Map<string, string | null>();
  const find = (folder: string): string | null => {
    const known = packageOf.get(folder);
    if (known !== undefined) return known;
    const file = join(folder, 'package.json');
    const parent = dirname(folder);
    const found = existsSync(file) ? file : parent === folder ? null : find(parent);
    packageOf.set(folder, found);
    return found;
  };
  const packages = inputs.map((input) => find(dirname(input))).filter((file) => file !== null);
  return [...new Set([...inputs, ...packages])];
}

async function replaceFile(file: string, text: string, random: Random): Promise<void> {
  const temporary = `${file}.${random.hex(8)}.new`;
  await writeFile(temporary, text);
  await rename(temporary, file);
}

/** Marks a bundle as used now: its file time is what the trim goes by. */
function touch(file: string): void {
  const { atimeMs } = statSync(file);
  try {
    utimesSync(file, atimeMs / 1000, new Date(performance.timeOrigin + performance.now()));
  } catch {
    // a cache that may not be written is still good to read
  }
}

async function trim(folder: string, inUse: ReadonlySet<string>, maxBundles: number): Promise<void> {
  const files = (await readdir(folder)).map((name) => join(folder, name));
  const aged = await Promise.all(
    files.map(async (file) => ({ file, mtimeMs: (await stat(file).catch(() => null))?.mtimeMs ?? 0 })),
  );
  aged.sort((a, b) => b.mtimeMs - a.mtimeMs);
  for (const { file } of aged.slice(maxBundles)) if (!inUse.has(file)) await rm(file, { force: true });
}
