/** Shared set-up of the process tests: a runner in a folder of its own, scripts, and waiting for real pids to go. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { createClock } from '../../clock.ts';
import type { ProcessHandle, ProcessRunner, ProcessSpec } from '../../contracts.ts';
import { createProcessRunner } from '../processes.ts';
import { startOf } from '../table.ts';

export interface Harness {
  readonly runner: ProcessRunner;
  readonly stateDir: string;
  readonly warnings: string[];
  /** Starts a Node script; `lines` fills as it writes. */
  script(source: string, change?: Partial<ProcessSpec>): Script;
}

export interface Script {
  readonly handle: ProcessHandle;
  readonly lines: string[];
  /** Resolves with the first line that begins so, without the beginning. */
  line(beginning: string): Promise<string>;
}

export async function tempFolder(t: ExecutionContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-test-'));
  t.teardown(() => rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }));
  return dir;
}

export async function createHarness(t: ExecutionContext): Promise<Harness> {
  const stateDir = await tempFolder(t);
  const warnings: string[] = [];
  const runner = await createProcessRunner({
    clock: createClock(),
    stateDir,
    onWarn: (message) => warnings.push(message),
    closeGraceWallMs: 200,
  });
  t.teardown(() => runner.close());
  return { runner, stateDir, warnings, script: (source, change) => startScript(runner, source, change) };
}

function startScript(runner: ProcessRunner, source: string, change: Partial<ProcessSpec> = {}): Script {
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const handle = runner.start({
    name: 'test',
    command: process.execPath,
    args: ['-e', source],
    env: {},
    cwd: '/',
    onLine: (line) => {
      lines.push(line);
      for (const look of waiting) look();
    },
    ...change,
  });
  const line = (beginning: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = lines.find((one) => one.startsWith(beginning));
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found.slice(beginning.length));
      };
      waiting.add(look);
      look();
      void handle.exited.then((exit) => reject(new Error(`ended without '${beginning}': ${JSON.stringify(exit)}`)));
    });
  return { handle, lines, line };
}

/** Resolves when none of the pids is a live process any more; fails after 30 s. */
export async function gone(pids: readonly number[]): Promise<void> {
  await eventually(() => pids.every((pid) => startOf(pid) === null), `still alive: ${pids}`);
}

/** Looks until it holds; for what only the system knows and no event tells. */
export async function eventually(holds: () => boolean, message: string, seconds = 30): Promise<void> {
  const until = performance.now() + seconds * 1000;
  while (!holds()) {
    if (performance.now() > until) throw new Error(message);
    await sleep(10);
  }
}
