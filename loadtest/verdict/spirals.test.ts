import test from 'ava';
import { CRITERIA } from '../criteria.ts';
import { record, stage } from '../testing/records.ts';
import { judge } from './judge.ts';
import type { EventRecord, RunRecord } from './record.ts';
import { instanceSeconds, spiralReasons, spiralsOf, startSeconds } from './spirals.ts';

const RATE = 20;
/** A control minute is 3 s of the wall. */
const MINUTE_MS = 60_000 / RATE;
const base = record();
const SERVICE = base.stages[0]?.steady?.services[0]?.name ?? '';
const at = (minute: number): number => base.startedAtMs + minute * MINUTE_MS + 100;
const event = (minute: number, code: string, message: string, subject = SERVICE): EventRecord => ({
  ...{ atMs: at(minute), subject, code, message },
  level: 'warn',
});
/** Four tasks wanted; checks end three of them in three minutes, one comes. */
const LOSING = [4, 3, 2, 1, 2].map((running, minute) => ({
  ...{ atMs: at(minute), running: { [SERVICE]: running } },
  generatorCores: 0.2,
}));
const settings = {
  [SERVICE]: {
    ...{ graceSeconds: 0, intervalSeconds: 10, unhealthyThreshold: 2 },
    ...{ maxCapacity: 8, scaleOutCooldownSeconds: 60, policies: 1 },
  },
};

function run(change: Partial<RunRecord> = {}): RunRecord {
  const { steady } = stage();
  const services = (steady?.services ?? []).map((service) => ({ ...service, desiredCount: 4 }));
  return {
    ...record(),
    clockRate: RATE,
    endedAtMs: base.startedAtMs + 5 * MINUTE_MS,
    stages: [stage({ steady: steady && { ...steady, services } })],
    samples: LOSING,
    events: [1, 2, 3].map((minute) => event(minute, 'TASK_UNHEALTHY', '(task x) is unhealthy: timed out')),
    settings,
    ...change,
  };
}

test('checks that end tasks faster than others come are told with the setting that would prevent it, and fail the run', (t) => {
  const verdict = judge(run(), CRITERIA);
  t.is(verdict.verdict, 'FAIL');
  t.like(verdict.spirals[0], { service: SERVICE, killed: 3 });
  t.regex(
    verdict.reasons.join('\n'),
    /overload spiral of .*: health checks ended 3 tasks .*; set health_check\.unhealthy_threshold from 2 to 10/,
  );
});

test('a calm run, a drill and a record without settings tell none', (t) => {
  t.deepEqual(spiralsOf(run({ events: [] })), []);
  const drill = {
    ...{ service: SERVICE, tag: 'broken-hang', startedAtMs: 0, settledAtMs: null },
    taskDefinitionBefore: 'a:1',
    taskDefinitionAfter: null,
  };
  t.deepEqual(spiralsOf(run({ drill })), []);
  const { settings: _, ...unknown } = run();
  t.deepEqual(spiralsOf(unknown), []);
  t.deepEqual(judge(unknown, CRITERIA).spirals, []);
});

test('a scalable target without a policy is told to get one', (t) => {
  const bare = {
    [SERVICE]: { ...(settings[SERVICE] as (typeof settings)[string]), policies: 0, scaleOutCooldownSeconds: null },
  };
  t.regex(spiralReasons(spiralsOf(run({ settings: bare })))[0] ?? '', /add aws_appautoscaling_policy$/);
});

test('starts and launches are measured from the run’s own events, in control seconds', (t) => {
  const events = [
    event(0, 'TARGET_REGISTERED', 'target i-a:1 registered', 'web-tg'),
    event(1, 'TARGET_HEALTHY', 'target i-a:1 is healthy', 'web-tg'),
    event(2, 'TARGET_HEALTHY', 'target i-a:1 is healthy', 'web-tg'),
    event(0, 'INSTANCE_LAUNCHED', 'Launching a new EC2 instance: i-0a', 'asg'),
    event(2, 'INSTANCE_ACTIVE', 'i-0a joined', 'asg'),
  ];
  t.is(startSeconds(events, RATE), 60);
  t.is(instanceSeconds(events, RATE), 120);
  t.is(startSeconds([], RATE), null);
});
