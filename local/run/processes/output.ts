/** A child's stdout and stderr as lines, at a bounded rate: a flooding task waits for its pipe, as blocking awslogs does. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { ProcessSpec } from '../contracts.ts';
import { createLineSplitter, type LineSplitter } from './lines.ts';

/** What one child may write in a window before its pipes rest until the window's end: 8 MiB/s. */
const WINDOW_WALL_MS = 100;
const WINDOW_BYTES = 800 * 1024;

export interface CapturedOutput {
  /** Resolves when both streams have ended and their last lines were handed over. */
  readonly ended: Promise<void>;
  /** The process has ended: what is still in its pipes is little, take it at once. */
  unthrottle(): void;
  /** Hands over what is there and lets go of the pipes. */
  close(): void;
}

export function captureOutput(
  child: ChildProcess,
  spec: ProcessSpec,
  context: { readonly clock: Clock; readonly onWarn: (message: string) => void },
): CapturedOutput {
  const streams = [
    { readable: child.stdout as Readable, name: 'stdout' as const },
    { readable: child.stderr as Readable, name: 'stderr' as const },
  ];
  const throttle = createThrottle(
    context.clock,
    streams.map((stream) => stream.readable),
  );
  const splitters: LineSplitter[] = [];
  const ends = streams.map(({ readable, name }) => {
    const splitter = createLineSplitter((line) => {
      try {
        spec.onLine(line, name);
      } catch (error) {
        context.onWarn(`${spec.name}: a line of its output was not taken: ${(error as Error).message}`);
      }
    });
    splitters.push(splitter);
    readable.on('data', (chunk: Buffer) => {
      splitter.push(chunk);
      throttle.count(chunk.length);
    });
    // A pipe that fails has ended; 'close' follows.
    readable.on('error', () => {});
    return once(readable, 'close').then(() => splitter.end());
  });
  return {
    ended: Promise.all(ends).then(() => {}),
    unthrottle: () => throttle.end(),
    close() {
      throttle.end();
      for (const { readable } of streams) readable.destroy();
      for (const splitter of splitters) splitter.end();
    },
  };
}

function createThrottle(clock: Clock, streams: readonly Readable[]) {
  let windowStartMs = clock.monotonicMs();
  let bytes = 0;
  let active = true;
  let cancel = (): void => {};
  const resume = (): void => {
    for (const stream of streams) stream.resume();
  };
  return {
    count(chunkBytes: number): void {
      const now = clock.monotonicMs();
      if (now - windowStartMs >= WINDOW_WALL_MS) {
        windowStartMs = now;
        bytes = 0;
      }
      bytes += chunkBytes;
      if (!active || bytes < WINDOW_BYTES) return;
      for (const stream of streams) stream.pause();
      cancel();
      cancel = clock.afterWall(windowStartMs + WINDOW_WALL_MS - now, resume);
    },
    end(): void {
      active = false;
      cancel();
      resume();
    },
  };
}
