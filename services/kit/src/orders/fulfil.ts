/** Hands a gathered order to whoever fulfils it, and turns the answer into what SNS must hear. */
import type { Downstream } from '../downstream.ts';
import { ServiceError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { FulfilmentRequest } from './fulfilment.ts';

/**
 * @param options.path where the fulfilment is posted
 * @param options.done the line to print once it is fulfilled
 * @throws ServiceError DOWNSTREAM_* where SNS must retry, ORDER_INVALID where it must not
 */
export async function fulfil(
  request: FulfilmentRequest,
  options: { downstream: Downstream; path: string; trace: string; log: Log; done: string },
): Promise<void> {
  const { downstream, path, trace, log, done } = options;
  log.line('Trying to send a request to the API');
  // The receiver keys on the MessageId, so a repeat is never a second fulfilment.
  const { status } = await downstream.post({ path, body: request, trace, idempotent: true });
  log.line(`API Status Code: ${status}`);
  if (status === 200) return log.line(done);
  // What the receiver calls invalid stays invalid: a retry would not help. Everything else (our key, its load, its
  // failures) may pass, and an order must not be lost to it.
  if (status === 400 || status === 422) {
    throw new ServiceError('ORDER_INVALID', `the order was refused by the fulfilment API (${status})`);
  }
  throw new ServiceError('DOWNSTREAM_FAILED', `the fulfilment API answered ${status}`);
}
