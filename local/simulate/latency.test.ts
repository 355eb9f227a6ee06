import test from 'ava';
import fc from 'fast-check';
import { erlangC, latencyOf } from './latency.ts';

/** Erlang C by hand: c = 1 is the utilisation itself; c = 2, a = 1: 1/3; c = 5, a = 4: 0.5541 (tables). */
for (const [servers, offered, expected] of [
  [1, 0, 0],
  [1, 0.5, 0.5],
  [1, 0.9, 0.9],
  [2, 1, 1 / 3],
  [5, 4, 0.5541],
  [10, 10, 1],
] as const)
  test(`Erlang C of ${servers} servers at ${offered} Erlang`, (t) => {
    t.true(Math.abs(erlangC(servers, offered) - expected) < 1e-4);
  });

test('one server: mean S ÷ (1 − ρ), p95 of an exponential of that mean', (t) => {
  const { meanSeconds, p95Seconds } = latencyOf(1, 0.02, 0.8);
  t.true(Math.abs(meanSeconds - 0.1) < 1e-9);
  t.true(Math.abs(p95Seconds - 0.1 * Math.log(20)) < 1e-6);
});

test('no load: the service time', (t) => {
  const { meanSeconds, p95Seconds } = latencyOf(4, 0.02, 0);
  t.is(meanSeconds, 0.02);
  t.true(Math.abs(p95Seconds - 0.02 * Math.log(20)) < 1e-6);
});

test('property: latency grows with load and never is below the service time; more servers wait less', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 64 }),
      fc.double({ min: 0.001, max: 5, noNaN: true }),
      fc.double({ min: 0, max: 0.98, noNaN: true }),
      (servers, serviceSeconds, utilisation) => {
        const here = latencyOf(servers, serviceSeconds, utilisation);
        const busier = latencyOf(servers, serviceSeconds, utilisation + 0.01);
        const wider = latencyOf(servers + 1, serviceSeconds, utilisation);
        return (
          here.meanSeconds >= serviceSeconds &&
          here.p95Seconds > here.meanSeconds &&
          busier.meanSeconds >= here.meanSeconds &&
          busier.p95Seconds >= here.p95Seconds - 1e-9 &&
          wider.meanSeconds <= here.meanSeconds + 1e-9
        );
      },
    ),
    { numRuns: 10_000 },
  );
  t.pass();
});
