import test from 'ava';
import fc from 'fast-check';
import type { SimulatedService } from './contracts.ts';
import { scenario } from './scenario.ts';
import { decideTraffic, taskCapacity } from './traffic.ts';

const [BASE] = scenario({ profile: 'soak', tasks: 10, instances: 0, hours: 1 }).services as [SimulatedService];
/** One server of 20 ms, a quarter of a CPU, 5 ms of CPU a request: 50 requests a second. */
const service: SimulatedService = {
  ...BASE,
  cpuUnits: 256,
  model: { ...BASE.model, servers: 1, serviceSeconds: 0.02, cpuSecondsPerRequest: 0.005 },
};
const CALM = { backlog: 0, failingSeconds: 0 };
const span = (requestsPerSecond: number, tasks = 2) => ({ requestsPerSecond, tasks, seconds: 10 });

test('a task serves what its servers can, or its CPU, whichever is less', (t) => {
  t.is(taskCapacity(service), 50);
  t.is(taskCapacity({ ...service, cpuUnits: 128 }), 25);
  t.is(taskCapacity({ ...service, model: { ...service.model, servers: 8 } }), 50);
  t.is(taskCapacity({ ...service, cpuUnits: 2048, model: { ...service.model, servers: 8 } }), 400);
});

test('below saturation: all served, CPU by what is used, latency of M/M/1', (t) => {
  const outcome = decideTraffic(service, CALM, span(50));
  t.is(outcome.failed, 0);
  t.is(outcome.state.backlog, 0);
  t.true(Math.abs(outcome.cpuPercent - 50) < 1e-9); // 25 a second and task × 5 ms of a quarter CPU
  t.true(Math.abs(outcome.p95Seconds - 0.04 * Math.log(20)) < 1e-6); // 20 ms ÷ (1 − 0.5)
});

test('above it: the rest piles up and waits, and what waits too long is lost', (t) => {
  const first = decideTraffic(service, CALM, span(150));
  t.is(first.state.backlog, 500); // (150 − 100) × 10 s
  t.is(first.failed, 0);
  t.true(first.p95Seconds > 5);
  const long = decideTraffic(service, { backlog: 1800, failingSeconds: 0 }, span(150));
  t.is(long.state.backlog, 2000); // 100 a second × 20 s of patience
  t.is(long.failed, 300);
});

test('no task: every request fails at once', (t) => {
  t.like(decideTraffic(service, { backlog: 7, failingSeconds: 30 }, span(10, 0)), {
    failed: 107,
    cpuPercent: 0,
    unhealthy: 0,
  });
});

test('checks fail while an answer takes longer than their time-out; then targets turn unhealthy in turns', (t) => {
  const busy = { backlog: 1000, failingSeconds: 40 };
  const first = decideTraffic(service, busy, span(150, 2));
  t.is(first.state.failingSeconds, 50);
  t.is(first.unhealthy, 0); // two checks, 30 s apart
  const second = decideTraffic(service, { ...busy, failingSeconds: 50 }, span(150, 6));
  t.is(second.state.failingSeconds, 0); // six tasks are fast enough again
  const third = decideTraffic({ ...service }, { backlog: 4000, failingSeconds: 50 }, span(300, 6));
  t.is(third.unhealthy, 2); // 6 tasks × 10 s ÷ 30 s
});

test('property: requests are served, wait or are lost, and nothing else', (t) => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 5000, noNaN: true }),
      fc.nat(50),
      fc.double({ min: 0, max: 5000, noNaN: true }),
      fc.integer({ min: 1, max: 60 }),
      (requestsPerSecond, tasks, backlog, seconds) => {
        const { state, failed, cpuPercent, unhealthy } = decideTraffic(
          service,
          { backlog, failingSeconds: 0 },
          { requestsPerSecond, tasks, seconds },
        );
        const offered = requestsPerSecond * seconds + backlog;
        const most = taskCapacity(service) * tasks * seconds;
        const served = offered - failed - state.backlog;
        return (
          failed >= -1e-6 &&
          state.backlog >= 0 &&
          served >= -1e-6 &&
          served <= most + 1e-6 &&
          cpuPercent <= 100.001 &&
          unhealthy <= tasks
        );
      },
    ),
    { numRuns: 10_000 },
  );
  t.pass();
});
