/** Runs a builder, line by line, in a process group of its own: what it started ends with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface RunOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  onLine?(line: string): void;
  /** Lines that are not kept for messages; default: none. */
  isNoise?(line: string): boolean;
}

export interface RunResult {
  /** Null where a signal ended it. */
  readonly code: number | null;
  /** Both streams as they came, the last 64 KiB. */
  readonly output: string;
}

const KEPT_CHARACTERS = 65_536;

/** A builder that is told to end gets this time for it; buildah leaves a running npm behind, whatever it gets. */
const GRACE_MS = 5_000;

/** Never rejects for a program that ran. @throws the signal's reason; ENOENT and the like for one that did not run */
export async function runBuilder(file: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const { cwd, env, timeoutMs, signal, onLine, isNoise } = options;
  signal?.throwIfAborted();
  const ends = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]);
  // Ctrl-C reaches this program alone, which then ends the whole group, and tidies up.
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      if (!isNoise?.(line)) output = `${output}${line}\n`.slice(-KEPT_CHARACTERS);
      onLine?.(line);
    });
  const settle = endWith(child, ends);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    signal?.throwIfAborted();
    if (ends.aborted) output += `it was stopped after ${timeoutMs / 1000} s\n`;
    return { code: ends.aborted ? null : code, output };
  } finally {
    settle();
  }
}

/** Ends the child's group when `ends` aborts: asked first, then forced. @returns to be called when the child has ended */
function endWith(child: ChildProcess, ends: AbortSignal): () => void {
  let grace: NodeJS.Timeout | undefined;
  const stop = (): void => {
    signalGroup(child, 'SIGTERM');
    grace = setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS);
    // What the builder started may hold its streams open: without this the wait for them would never end.
    child.once('exit', () => signalGroup(child, 'SIGKILL'));
  };
  ends.addEventListener('abort', stop, { once: true });
  return () => {
    ends.removeEventListener('abort', stop);
    clearTimeout(grace);
    if (ends.aborted) signalGroup(child, 'SIGKILL');
  };
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The end of an output, for messages. */
export const tail = (output: string, lines = 15): string => output.trim().split('\n').slice(-lines).join('\n');
