/** Connections to one target, kept alive between requests. No pipelining towards targets (ELB request routing). */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Endpoint } from '../contracts.ts';

/** One read at a time goes through it, whatever the connection: the stream machinery and a buffer a read are saved. */
const READ_BUFFER = Buffer.allocUnsafeSlow(65_536);

/** The request that has the connection. */
export interface UpstreamUser {
  /** @param chunk valid during the call only: what is kept or sent later is copied */
  onUpstreamData(chunk: Buffer): void;
  /** The connection ended; null for a clean end (FIN). Called once. */
  onUpstreamEnd(error: Error | null): void;
  onUpstreamDrain(): void;
}

export class Upstream {
  readonly socket: Socket;
  readonly #pool: UpstreamPool;
  user: UpstreamUser | null;
  connected = false;
  /** Requests answered on it before the present one. */
  served = 0;
  idleSinceMs = 0;

  constructor(pool: UpstreamPool, endpoint: Endpoint, tls: boolean, user: UpstreamUser) {
    this.#pool = pool;
    this.user = user;
    const socket = tls
      ? connectTls({ ...endpoint, rejectUnauthorized: false })
      : connectTcp({
          ...endpoint,
          noDelay: true,
          onread: { buffer: READ_BUFFER, callback: (length) => this.#read(length) },
        });
    // The buffer is shared by all: what is read from it is copied or sent before the next read.
    if (tls) socket.on('data', (chunk: Buffer) => this.#data(chunk));
    this.socket = socket;
    socket.on('connect', () => {
      this.connected = true;
    });
    socket.on('drain', () => this.user?.onUpstreamDrain());
    socket.on('end', () => this.#ended(null));
    socket.on('error', (error) => this.#ended(error));
    socket.on('close', () => this.#ended(new Error('connection closed')));
  }

  #read(length: number): boolean {
    this.#data(READ_BUFFER.subarray(0, length));
    return true;
  }

  #data(chunk: Buffer): void {
    // Bytes that nobody asked for: whatever they are, they are not the answer to the next request.
    if (this.user === null) this.destroy();
    else this.user.onUpstreamData(chunk);
  }

  /** Gives the connection back for the next request. */
  release(nowMs: number): void {
    this.user = null;
    this.served++;
    this.idleSinceMs = nowMs;
    this.#pool.putIdle(this);
  }

  destroy(): void {
    this.user = null;
    this.#pool.forget(this);
    this.socket.destroy();
  }

  #ended(error: Error | null): void {
    const { user } = this;
    this.destroy();
    user?.onUpstreamEnd(error);
  }
}

export class UpstreamPool {
  readonly #endpoint: Endpoint;
  readonly #tls: boolean;
  readonly #all = new Set<Upstream>();
  #idle: Upstream[] = [];
  #closed = false;

  /** @param tls targets of an HTTPS group; their certificates are not checked, as ALB does not check them */
  constructor(endpoint: Endpoint, tls: boolean) {
    this.#endpoint = endpoint;
    this.#tls = tls;
  }

  /** The connection used last is used first, so that those not needed grow old. */
  acquire(user: UpstreamUser): Upstream {
    const idle = this.#idle.pop();
    if (idle !== undefined) {
      idle.user = user;
      return idle;
    }
    return this.open(user);
  }

  open(user: UpstreamUser): Upstream {
    const upstream = new Upstream(this, this.#endpoint, this.#tls, user);
    this.#all.add(upstream);
    return upstream;
  }

  putIdle(upstream: Upstream): void {
    if (this.#closed) upstream.destroy();
    else this.#idle.push(upstream);
  }

  forget(upstream: Upstream): void {
    if (!this.#all.delete(upstream)) return;
    const at = this.#idle.indexOf(upstream);
    if (at !== -1) this.#idle.splice(at, 1);
  }

  /** Ends connections that were idle for longer than the load balancer's idle timeout. */
  sweep(nowMs: number, idleMs: number): void {
    for (const upstream of this.#idle.filter((one) => nowMs - one.idleSinceMs > idleMs)) upstream.destroy();
  }

  /** No new requests come: idle connections end now, the others when their request does. */
  retire(): void {
    this.#closed = true;
    for (const upstream of this.#idle) upstream.destroy();
    this.#idle = [];
  }

  close(): void {
    this.retire();
    for (const upstream of this.#all) upstream.destroy();
  }

  get size(): number {
    return this.#all.size;
  }
}
