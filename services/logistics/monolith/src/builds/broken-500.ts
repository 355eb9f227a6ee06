/** Broken on purpose, for drills: runs, and answers 500 to everything, health checks too. */
import { ServiceError, sendError } from '../../../../kit/src/index.ts';
import { runMonolith } from '../app.ts';

void runMonolith({ build: 'broken-500', gathers: ['iridium', 'magnesite'], orders: true }, ({ service }) =>
  service.intercept((exchange) => {
    exchange.failure = 'INTERNAL';
    exchange.req.resume();
    sendError(exchange.res, new ServiceError('INTERNAL', 'this version is broken'), exchange.trace);
    return true;
  }),
);
