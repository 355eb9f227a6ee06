/** Function packages on disk, unpacked once by digest: `<dir>/<digest>/`. */
import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CutoverError, type ErrorCode } from '../../errors.ts';
import type { LambdaFunction } from '../../topology.ts';
import type { Random } from '../random.ts';
import { readZip, ZipError } from './zip.ts';

export interface PackageStore {
  /** The folder of a function's package, unpacked where it is not there. @throws CutoverError */
  folder(definition: LambdaFunction): Promise<string>;
  /** Removes every package whose digest is not among these. */
  keep(digests: ReadonlySet<string>): Promise<void>;
}

export function createPackageStore(options: { readonly dir: string; readonly random: Random }): PackageStore {
  const { dir, random } = options;
  const underway = new Map<string, Promise<string>>();

  async function unpack(definition: LambdaFunction): Promise<string> {
    const folder = join(dir, definition.packageDigest);
    if ((await stat(folder).catch(() => null))?.isDirectory()) return folder;
    const bytes = await readPackage(definition);
    const temporary = join(dir, `new-${random.hex(16)}`);
    try {
      for (const entry of entriesOf(bytes, definition)) {
        const file = join(temporary, entry.path);
        await mkdir(dirname(file), { recursive: true, mode: 0o700 });
        await writeFile(file, entry.content, { flag: 'wx' });
        // Lambda's task root is read-only.
        await chmod(file, entry.executable ? 0o555 : 0o444);
      }
      await mkdir(temporary, { recursive: true, mode: 0o700 });
      // A package without a package.json is CommonJS in Lambda: what stands above this folder must not say otherwise.
      await writeFile(join(dirname(dir), 'package.json'), '{"type":"commonjs"}\n');
      await rename(temporary, folder);
      return folder;
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }

  return {
    folder(definition) {
      const { packageDigest } = definition;
      const work = underway.get(packageDigest) ?? unpack(definition).finally(() => underway.delete(packageDigest));
      underway.set(packageDigest, work);
      return work;
    },
    async keep(digests) {
      const there = await readdir(dir).catch(() => []);
      for (const name of there)
        if (!digests.has(name) && !underway.has(name) && !name.startsWith('new-'))
          await rm(join(dir, name), { recursive: true, force: true });
    },
  };
}

async function readPackage(definition: LambdaFunction): Promise<Buffer> {
  const { packageFile, packageDigest } = definition;
  const bytes = await readFile(packageFile).catch((error: NodeJS.ErrnoException) => {
    throw refused(definition, 'APPLY_FAILED', `the package cannot be read (${error.code})`);
  });
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (digest !== packageDigest)
    throw refused(definition, 'APPLY_FAILED', 'the package has changed since the stacks were read', 'apply again');
  return bytes;
}

function entriesOf(bytes: Buffer, definition: LambdaFunction): ReturnType<typeof readZip> {
  try {
    return readZip(bytes);
  } catch (error) {
    if (!(error instanceof ZipError)) throw error;
    throw refused(definition, 'INVALID_ATTRIBUTE', `the package cannot be unpacked: ${error.message}`);
  }
}

function refused(definition: LambdaFunction, code: ErrorCode, message: string, fix?: string): CutoverError {
  return new CutoverError({
    code,
    address: `${definition.address}.filename`,
    message,
    value: definition.packageFile,
    rule: 'a package is one zip file, stored or deflated, at most 250 MiB unpacked (Lambda gettingstarted-limits)',
    fix: fix ?? 'make the package again with the tool that the stack uses, then synthesize',
  });
}
