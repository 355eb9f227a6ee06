import test from 'ava';
import { CRITERIA } from '../criteria.ts';
import { createMachineMeter } from '../harness/cpu-meter.ts';
import { record } from '../testing/records.ts';
import { judge } from './judge.ts';
import type { Outcome, Sample } from './record.ts';
import { meanBusyPercent, saturatedSpans } from './saturation.ts';

const START_MS = 1_000_000;
const order = (n: number, sentAtMs: number, latencyMs: number): Outcome => ({
  id: `order-${n}`,
  path: '/order/',
  sentAtMs,
  latencyMs,
  status: 200,
  error: null,
});
/** One sample a second; the machine is busy in each as told. */
const machine = (shares: readonly (number | null)[]): Sample[] =>
  shares.map((machineBusy, n) => ({ atMs: START_MS + n * 1_000, running: {}, generatorCores: 0.2, machineBusy }));
/** 600 orders in the first three seconds, 600 in the last three of ten. */
const orders = (firstMs: number, lastMs: number): Outcome[] =>
  Array.from({ length: 1_200 }, (_, n) =>
    n < 600 ? order(n, START_MS + n * 5, firstMs) : order(n, START_MS + 7_000 + (n - 600) * 5, lastMs),
  );
const p95 = (outcomes: Outcome[], samples: Sample[]) => {
  const verdict = judge(record({ outcomes, samples }), CRITERIA);
  return { verdict, result: verdict.criteria.find((c) => c.name === 'latency-p95') };
};
const BUSY_FIRST = [0.5, 1, 1, 1, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4];

test('a latency that only a machine without CPU to spare has shown is undecided, and the reason tells why', (t) => {
  const { result, verdict } = p95(orders(1_900, 80), machine(BUSY_FIRST));
  t.is(result?.verdict, 'INCONCLUSIVE');
  t.false(result?.pass);
  t.regex(result?.undecided ?? '', /around 600 of 1200 answers; the other 600: 80 ms/);
  t.regex(verdict.reasons.join('\n'), /latency-p95: 1900 ms .*no CPU to spare/);
});

test('a system that is slow while the machine has CPU to spare fails', (t) => {
  t.is(p95(orders(1_900, 1_500), machine(BUSY_FIRST)).result?.verdict, 'FAIL');
  t.is(p95(orders(80, 1_900), machine(BUSY_FIRST)).result?.verdict, 'FAIL');
  t.is(p95(orders(1_900, 80), machine(BUSY_FIRST.map(() => 0.9))).result?.verdict, 'FAIL');
});

test('a record that does not know how busy the machine was is judged as before', (t) => {
  t.is(p95(orders(1_900, 80), machine(BUSY_FIRST.map(() => null))).result?.verdict, 'FAIL');
  const bare = machine(BUSY_FIRST).map(({ machineBusy: _, ...sample }) => sample);
  const { result, verdict } = p95(orders(1_900, 80), bare);
  t.is(result?.verdict, 'FAIL');
  t.is(verdict.machineBusyPercent, null);
});

test('where nearly every request met a busy machine, nothing can be told', (t) => {
  const { result } = p95(orders(1_900, 1_900), machine(BUSY_FIRST.map(() => 1)));
  t.is(result?.verdict, 'INCONCLUSIVE');
  t.regex(result?.undecided ?? '', /too few to tell/);
});

test('a latency within its bound passes on a busy machine too', (t) => {
  t.is(p95(orders(80, 80), machine(BUSY_FIRST.map(() => 1))).result?.verdict, 'PASS');
});

test('spans: from the sample before to a second after, joined where they meet', (t) => {
  const spans = saturatedSpans(machine([1, 1, 0.5, 0.97, 0.5, 0.5, 0.95]));
  t.deepEqual(
    spans.map(({ fromMs, toMs }) => [fromMs - START_MS, toMs - START_MS]),
    [
      [0, 4_000],
      [5_000, 7_000],
    ],
  );
  t.is(meanBusyPercent(machine([null, 0.5, 1])), 75);
});

test('the meter tells the share since its last call', (t) => {
  const readings = [
    [{ user: 100, nice: 0, sys: 0, idle: 900, irq: 0 }],
    [{ user: 600, nice: 100, sys: 250, idle: 1_000, irq: 50 }],
    [{ user: 600, nice: 100, sys: 250, idle: 1_000, irq: 50 }],
  ];
  const meter = createMachineMeter(() => readings.shift() ?? []);
  t.is(meter(), null);
  t.is(meter(), 0.9);
  t.is(meter(), null);
});

test('a failure on a machine without CPU to spare says that it may be the machine’s; it stays a failure', (t) => {
  const failed = orders(80, 80).map((order, n) => (n < 300 ? { ...order, status: 502 } : order));
  const reasons = (share: number): { verdict: string; starved: boolean } => {
    const { verdict, reasons } = judge(
      record({ outcomes: failed, samples: machine(BUSY_FIRST.map(() => share)) }),
      CRITERIA,
    );
    return { verdict, starved: reasons.some((reason) => /100 % busy on average.*for want of CPU/.test(reason)) };
  };
  t.deepEqual(reasons(1), { verdict: 'FAIL', starved: true });
  t.deepEqual(reasons(0.6), { verdict: 'FAIL', starved: false });
});
