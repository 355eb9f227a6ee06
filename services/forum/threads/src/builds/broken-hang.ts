/** Broken on purpose, for drills: accepts every request and never answers, health checks too. */
import { runMicroservice } from '../../../lib/src/microservice.ts';

void runMicroservice('threads', { build: 'broken-hang' }, ({ service }) =>
  service.intercept(({ req }) => {
    req.resume();
    return true;
  }),
);
