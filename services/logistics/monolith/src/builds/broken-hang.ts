/** Broken on purpose, for drills: accepts every request and never answers, health checks too. */
import { runMonolith } from '../app.ts';

void runMonolith({ build: 'broken-hang', gathers: ['iridium', 'magnesite'], orders: true }, ({ service }) =>
  service.intercept(({ req }) => {
    req.resume();
    return true;
  }),
);
