import test from 'ava';
import { decideScaling, NO_COOLDOWNS } from '../../local/run/autoscaler/decide-scaling.ts';
import { START_MS, scaling } from '../testing/scaling.ts';
import type { EventRecord } from './record.ts';
import { limitsOf, waitsOf } from './scaling-limits.ts';
import type { ScalingRecord } from './scaling-record.ts';

const RATE = 20;
const HIGH = 'TargetTracking-service/c/web-AlarmHigh-1';

const { reading } = scaling();
const event = (second: number, code: string, message: string, subject = 'web'): EventRecord => ({
  atMs: START_MS + second * 1_000,
  ...{ subject, code, message, level: 'info' },
});
const limits = (change: Partial<ScalingRecord>, events: EventRecord[] = []): string[] =>
  limitsOf({ events, clockRate: RATE }, scaling(change));

/** Five tasks have no place from second 17 on, until they run. */
const waiting = (untilSecond: number): Partial<ScalingRecord> => ({
  readings: [reading(0, 2, 2), reading(17, 7, 2), reading(untilSecond, 7, 7)],
});
const PLACEMENT = '(service web) was unable to place a task because no instance has enough cpu';
const PROVIDER = '(capacity provider ec2) reservation 200 above 100: 5 tasks wait; service:web needs 2 more';

test('a long wait that no event explains is a limit; one that placement or a capacity provider explains is told', (t) => {
  t.regex(limits(waiting(30))[0] ?? '', /^web lacked 5 tasks for 4\.3 min \(13\.0 s here\), and no event says why$/);
  for (const [code, message, subject] of [
    ['TASK_PLACEMENT_FAILED', PLACEMENT, 'web'],
    ['CAPACITY_SCALED_OUT', PROVIDER, 'ec2'],
  ] as const) {
    const events = [event(18, code, message, subject)];
    t.deepEqual(limits(waiting(30), events), [], code);
    const [wait] = waitsOf({ events, clockRate: RATE }, scaling(waiting(30)));
    t.like(wait, { service: 'web', tasks: 5, why: message });
  }
});

test('the decision itself, another service and a provider that serves others explain nothing', (t) => {
  for (const one of [
    event(17, 'SCALED_OUT', '2 → 7'),
    event(18, 'TASK_PLACEMENT_FAILED', PLACEMENT, 'webshop'),
    event(18, 'CAPACITY_SCALED_OUT', PROVIDER.replace('service:web', 'service:webshop'), 'ec2'),
    event(40, 'TASK_PLACEMENT_FAILED', PLACEMENT),
  ])
    t.is(limits(waiting(30), [one]).length, 1, one.message);
});

test('tasks that are on their way wait for nothing, nor do those of a moment', (t) => {
  const starting = {
    ...reading(17, 7, 2),
    services: { web: { desired: 7, running: 2, pending: 5, launchType: 'EC2' } },
  };
  t.deepEqual(
    limits({
      readings: [reading(0, 2, 2), starting as typeof starting & ReturnType<typeof reading>, reading(30, 7, 7)],
    }),
    [],
  );
  t.deepEqual(limits(waiting(20)), []);
  t.deepEqual(waitsOf({ events: [], clockRate: RATE }, scaling(waiting(20))), []);
});

test('a wait that only the fall of the load ended is a limit, explained or not', (t) => {
  const events = [event(18, 'TASK_PLACEMENT_FAILED', PLACEMENT)];
  t.regex(limits(waiting(40), events)[0] ?? '', /until the load fell: \(service web\) was unable to place/);
  t.regex(limits({ readings: [reading(0, 2, 2), reading(17, 7, 2), reading(90, 2, 2)] })[0] ?? '', /no event says why/);
});

/** At second 17 it went to its maximum; its alarm goes off at `offSecond`. */
const atMaximum = (offSecond: number, alarm = HIGH): Partial<ScalingRecord> => ({
  readings: [
    reading(0, 2, 2),
    { ...reading(17, 4, 4), alarms: [alarm] },
    { ...reading(18, 4, 4), alarms: [alarm, 'unrelated'] },
    { ...reading(offSecond, 4, 4), alarms: ['unrelated'] },
  ],
});
const CUT = '(service web) policy requests: 3 of 3 datapoints above 600: 900, 900, 900; 2 → 4 (maximum; 9 wanted)';

test('the maximum is named as the limit while the alarm stays on, of whichever policy', (t) => {
  const events = [event(17, 'SCALED_OUT', CUT)];
  t.regex(
    limits(atMaximum(35), events)[0] ?? '',
    /^web was at its maximum for 6 min \(18\.0 s here\).*raise max_capacity/,
  );
  t.is(limits(atMaximum(35, 'queue-is-long'), events).length, 1, 'an alarm of a step policy has any name');
  t.deepEqual(limits(atMaximum(25), events), [], 'shorter than four minutes');
  t.deepEqual(limits(atMaximum(35), [event(17, 'SCALED_OUT', CUT.replace(/ \(max.*/, ''))]), []);
  t.deepEqual(limits(atMaximum(35), [...events, event(20, 'SCALED_IN', '4 → 3')]), [], 'it moved again');
  t.is(limits(atMaximum(90), events).length, 1);
  t.regex(limits(atMaximum(90), events)[0] ?? '', /for 7 min/, 'the load falls at 39 s');
});

test('the words of the real decisions are known', (t) => {
  const vote = {
    direction: 'out' as const,
    ...{ capacity: 9, base: 2, exact: false, alarmName: HIGH, why: '3 of 3 datapoints above 600' },
  };
  const policy = { arn: 'a', name: 'requests', mustAgree: true, vote, outCooldownMs: 0, inCooldownMs: 0 };
  const input = { nowMs: 0, minCapacity: 2, maxCapacity: 4, suspended: { scaleIn: false, scaleOut: false } };
  for (const [desiredCount, code] of [
    [2, 'SCALED_OUT'],
    [4, 'SCALING_HELD'],
  ] as const) {
    const decided = decideScaling({
      ...input,
      desiredCount,
      deploying: false,
      policies: [policy],
      cooldowns: NO_COOLDOWNS,
    });
    if (decided.action === 'none') return t.fail();
    t.is(limits(atMaximum(35), [event(17, code, decided.why)]).length, 1, decided.why);
  }
});
