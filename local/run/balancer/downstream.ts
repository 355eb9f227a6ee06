/** What an exchange needs of the client's side. */

/** Where a response goes. */
export interface Sink {
  /** @returns false where the client should drain first */
  write(data: string | Buffer): boolean;
  /** The connection ends with this response, whatever it says: the listener closes, or the client had it long enough. */
  readonly ending: boolean;
  cork(): void;
  uncork(): void;
}

export interface Downstream extends Sink {
  pauseReading(): void;
  resumeReading(): void;
  /** The response is whole. @param close the connection cannot be used again */
  exchangeDone(close: boolean): void;
  /** No byte of a response was sent: answer with one of the load balancer's own codes. */
  exchangeFailed(status: number, requestDone: boolean): void;
  /** The response broke off. */
  abort(): void;
  /** From here on bytes pass both ways as they are. */
  tunnelOpened(): void;
  now(): number;
}
