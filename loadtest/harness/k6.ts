/** Runs one scenario in k6 as a process of its own, and ends it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { CutoverError } from '../../local/errors.ts';
import type { Clock } from '../../local/run/clock.ts';
import type { LoadPlan } from '../scenarios/lib/options.ts';
import type { ScenarioName } from '../verdict/record.ts';

/** k6's own exit codes that mean something here (k6 errext/exitcodes). */
const THRESHOLDS_CROSSED = 99;
const INTERRUPTED = 105;
const SCRIPT_ABORTED = 108;
const STDERR_KEPT = 16_000;
const KILL_AFTER_MS = 15_000;

export interface GeneratorEnd {
  readonly exitCode: number | null;
  readonly droppedIterations: number;
  /** Null where it ended as it should: by itself, by our signal, or on crossed thresholds (the judge has those too). */
  readonly problem: string | null;
}

export interface Generator {
  readonly pid: number;
  readonly outcomesFile: string;
  readonly ended: Promise<GeneratorEnd>;
  /** SIGINT, on which k6 writes its summary; SIGKILL when that takes too long. Idempotent. */
  stop(): Promise<GeneratorEnd>;
  /** At once. */
  kill(): Promise<GeneratorEnd>;
}

export interface GeneratorOptions {
  readonly binary: string;
  readonly scenario: ScenarioName;
  readonly plan: Omit<LoadPlan, 'summaryFile'>;
  /** Private folder of this run: the plan (which may hold a key), outcomes and summary. */
  readonly workDir: string;
  readonly clock: Clock;
}

/** @throws CutoverError TOOL_MISSING where the binary does not start */
export async function startGenerator(options: GeneratorOptions): Promise<Generator> {
  const { workDir, clock } = options;
  const files = {
    plan: join(workDir, 'plan.json'),
    outcomes: join(workDir, 'outcomes.jsonl'),
    summary: join(workDir, 'summary.json'),
  };
  const plan: LoadPlan = { ...options.plan, summaryFile: files.summary };
  await writeFile(files.plan, JSON.stringify(plan), { mode: 0o600 });
  const child = spawn(options.binary, k6Arguments(options.scenario, files), {
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: workDir,
    env: k6Environment(files.plan),
    // Its own process group: Ctrl-C at the terminal reaches only the harness, which ends k6 in its own order.
    detached: true,
  });
  await spawned(child, options.binary);
  favour(child.pid);
  const stderr = keepTail(child);
  const ended = endOf(child, stderr, files.summary);
  const signal = (name: NodeJS.Signals): void => {
    if (child.exitCode === null && child.signalCode === null) child.kill(name);
  };
  return {
    pid: child.pid ?? -1,
    outcomesFile: files.outcomes,
    ended,
    async stop() {
      signal('SIGINT');
      const cancel = clock.afterWall(KILL_AFTER_MS, () => signal('SIGKILL'));
      return ended.finally(cancel);
    },
    kill() {
      signal('SIGKILL');
      return ended;
    },
  };
}

/** Above the processes that it measures: a generator that waits for them drops what it should send. */
const FAVOURED_NICE = -10;

/**
 * It would be on a machine of its own. Where this process may (root, CAP_SYS_NICE) its priority is raised, and that of
 * its session, by which Linux shares CPU out where it groups by session (sched(7), autogroup); elsewhere nothing happens.
 */
function favour(pid: number | undefined): void {
  if (pid === undefined) return;
  const tries = [
    () => setPriority(pid, FAVOURED_NICE),
    () => writeFileSync(`/proc/${pid}/autogroup`, String(FAVOURED_NICE)),
  ];
  for (const attempt of tries) {
    try {
      attempt();
    } catch {
      // Not allowed, or not there.
    }
  }
}

function k6Arguments(scenario: ScenarioName, files: { outcomes: string }): string[] {
  const script = join(import.meta.dirname, '..', 'scenarios', `${scenario}.ts`);
  const quiet = ['--quiet', '--no-color', '--log-format', 'raw', '--console-output', files.outcomes];
  // No REST endpoint: its fixed port would clash with another k6 on the machine.
  return ['run', ...quiet, '--address', '', script];
}

function k6Environment(planFile: string): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return {
    ...(PATH && { PATH }),
    ...(HOME && { HOME }),
    ...(TMPDIR && { TMPDIR }),
    CUTOVER_LOAD: planFile,
    // Go's collector would take a sixth of the generator's CPU: virtual users are a large heap that stays.
    GOGC: '400',
    K6_NO_USAGE_REPORT: 'true',
    K6_AUTO_EXTENSION_RESOLUTION: 'false',
    K6_WEB_DASHBOARD_PORT: '-1',
  };
}

function spawned(child: ChildProcess, binary: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => {
      const fix = 'install k6 1.1 or newer and put it on PATH, or name it in the variable K6';
      reject(
        new CutoverError({ code: 'TOOL_MISSING', message: `k6 does not start: ${cause.message}`, value: binary, fix }),
      );
    });
  });
}

function keepTail(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-STDERR_KEPT);
  });
  return () => text;
}

function endOf(child: ChildProcess, stderr: () => string, summaryFile: string): Promise<GeneratorEnd> {
  return new Promise((resolve) => {
    child.once('close', async (exitCode) => {
      const droppedIterations = await readDropped(summaryFile);
      resolve({ exitCode, droppedIterations, problem: problemOf(exitCode, stderr()) });
    });
  });
}

async function readDropped(file: string): Promise<number> {
  try {
    const summary = JSON.parse(await readFile(file, 'utf8')) as { droppedIterations?: number };
    return summary.droppedIterations ?? 0;
  } catch {
    // Killed before it wrote its summary: `problem` tells that.
    return 0;
  }
}

function problemOf(exitCode: number | null, stderr: string): string | null {
  if (exitCode === 0 || exitCode === THRESHOLDS_CROSSED || exitCode === INTERRUPTED) return null;
  const dead = /TARGET_UNREACHABLE: ([^"\n]+)/.exec(stderr)?.[1];
  if (exitCode === SCRIPT_ABORTED && dead) return `TARGET_UNREACHABLE: ${dead.trim()}`;
  const lines = stderr.trim().split('\n').filter(Boolean).slice(-5).join(' | ');
  return `k6 ended with ${exitCode === null ? 'a signal' : `exit code ${exitCode}`}${lines ? `: ${lines}` : ''}`;
}

/** @throws CutoverError TARGET_UNREACHABLE where the scenario's set-up refused a dead target */
export function throwIfUnreachable(end: GeneratorEnd): void {
  const message = /^TARGET_UNREACHABLE: (.*)$/s.exec(end.problem ?? '')?.[1];
  if (message === undefined) return;
  const fix = 'start what should answer there (`./cutover up`), or correct the URL';
  throw new CutoverError({ code: 'TARGET_UNREACHABLE', message, fix });
}
