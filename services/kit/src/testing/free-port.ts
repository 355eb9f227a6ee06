/** A port for a program that cannot be asked which one it took. */
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems hand out for port 0 and for connections (Linux: from 32768): nobody gets it meanwhile. */
const RANGE = { first: 20_000, count: 12_000 };
/** Processes that ask at the same time begin far from each other. */
const STRIDE = 7_919;

let next = process.pid * STRIDE;

/** @returns a port of 127.0.0.1 that nobody listens on now */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < RANGE.count; tries++) {
    const port = RANGE.first + (next++ % RANGE.count);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port of 127.0.0.1 from ${RANGE.first} on is free`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen({ port, host: '127.0.0.1', exclusive: true }), 'listening');
  } catch {
    return false;
  }
  await new Promise((resolve) => server.close(resolve));
  return true;
}
