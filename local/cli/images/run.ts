/** Runs a builder, line by line. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface RunOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  onLine?(line: string): void;
}

export interface RunResult {
  /** Null where a signal ended it. */
  readonly code: number | null;
  /** Both streams as they came, the last 64 KiB. */
  readonly output: string;
}

const KEPT_CHARACTERS = 65_536;

/** Never rejects for a program that ran. @throws the signal's reason; ENOENT and the like for one that did not run */
export async function runBuilder(file: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const { cwd, env, timeoutMs, signal, onLine } = options;
  signal?.throwIfAborted();
  const ends = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]);
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = (): boolean => child.kill('SIGTERM');
  ends.addEventListener('abort', stop, { once: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      output = `${output}${line}\n`.slice(-KEPT_CHARACTERS);
      onLine?.(line);
    });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    signal?.throwIfAborted();
    if (ends.aborted) output += `it was stopped after ${timeoutMs / 1000} s\n`;
    return { code: ends.aborted ? null : code, output };
  } finally {
    ends.removeEventListener('abort', stop);
  }
}

/** The end of an output, for messages. */
export const tail = (output: string, lines = 15): string => output.trim().split('\n').slice(-lines).join('\n');
