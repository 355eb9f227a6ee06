/** A long answer: one JSON a line as things happen. */
import type { ServerResponse } from 'node:http';
import { type Clock, createClock } from '../clock.ts';

/** Clients give up on an answer that is quiet for long (undici after 300 s): an empty line says that it goes on. */
const BEAT_WALL_MS = 20_000;
/** What may wait for a reader that does not read, a stopped `events -f` for one; past it the answer is cut off. */
const UNREAD_LIMIT_BYTES = 16 * 1024 * 1024;

/** Sends the head at once. @returns writes one line */
export function openLines(res: ServerResponse, clock: Clock = createClock()): (value: unknown) => void {
  res.writeHead(200, { 'content-type': 'application/x-ndjson' });
  res.flushHeaders();
  const write = (text: string): void => {
    if (res.writableEnded || res.destroyed) return;
    if (res.writableLength > UNREAD_LIMIT_BYTES) res.destroy();
    else res.write(text);
  };
  res.on(
    'close',
    clock.every(BEAT_WALL_MS, () => write('\n')),
  );
  return (value) => write(`${JSON.stringify(value)}\n`);
}
