/** A script of the emulator's Python that answers line by line: its start, half a second of the CPU, is paid once. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

const MAX_SAID = 4_000;

export interface Talk {
  /** Lines that are asked at the same time are answered one after the other. @throws Error with what it said where it ended */
  ask(line: string): Promise<string>;
  /** Ends it: it ends by itself where its input does. */
  end(): Promise<void>;
}

interface Waiting {
  readonly resolve: (line: string) => void;
  readonly reject: (error: Error) => void;
}

/** Started by the first line. */
export function talkWith(program: string, args: readonly string[]): Talk {
  let child: ChildProcessByStdio<Writable, Readable, Readable> | undefined;
  let said = '';
  const waiting: Waiting[] = [];

  function start(): ChildProcessByStdio<Writable, Readable, Readable> {
    const started = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    started.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      said = (said + chunk).slice(-MAX_SAID);
    });
    const gone = (why: string): void => {
      child = undefined;
      for (const { reject } of waiting.splice(0)) reject(new Error(`${args[0]} ${why}:\n${said}`));
    };
    // A line to one that has just ended: `close` tells.
    started.stdin.on('error', () => undefined);
    started.on('error', (error) => gone(error.message));
    started.on('close', (code) => gone(`ended with ${code}`));
    createInterface({ input: started.stdout }).on('line', (line) => waiting.shift()?.resolve(line));
    return started;
  }

  return {
    ask: (line) =>
      new Promise((resolve, reject) => {
        child ??= start();
        waiting.push({ resolve, reject });
        child.stdin.write(`${line}\n`);
      }),
    async end() {
      const ending = child;
      if (!ending) return;
      const ended = new Promise((resolve) => ending.once('close', resolve));
      ending.stdin.end();
      await ended;
    },
  };
}
