import test from 'ava';
import { createClock, createManualClock } from '../clock.ts';
import { ApiError } from '../contracts.ts';
import { createEventLog } from '../events.ts';
import { createMetricStore } from '../metrics/store.ts';
import { DEFAULT_PLACE } from '../place.ts';
import { createAlarms } from './alarms.ts';
import { alarmOf } from './testing/alarms.ts';

const NEVER = new AbortController().signal;
const TOPIC = 'arn:aws:sns:us-east-1:000000000000:ops';
const MINUTE = 60_000;

function start() {
  const clock = createManualClock(Date.UTC(2026, 0, 1));
  const events = createEventLog(clock);
  const metrics = createMetricStore({ clock });
  const published: { topicArn: string; subject: string; message: string }[] = [];
  const changes: string[] = [];
  const alarms = createAlarms({
    clock,
    events,
    metrics,
    publish(input) {
      if (input.topicArn !== TOPIC) throw new ApiError('NotFound', 'Topic does not exist', 404);
      published.push(input);
    },
    place: DEFAULT_PLACE,
  });
  alarms.onChange((alarm, previous) => changes.push(`${previous} -> ${alarm.state}`));
  return {
    clock,
    events,
    alarms,
    published,
    changes,
    put: (change: Parameters<typeof alarmOf>[0] = {}) => alarms.handler.put(alarmOf(change), null, NEVER),
    errors: (value: number) =>
      metrics.put({ namespace: 'AWS/ApplicationELB', name: 'HTTPCode_Target_5XX_Count', dimensions: {}, value }),
    state: () => alarms.alarms()[0],
  };
}

test('insufficient data at first, then by the minute; state and history with the numbers', async (t) => {
  const { clock, put, errors, state, changes, events, alarms } = start();
  put({ treatMissingData: 'notBreaching' });
  t.like(state(), { state: 'INSUFFICIENT_DATA', reason: 'Unchecked: Initial alarm creation' });
  await clock.advance(MINUTE + 5_000);
  t.is(state()?.state, 'OK');
  errors(4);
  errors(5);
  await clock.advance(MINUTE);
  t.like(state(), {
    state: 'ALARM',
    reason:
      'Threshold Crossed: 1 out of the last 1 datapoints [9.0 (01/01/26 00:01:00)] was greater than the threshold (5.0) (minimum 1 datapoint for OK -> ALARM transition).',
  });
  // Two more minutes are looked at for a missing datapoint; then it counts as within the threshold.
  await clock.advance(2 * MINUTE);
  t.is(state()?.state, 'ALARM');
  await clock.advance(MINUTE);
  t.is(state()?.state, 'OK');
  t.deepEqual(changes, ['INSUFFICIENT_DATA -> OK', 'OK -> ALARM', 'ALARM -> OK']);
  t.deepEqual(
    state()?.history.map((one) => `${one.from} -> ${one.to}`),
    changes.toReversed(),
  );
  t.deepEqual(
    events.since(0).map((event) => event.code),
    ['ALARM_OK', 'ALARM_ALARM', 'ALARM_OK'],
  );
  alarms.close();
});

test('five-minute periods move on with the minute', async (t) => {
  const { clock, put, errors, state } = start();
  put({ periodSeconds: 300, threshold: 3, treatMissingData: 'notBreaching' });
  const states: (string | undefined)[] = [];
  // Two errors in minute 4 and two in minute 6: periods from multiples of five minutes would part them.
  await clock.advance(5_000);
  for (let minute = 0; minute < 8; minute++) {
    if (minute === 4 || minute === 6) errors(2);
    await clock.advance(MINUTE);
    states.push(state()?.state);
  }
  t.true(states.includes('ALARM'), states.join());
});

test('periods of ten seconds are evaluated every ten seconds', async (t) => {
  const { clock, put, errors, state } = start();
  put({ periodSeconds: 10, treatMissingData: 'notBreaching' });
  await clock.advance(15_000);
  t.is(state()?.state, 'OK');
  errors(9);
  await clock.advance(10_000);
  t.is(state()?.state, 'ALARM');
});

test('actions: topics get the message once a change; failures are told; disabled ones do nothing', async (t) => {
  const { clock, put, errors, published, events } = start();
  put({
    alarmActions: [TOPIC, 'arn:aws:sns:us-east-1:000000000000:none', 'arn:aws:autoscaling:x'],
    okActions: [TOPIC],
  });
  put({ name: 'quiet', alarmActions: [TOPIC], actionsEnabled: false });
  errors(9);
  await clock.advance(MINUTE + 5_000);
  t.is(published.length, 1);
  t.is(published[0]?.subject, 'ALARM: "errors" in US East (N. Virginia)');
  t.like(JSON.parse(published[0]?.message ?? '{}'), { AlarmName: 'errors', NewStateValue: 'ALARM' });
  t.is(events.since(0).filter((event) => event.code === 'ALARM_ACTION_FAILED').length, 1);
  errors(1);
  await clock.advance(MINUTE);
  t.is(published.length, 2, 'and one when it is over');
  await clock.advance(MINUTE);
  t.is(published.length, 2);
});

test('SetAlarmState holds until the next evaluation, and acts; an unknown alarm is refused', async (t) => {
  const { clock, put, errors, state, alarms, published } = start();
  put({ alarmActions: [TOPIC] });
  errors(0);
  await clock.advance(MINUTE + 5_000);
  t.is(state()?.state, 'OK');
  alarms.setState('errors', 'ALARM', 'a drill');
  t.like(state(), { state: 'ALARM', reason: 'a drill' });
  t.is(published.length, 1);
  await clock.advance(MINUTE);
  t.is(state()?.state, 'OK');
  t.throws(() => alarms.setState('nothing', 'OK', ''), { instanceOf: ApiError, message: /Unknown alarm: nothing/ });
});

test('changing an alarm keeps its state; removing it ends it', async (t) => {
  const { clock, put, errors, state, alarms } = start();
  put();
  errors(9);
  await clock.advance(MINUTE + 5_000);
  t.is(state()?.state, 'ALARM');
  put({ threshold: 100 });
  t.is(state()?.state, 'ALARM');
  errors(9);
  await clock.advance(MINUTE);
  t.is(state()?.state, 'OK');
  alarms.handler.remove(alarmOf(), NEVER);
  t.deepEqual(alarms.alarms(), []);
});

test('percentiles; a statistic that there is not leaves it without data', async (t) => {
  const { clock, put, errors, alarms } = start();
  put({ statistic: 'p90', threshold: 50 });
  put({ name: 'none', statistic: 'tm99' });
  for (let value = 1; value <= 100; value++) errors(value);
  await clock.advance(MINUTE + 5_000);
  t.deepEqual(
    alarms.alarms().map((alarm) => alarm.state),
    ['ALARM', 'INSUFFICIENT_DATA'],
  );
  t.regex(alarms.alarms()[0]?.reason ?? '', /\[(89|90|91)\.\d+ /);
});

test('a machine that was busy for minutes misses none of them', async (t) => {
  const clock = createManualClock(Date.UTC(2026, 0, 1));
  let skipMs = 0;
  const jumping = { ...clock, now: () => clock.now() + skipMs };
  const metrics = createMetricStore({ clock: jumping });
  const alarms = createAlarms({
    clock: jumping,
    events: createEventLog(jumping),
    metrics,
    publish: () => undefined,
    place: DEFAULT_PLACE,
  });
  alarms.handler.put(alarmOf({ threshold: 5 }), null, NEVER);
  const put = (minute: number, value: number): void =>
    metrics.put({
      namespace: 'AWS/ApplicationELB',
      name: 'HTTPCode_Target_5XX_Count',
      dimensions: {},
      value,
      atMs: Date.UTC(2026, 0, 1) + minute * MINUTE,
    });
  for (const [minute, value] of [1, 9, 1, 1].entries()) put(minute, value);
  skipMs = 4 * MINUTE;
  await clock.advance(MINUTE + 5_000);
  t.deepEqual(
    alarms.alarms()[0]?.history.map((one) => one.to),
    ['OK', 'ALARM', 'OK'],
  );
});

test('a hundred alarms at clock rate 100 cost little', async (t) => {
  const clock = createClock(100);
  const metrics = createMetricStore({ clock });
  const alarms = createAlarms({
    clock,
    events: createEventLog(clock),
    metrics,
    publish: () => undefined,
    place: DEFAULT_PLACE,
  });
  t.teardown(() => alarms.close());
  for (let n = 0; n < 100; n++) {
    const dimensions = { n: String(n) };
    for (let second = 0; second < 600; second += 10)
      for (const value of [0.01, 0.02, 0.5])
        metrics.put({ namespace: 'N', name: 'M', dimensions, value, atMs: clock.now() - second * 1000 });
    alarms.handler.put(
      alarmOf({ name: `a${n}`, namespace: 'N', metricName: 'M', dimensions, statistic: n % 2 ? 'Average' : 'p99' }),
      null,
      NEVER,
    );
  }
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const { user, system } = process.cpuUsage(before);
  t.log(`${Math.round((user + system) / 1000)} ms of CPU for about three control minutes of 100 alarms`);
  t.true(alarms.alarms().every((alarm) => alarm.history.length > 0));
  t.true(user + system < 1_000_000);
});
