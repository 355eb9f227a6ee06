/** The AWS API emulator: moto in a virtual environment below `.cutover/`, with the AWS CLI that local-exec waits call. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Pinned: the additions in emulator.py are to this version. */
const PACKAGES = ['moto[server]==5.2.5', 'awscli==1.46.3'];
const START_TIMEOUT_MS = 60_000;
const INSTALL_TIMEOUT_MS = 300_000;

export interface Emulator {
  readonly endpoint: string;
  /** For children: endpoint, credentials, region, and the virtual environment's programs on PATH. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs a script beside the emulator's packages. @returns its stdout @throws Error with its stderr */
  python(script: string, ...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

/** @param home the project's `.cutover` folder @throws Error where Python, pip or a package is missing */
export async function startEmulator(home: string): Promise<Emulator> {
  const bin = join(await ensurePackages(home), 'bin');
  const port = await freePort();
  const child = spawn(join(bin, 'python'), [join(import.meta.dirname, 'emulator.py'), String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' },
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await answering(endpoint, child);
  return {
    endpoint,
    env: {
      ...process.env,
      PATH: `${bin}:${process.env['PATH']}`,
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
      // Version 1 of the AWS CLI reads this one only.
      AWS_DEFAULT_REGION: 'us-east-1',
    },
    python: async (script, ...args) => (await run(join(bin, 'python'), [script, ...args])).stdout,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await ended;
      }
    },
  };
}

/** Made once for each set of packages, by one process at a time; a half-made one is made anew. */
async function ensurePackages(home: string): Promise<string> {
  const digest = createHash('sha256').update(PACKAGES.join()).digest('hex').slice(0, 12);
  const dir = join(home, 'emulator', digest);
  const done = join(dir, 'done');
  const lock = `${dir}.lock`;
  const isThere = async (): Promise<boolean> => (await readFile(done).catch(() => null)) !== null;
  await mkdir(join(home, 'emulator'), { recursive: true });
  if (await isThere()) return dir;
  await locked(lock, async () => {
    if (await isThere()) return;
    await rm(dir, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', dir]);
    await run(join(dir, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', ...PACKAGES], {
      timeout: INSTALL_TIMEOUT_MS,
    });
    await writeFile(done, '');
  });
  return dir;
}

/** @throws Error where the lock is not free within the time of two installs: its holder was killed */
async function locked(lock: string, work: () => Promise<void>): Promise<void> {
  const until = Date.now() + 2 * INSTALL_TIMEOUT_MS;
  while (
    !(await mkdir(lock)
      .then(() => true)
      .catch(() => false))
  ) {
    if (Date.now() > until) throw new Error(`${lock} is held for too long: if no other suite runs, remove it`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  try {
    await work();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function answering(endpoint: string, child: ChildProcess): Promise<void> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    said = (said + chunk).slice(-4_000);
  });
  const until = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the emulator ended with ${child.exitCode}:\n${said}`);
    const ok = await fetch(`${endpoint}/moto-api/`).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    if (Date.now() > until) throw new Error(`the emulator does not answer at ${endpoint}:\n${said}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
