/** For builds that are broken on purpose: answers 500 to the API's requests, and leaves health checks alone. */
import { ServiceError } from '../../../kit/src/errors.ts';
import { sendError } from '../../../kit/src/reply.ts';
import type { ForumContext } from '../../lib/src/run-forum.ts';

const API = '/api/threads';

/** @param goodRequests how many are answered well before the first 500 */
export function failing(goodRequests: number): (context: ForumContext) => void {
  let seen = 0;
  return ({ service }) =>
    service.intercept((exchange) => {
      if (!exchange.req.url?.startsWith(API) || ++seen <= goodRequests) return false;
      exchange.failure = 'INTERNAL';
      exchange.req.resume();
      sendError(exchange.res, new ServiceError('INTERNAL', 'this version is broken'), exchange.trace);
      return true;
    });
}
