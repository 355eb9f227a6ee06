/** What a request is before anything is decided. */
import type { IncomingMessage } from 'node:http';
import type { Facts } from './facts.ts';

export interface Incoming {
  readonly req: IncomingMessage;
  readonly facts: Facts;
  /** Below the stage, raw. */
  readonly path: string;
  /** Without `?`. */
  readonly query: string;
  readonly traceId: string;
}
