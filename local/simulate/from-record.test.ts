import test from 'ava';
import { CutoverError } from '../errors.ts';
import { type MeasuredRecord, measure, withMeasured } from './from-record.ts';
import { scenario } from './scenario.ts';
import { simulate } from './simulate.ts';
import { taskCapacity } from './traffic.ts';

const fargate = (address: string) => ({ address, instanceId: null, hostPort: 3000 });
const services = [
  { name: 'service-1', tasks: [fargate('127.30.0.1'), fargate('127.30.0.2')] },
  { name: 'service-2', tasks: [{ address: '127.20.0.1', instanceId: 'i-1', hostPort: 40_000 }] },
  { name: 'idle', tasks: [fargate('127.30.0.9')] },
];
const snapshot = (atMs: number, served: Record<string, number>) => ({ atMs, services, served });
const record: MeasuredRecord = {
  stages: [
    { name: 'before', steady: snapshot(0, {}), leaving: snapshot(1000, { '127.30.0.1:3000': 999 }) },
    {
      name: 'steady',
      steady: snapshot(10_000, { '127.30.0.1:3000': 100, 'i-1:40000': 5 }),
      leaving: snapshot(20_000, { '127.30.0.1:3000': 250, '127.30.0.2:3000': 150, 'i-1:40000': 105 }),
    },
    { name: 'failed', steady: null, leaving: null },
  ],
};
const request = (sentAtMs: number, latencyMs: number | null, status: number | null = 200) => ({
  sentAtMs,
  latencyMs,
  status,
});
const requests = [
  request(9000, 9000),
  request(11_000, 30),
  request(12_000, 50),
  request(13_000, 40),
  request(14_000, 1, 503),
  request(15_000, null, null),
];

test('the last steady stage: requests by service, and the median of what succeeded in it', (t) => {
  t.deepEqual(measure(record, requests), {
    stage: 'steady',
    services: { 'service-1': { requestsPerSecond: 30, tasks: 2 }, 'service-2': { requestsPerSecond: 10, tasks: 1 } },
    medianSeconds: 0.04,
  });
});

test('the measured mix shares out the peak, and a longer answer makes a task hold more at once', (t) => {
  const plain = scenario({ profile: 'soak', tasks: 40, instances: 0, hours: 1, services: 2 });
  const { input, notes } = withMeasured(plain, measure(record, requests));
  const total = plain.services.reduce((sum, s) => sum + s.peakRequestsPerSecond, 0);
  t.deepEqual(
    input.services.map((s) => s.peakRequestsPerSecond),
    [total * 0.75, total * 0.25],
  );
  const [one, before] = [input.services[0], plain.services[0]];
  t.is(one?.model.serviceSeconds, 0.04);
  t.is(one?.model.servers, 2);
  t.is(one && taskCapacity(one), before && taskCapacity(before)); // its CPU still is what it is
  t.regex(notes.join('\n'), /service-1 30\.0\/s on 2 tasks, service-2 10\.0\/s on 1 tasks; an answer took 40\.0 ms/);
  t.true(simulate(input).totals.requests > 0);
});

test('a service that the record does not have is without load, and told', (t) => {
  const plain = scenario({ profile: 'soak', tasks: 40, instances: 0, hours: 1, services: 3 });
  const { input, notes } = withMeasured(plain, measure(record, []));
  t.is(input.services[2]?.peakRequestsPerSecond, 0);
  t.regex(notes.join('\n'), /without load: service-3/);
});

test('records of nothing, or of other services, are refused', (t) => {
  t.throws(() => measure({ stages: [] }, []), { instanceOf: CutoverError, message: /no stage of the record/ });
  const other = scenario({ profile: 'soak', tasks: 4, instances: 0, hours: 1 });
  t.throws(() => withMeasured(other, measure(record, [])), {
    instanceOf: CutoverError,
    message: /none of the simulated services/,
  });
});
