/** A client's socket: what is written is counted, ends are orderly, and nothing that a client does ends the plane. */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Sink } from './downstream.ts';
import type { ListenerRuntime } from './listener.ts';

/** How long a connection that we close may still send what we do not read. */
const LINGER_MS = 5_000;

export abstract class ClientSocket implements Sink {
  readonly listener: ListenerRuntime;
  protected readonly socket: Socket;
  protected readonly address: string;
  protected readonly openedMs: number;
  /** When the client last sent or took anything. */
  protected activityMs: number;
  /** No further request is read; what is left is sent, then FIN. */
  protected closing = false;
  #gone = false;

  constructor(socket: Socket, listener: ListenerRuntime) {
    this.listener = listener;
    this.socket = socket;
    this.address = socket.remoteAddress ?? '';
    this.openedMs = this.activityMs = this.now();
    socket.on('data', (chunk: Buffer) => {
      this.activityMs = this.now();
      listener.lb.counters.ProcessedBytes += chunk.length;
      if (!this.closing) this.received(chunk);
    });
    socket.on('drain', () => {
      this.activityMs = this.now();
      this.drained();
    });
    // FIN: Node answers it; what is under way is given up, as ALB does.
    socket.on('end', () => this.#ended());
    // 'close' follows and does what is to be done.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#ended());
  }

  protected abstract received(chunk: Buffer): void;
  protected abstract drained(): void;
  /** The client is gone. Called once. */
  protected abstract gone(): void;

  now(): number {
    return this.listener.context.clock.monotonicMs();
  }

  write(data: string | Buffer): boolean {
    this.listener.lb.counters.ProcessedBytes += data.length;
    return typeof data === 'string' ? this.socket.write(data, 'latin1') : this.socket.write(data);
  }

  cork(): void {
    this.socket.cork();
  }

  uncork(): void {
    this.socket.uncork();
  }

  pauseReading(): void {
    this.socket.pause();
  }

  resumeReading(): void {
    if (this.socket.isPaused()) this.socket.resume();
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Clients may keep a connection for client_keep_alive seconds. */
  get ending(): boolean {
    const { closing, lb } = this.listener;
    return closing || this.now() - this.openedMs > lb.definition.clientKeepAliveSeconds * 1000;
  }

  /** Ends it with a reset, so that the client does not take a torn response for a whole one. */
  protected reset(): void {
    this.closing = true;
    // Under TLS there is no reset to be had (Node refuses), and none is needed: an end without close_notify is a torn one.
    if (this.socket instanceof TLSSocket) this.socket.destroy();
    else this.socket.resetAndDestroy();
  }

  /** Sends what is left, then FIN; reads on for a while so that no reset overtakes the answer. */
  protected close(): void {
    if (this.closing) return;
    this.closing = true;
    this.activityMs = this.now();
    this.socket.end();
    this.resumeReading();
  }

  /** @returns whether it is closing: then there is nothing else to look at */
  protected sweepClosing(nowMs: number): boolean {
    if (this.closing && nowMs - this.activityMs > LINGER_MS) this.socket.destroy();
    return this.closing;
  }

  #ended(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.closing = true;
    this.gone();
  }
}
