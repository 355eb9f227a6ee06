import test from 'ava';
import fc from 'fast-check';
import { CutoverError } from '../errors.ts';
import { SHAPES } from './profiles.ts';
import { scenario } from './scenario.ts';
import { type SimulationResult, simulate } from './simulate.ts';

const LARGE = { tasks: 10_000, instances: 1000, hours: 24 };

test.serial('10,000 tasks on 1,000 instances for a day: under a minute, under a GiB', (t) => {
  const begun = performance.now();
  const result = simulate(scenario({ ...LARGE, profile: 'day' }));
  const seconds = (performance.now() - begun) / 1000;
  t.true(seconds < 60, `${seconds} s`);
  t.true(process.resourceUsage().maxRSS / 1024 < 1024);
  t.is(result.minutes.length, 1440);
  t.is(result.totals.peakTasks, 10_000);
  t.is(result.totals.peakInstances, 1000);
  t.is(result.totals.failed, 0);
  t.true(result.quotas.some((q) => q.quota === 'targets per target group'));
});

test('the same input gives the same run; another seed another one', (t) => {
  const run = (seed: string) => simulate(scenario({ profile: 'sawtooth', tasks: 60, instances: 6, hours: 6, seed }));
  t.deepEqual(run('a'), run('a'));
  t.notDeepEqual(run('a').minutes, run('b').minutes);
});

const last = (result: SimulationResult) => Object.values(result.minutes.at(-1)?.services ?? {})[0];

test('constant load at the peak takes all tasks, and no more instances than they need', (t) => {
  const result = simulate(scenario({ profile: 'soak', tasks: 40, instances: 4, hours: 3 }));
  t.like(last(result), { running: 40, pending: 0 });
  t.is(result.minutes.at(-1)?.instances.running, 4);
  t.true(Math.abs((last(result)?.cpuPercent ?? 0) - 50) < 2);
  t.is(result.totals.failed, 0);
});

test('scales out and back in with a ramp, and saves instance hours', (t) => {
  const result = simulate(scenario({ profile: 'ramp', tasks: 200, instances: 20, hours: 24 }));
  const tasks = result.minutes.map((m) => Object.values(m.services)[0]?.running ?? 0);
  t.true((tasks[60] ?? 0) <= 25 && Math.max(...tasks) === 200 && (tasks.at(-1) ?? 0) <= 25);
  t.true((result.cost.dollarsWithoutScaling ?? 0) > result.cost.dollars);
  t.true(result.events.some((e) => /3 of 3 datapoints above 50/.test(e.message)));
  t.true(result.events.some((e) => /15 of 15 datapoints below 45/.test(e.message)));
});

test('too few instances: tasks wait, it is said why, and it is the bottleneck', (t) => {
  const input = scenario({ profile: 'soak', tasks: 100, instances: 10, hours: 2 });
  const result = simulate({ ...input, fleet: input.fleet && { ...input.fleet, desired: 5, maxSize: 5 } });
  t.is(result.totals.peakInstances, 5);
  t.is(result.totals.peakTasks, 50);
  t.is(result.bottleneck.kind, 'instance-maximum');
  t.true(result.events.some((e) => /was unable to place 50 tasks because no container instance met/.test(e.message)));
});

test('Fargate has no instances, and is billed by the task', (t) => {
  const result = simulate(scenario({ profile: 'soak', tasks: 10, instances: 0, hours: 10 }));
  t.is(result.totals.peakInstances, 0);
  const vcpu = result.cost.lines.find((l) => l.item === 'Fargate vCPU');
  t.true(Math.abs((vcpu?.quantity ?? 0) - 10 * 10 * 0.25) < 0.5);
});

test('a spike that outruns scaling is a spiral; the settings it names prevent it', (t) => {
  const input = scenario({ profile: 'spike', tasks: 40, instances: 5, hours: 24 });
  const result = simulate(input);
  const [spiral] = result.spirals;
  t.is(result.bottleneck.kind, 'health-checks');
  t.deepEqual(
    spiral?.suggestions.map((s) => [s.setting, s.suggested]),
    [
      ['health_check.unhealthy_threshold', 10],
      ['health_check.interval', 45], // 180 s to ask, 210 s for an instance, 30 s to start
    ],
  );
  const patient = { unhealthyThreshold: 10, intervalSeconds: 45 };
  const services = input.services.map((s) => ({ ...s, health: { ...s.health, ...patient } }));
  const calm = simulate({ ...input, services });
  t.deepEqual(calm.spirals, []);
  t.true(calm.totals.failed < result.totals.failed);
  t.true(Object.values(calm.minutes).every((m) => Object.values(m.services).every((s) => s.killed === 0)));
});

test('step policies act by their alarms, schedules by the clock', (t) => {
  const input = scenario({ profile: 'soak', tasks: 20, instances: 0, hours: 3 });
  const [service] = input.services;
  const scaling = service?.scaling;
  if (!service || !scaling) return t.fail();
  const policy = {
    type: 'StepScaling' as const,
    adjustmentType: 'ChangeInCapacity' as const,
    minAdjustmentMagnitude: null,
    metricAggregation: 'Average' as const,
    cooldownSeconds: 120,
    steps: [{ lowerBound: 0, upperBound: null, adjustment: 2 }],
  };
  const alarm = { name: 'hot', metric: 'cpu' as const, threshold: 60, evaluationPeriods: 2, datapointsToAlarm: 2 };
  const result = simulate({
    ...input,
    services: [
      {
        ...service,
        desiredCount: 10,
        scaling: {
          ...scaling,
          policies: [
            { name: 'step', policy, metric: 'cpu', alarms: [{ ...alarm, comparison: 'GreaterThanThreshold' }] },
          ],
          schedules: [
            { name: 'one', schedule: 'cron(0 1 * * ? *)', timezone: 'UTC', minCapacity: 19, maxCapacity: null },
          ],
        },
      },
    ],
  });
  const desired = result.minutes.map((m) => m.services['service']?.desired ?? 0);
  t.deepEqual([...new Set(desired.slice(0, 59))], [10, 12, 14, 16, 18]);
  t.is(desired[59], 19);
  t.true(result.events.some((e) => e.message.startsWith('scheduled action one: min 19')));
});

test('what cannot be simulated is refused with every reason', (t) => {
  const error = t.throws(
    () => scenario({ profile: 'tide', tasks: 10, instances: 1, hours: 1, instanceType: 'm5.huge' }),
    {
      instanceOf: CutoverError,
    },
  );
  t.deepEqual(
    error?.problems.map((p) => p.address),
    ['--profile', '--instance-type'],
  );
  t.throws(
    () => scenario({ profile: 'day', tasks: 10, instances: 1, hours: 1, instanceType: 't3.nano', memoryMiB: 9000 }),
    {
      message: /fits no t3.nano/,
    },
  );
});

const inputs = fc
  .record({
    profile: fc.constantFrom(...Object.keys(SHAPES)),
    tasks: fc.integer({ min: 1, max: 60 }),
    instances: fc.nat(12),
    services: fc.integer({ min: 1, max: 3 }),
    startSeconds: fc.integer({ min: 5, max: 200 }),
    bootSeconds: fc.integer({ min: 10, max: 400 }),
    cpuMs: fc.integer({ min: 1, max: 50 }),
    load: fc.double({ min: 0, max: 4, noNaN: true }),
    seed: fc.string(),
  })
  .map(({ load, ...rest }) => {
    const input = scenario({ ...rest, hours: 2 });
    return {
      ...input,
      services: input.services.map((s) => ({ ...s, peakRequestsPerSecond: s.peakRequestsPerSecond * load })),
    };
  });

test('property: never more tasks or instances than allowed, never more failed than sent, whatever the load', (t) => {
  fc.assert(
    fc.property(inputs, (input) => {
      const { minutes, totals } = simulate(input);
      if (totals.failed > totals.requests + 1) return false;
      return minutes.every(
        (m) =>
          m.instances.running + m.instances.launching <= (input.fleet?.maxSize ?? 0) &&
          input.services.every((service) => {
            const s = m.services[service.name];
            if (!s || !service.scaling) return false;
            return (
              s.desired >= service.scaling.minCapacity &&
              s.desired <= service.scaling.maxCapacity &&
              s.running + s.starting <= service.scaling.maxCapacity &&
              s.failed >= 0 &&
              s.cpuPercent <= 100.001 &&
              Number.isFinite(s.p95Seconds)
            );
          }),
      );
    }),
    { numRuns: 300 },
  );
  t.pass();
});
