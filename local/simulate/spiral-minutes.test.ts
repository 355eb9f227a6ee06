import test from 'ava';
import { detectSpirals } from './detect-spiral.ts';
import { type SpiralRecord, spiralMinutesOf } from './spiral-minutes.ts';

/** Clock rate 30: two wall seconds are a minute. */
const event = (atSecond: number, code: string, message = '', subject = 'web') => ({
  atMs: atSecond * 1000,
  code,
  message,
  subject,
});
const sample = (atSecond: number, web: number) => ({ atMs: atSecond * 1000, running: { web, other: 9 } });
const record = (change: Partial<SpiralRecord>): SpiralRecord => ({
  service: 'web',
  startedAtMs: 0,
  endedAtMs: 12_000,
  clockRate: 30,
  desiredAtStart: 4,
  events: [],
  samples: [sample(0, 4)],
  ...change,
});

test('minutes of control time, with what ran, came and was ended in each', (t) => {
  const minutes = spiralMinutesOf(
    record({
      samples: [sample(0, 4), sample(3, 2), sample(5, 3), sample(7, 1)],
      events: [
        event(2.5, 'TASK_UNHEALTHY'),
        event(3, 'TASK_UNHEALTHY'),
        event(3, 'TASK_UNHEALTHY', '', 'other'),
        event(4.5, 'SCALED_OUT', '(service web) policy cpu: 3 of 3 datapoints above 50: 99, 99, 99; 4 → 8'),
        event(6.5, 'TASK_UNHEALTHY'),
        event(7, 'TASK_UNHEALTHY'),
        event(7.5, 'SCALING_HELD', '(service web) policy cpu: …; at the maximum of 8'),
      ],
    }),
  );
  t.deepEqual(
    minutes.map((m) => [m.desired, m.running, m.started, m.killed, m.held]),
    [
      [4, 4, 0, 0, null],
      [4, 2, 0, 2, null],
      [8, 3, 1, 0, null],
      [8, 1, 0, 2, 'maximum'],
      [8, 1, 0, 0, null],
      [8, 1, 0, 0, null],
    ],
  );
  t.deepEqual(
    minutes.map((m) => m.atMs),
    [0, 2000, 4000, 6000, 8000, 10_000],
  );
  const settings = {
    graceSeconds: 0,
    startSeconds: 20,
    instanceSeconds: 0,
    intervalSeconds: 30,
    unhealthyThreshold: 2,
    maxCapacity: 8,
    scaleOutCooldownSeconds: 300,
    policies: 1,
  };
  t.like(detectSpirals(minutes, settings)[0], { killed: 4, started: 1, lowestRunning: 1 });
});

test('a calm record has minutes and no spiral', (t) => {
  const minutes = spiralMinutesOf(record({}));
  t.is(minutes.length, 6);
  t.true(minutes.every((m) => m.running === 4 && m.killed === 0));
});
