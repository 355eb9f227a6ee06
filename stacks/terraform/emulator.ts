/** The AWS API emulator: moto in a virtual environment below `.cutover/`, with the AWS CLI that local-exec waits call. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../services/kit/src/testing/free-port.ts';
import { ensureVenv } from '../testing/venv.ts';
import { type Talk, talkWith } from './talk.ts';

const run = promisify(execFile);

/** Pinned: the additions in emulator.py are to this version. */
const PACKAGES = ['moto[server]==5.2.5', 'awscli==1.46.3'];
/** Beside other work the suite may get a small share of the CPU, of which its start takes many seconds. */
const START_TIMEOUT_MS = 10 * 60_000;

export interface Emulator {
  readonly endpoint: string;
  /** For children: endpoint, credentials, region, and the virtual environment's programs on PATH. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs a script beside the emulator's packages. @returns its stdout @throws Error with its stderr */
  python(script: string, ...args: string[]): Promise<string>;
  /** A script beside the emulator's packages that answers line by line, and ends with the emulator. */
  talk(script: string, ...args: string[]): Talk;
  stop(): Promise<void>;
}

/** @param home the project's `.cutover` folder @throws Error where Python, pip or a package is missing */
export async function startEmulator(home: string): Promise<Emulator> {
  const venv = await ensureVenv(join(home, 'emulator'), PACKAGES, { dependencies: true });
  const bin = join(venv, 'bin');
  const port = await freePort();
  const child = spawn(join(bin, 'python'), [join(import.meta.dirname, 'emulator.py'), String(port)], {
    // Its input stays open for as long as this process is there.
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' },
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await answering(endpoint, child);
  const talks: Talk[] = [];
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
    talk(script, ...args) {
      const talk = talkWith(join(bin, 'python'), [script, ...args]);
      talks.push(talk);
      return talk;
    },
    async stop() {
      await Promise.all(talks.map((talk) => talk.end()));
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await ended;
      }
    },
  };
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
