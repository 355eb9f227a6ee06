/** A long answer: one JSON a line as things happen. */
import type { ServerResponse } from 'node:http';
import { type Clock, createClock } from '../clock.ts';

/** Clients give up on an answer that is quiet for long (undici after 300 s): an empty line says that it goes on. */
const BEAT_WALL_MS = 20_000;
/** What may wait for a reader that does not read, a stopped `events -f` for one; past it the answer is cut off. */
const UNREAD_LIMIT_BYTES = 16 * 1024 * 1024;

/** Writes what a reader is still there for; one that does not read is cut off. */
export function writeOrCutOff(res: ServerResponse, text: string): void {
  if (res.writableEnded || res.destroyed) return;
  if (res.writableLength > UNREAD_LIMIT_BYTES) res.destroy();
  else res.write(text);
}

/** Sends the head at once. @returns writes one line */
export function openLines(res: ServerResponse, clock: Clock = createClock()): (value: unknown) => void {
  res.writeHead(200, { 'content-type': 'application/x-ndjson' });
  res.flushHeaders();
  res.on(
    'close',
    clock.every(BEAT_WALL_MS, () => writeOrCutOff(res, '\n')),
  );
  return (value) => writeOrCutOff(res, `${JSON.stringify(value)}\n`);
}
