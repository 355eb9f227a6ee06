/** One answer of another service, whole. */
import type { Dispatcher } from './undici.ts';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Takes one answer straight from undici's dispatch: its streams would cost more than the rest of a call. */
export class AnswerTaker implements Dispatcher.DispatchHandler {
  #status = 0;
  #body = '';
  #controller: Dispatcher.DispatchController | null = null;
  #givenUp = false;
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (error: Error) => void;

  constructor(resolve: (answer: Answer) => void, reject: (error: Error) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** The call's time is over: it fails, and ends where it is under way. */
  giveUp(): void {
    const reason = new Error('the deadline has passed');
    this.#givenUp = true;
    this.#reject(reason);
    this.#controller?.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#givenUp) controller.abort(new Error('the deadline has passed'));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#body += chunk.toString('latin1');
  }

  onResponseEnd(): void {
    this.#resolve({ status: this.#status, body: Buffer.from(this.#body, 'latin1').toString('utf8') });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#reject(error);
  }
}
