/** One health check of one target, over a connection of its own (ELB target-group-health-checks). */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Clock } from '../clock.ts';
import type { Endpoint } from '../contracts.ts';
import type { CheckOutcome } from './decide-health.ts';

export interface CheckRequest {
  readonly endpoint: Endpoint;
  readonly path: string;
  readonly tls: boolean;
  /** Healthy is who takes the connection (network load balancers' TCP checks). Default: a request must be answered */
  readonly connectOnly?: boolean;
  /** Sent before everything, a handshake included. Default: nothing */
  readonly before?: Buffer | null;
  /** Security groups drop it: nothing ever answers. */
  readonly blocked: boolean;
  /** Control time. */
  readonly timeoutMs: number;
}

const HEAD_LIMIT = 32_768;
/**
 * An answer takes real time, whatever the clock rate: at rate 200 five seconds are 25 ms, less than a busy machine's
 * healthy target needs. A check waits this long at least, or as long as its time-out is in real time (≈).
 */
const ANSWER_WALL_MS = 1_000;

/** Real milliseconds that a check waits for its answer. */
export const answerWallMs = (timeoutMs: number, rate: number): number =>
  Math.max(timeoutMs / rate, Math.min(timeoutMs, ANSWER_WALL_MS));

/** @returns a function that gives the check up without an outcome */
export function checkHealth(clock: Clock, request: CheckRequest, done: (outcome: CheckOutcome) => void): () => void {
  const { host, port } = request.endpoint;
  const socket = request.blocked ? null : open(request);
  let over = false;
  const finish = (outcome: CheckOutcome | null): void => {
    if (over) return;
    over = true;
    cancel();
    socket?.destroy();
    if (outcome !== null) done(outcome);
  };
  const timedOut = (): void => finish({ kind: 'timeout' });
  // Where nothing can answer, nothing is lost by keeping to control time.
  const cancel =
    socket === null
      ? clock.after(request.timeoutMs, timedOut)
      : clock.afterWall(answerWallMs(request.timeoutMs, clock.rate), timedOut);
  if (socket === null) return () => finish(null);

  let received = '';
  const read = (ended: boolean): void => {
    const statusCode = statusOf(received);
    if (statusCode === null && received.length >= HEAD_LIMIT) finish({ kind: 'error' });
    // The whole answer is awaited, where it comes, so that the target's own log shows no reset.
    else if (statusCode !== null && ended) finish({ kind: 'code', statusCode });
    else if (ended) finish({ kind: 'error' });
  };
  socket.on(request.tls ? 'secureConnect' : 'connect', () => {
    if (request.connectOnly) finish({ kind: 'connected' });
    else
      socket.write(
        `GET ${request.path} HTTP/1.1\r\nHost: ${host}:${port}\r\nConnection: close\r\n` +
          'User-Agent: ELB-HealthChecker/2.0\r\nAccept-Encoding: gzip, compressed\r\n\r\n',
      );
  });
  socket.on('data', (chunk: Buffer) => {
    if (received.length < HEAD_LIMIT) received += chunk.toString('latin1');
    read(isComplete(received));
  });
  socket.on('end', () => read(true));
  socket.on('error', () => finish({ kind: 'error' }));
  socket.on('close', () => finish({ kind: 'error' }));
  return () => finish(null);
}

function open({ endpoint: { host, port }, tls, before }: CheckRequest): Socket {
  if (!tls && !before) return connectTcp({ host, port, noDelay: true });
  if (!before) return connectTls({ host, port, rejectUnauthorized: false });
  const plain = connectTcp({ host, port, noDelay: true });
  plain.write(before);
  return tls ? connectTls({ socket: plain, rejectUnauthorized: false }) : plain;
}

/** Status of an answer whose head is whole and well formed; null otherwise. */
function statusOf(received: string): number | null {
  let from = 0;
  for (;;) {
    const end = received.indexOf('\r\n\r\n', from);
    const match = end === -1 ? null : /^HTTP\/1\.\d (\d{3})(?: |\r)/.exec(received.slice(from, end + 2));
    if (match === null) return null;
    const status = Number(match[1]);
    if (status >= 200) return status;
    from = end + 4;
  }
}

/** A body of known length that is all there, or none. A longer or chunked one is not waited for beyond its first bytes. */
function isComplete(received: string): boolean {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) return false;
  const length = /\r\nContent-Length:\s*(\d+)\r\n/i.exec(received.slice(0, end + 2));
  if (length === null) return !/^HTTP\/1\.\d 1\d\d/.test(received);
  return received.length >= Math.min(end + 4 + Number(length[1]), HEAD_LIMIT);
}
