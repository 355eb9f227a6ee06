import test from 'ava';
import { createManualClock } from '../clock.ts';
import { createDeliveryLog } from './delivery-log.ts';

const subscription = { arn: 'arn:sub', endpoint: 'http://127.0.0.1/' };

test('a report begins where it is asked to and says what it leaves out', async (t) => {
  const clock = createManualClock();
  const log = createDeliveryLog(clock);
  log.published('a', 'topic');
  await clock.advance(1_000);
  const sinceMs = clock.now();
  for (const id of ['b', 'c']) log.published(id, 'topic');
  t.deepEqual(
    log.report({ sinceMs }).messages.map((one) => one.messageId),
    ['b', 'c'],
  );
  const short = log.report({ sinceMs, limit: 1 });
  t.deepEqual([short.messages.length, short.omitted], [1, 1]);
});

test('memory is bounded: finished messages go first, and the report says so; pending ones stay', (t) => {
  const log = createDeliveryLog(createManualClock(), 10);
  for (let i = 0; i < 40; i++) {
    const id = String(i);
    log.published(id, 'topic');
    log.started(id, subscription);
    log.attempted(id, subscription.arn, 1, { status: 200, error: null });
    if (i > 2) log.ended(id, subscription.arn, 'delivered');
  }
  const report = log.report();
  t.true(report.messages.length <= 11);
  t.is(report.messages.length + report.omitted, 40);
  const pending = report.messages.filter((one) => one.deliveries[0]?.state === 'pending').map((one) => one.messageId);
  t.deepEqual(pending, ['0', '1', '2']);
  t.like(report.counters, { published: 40, delivered: 37, pending: 3 });
});

test('a delivery ends once', (t) => {
  const log = createDeliveryLog(createManualClock());
  log.published('a', 'topic');
  log.started('a', subscription);
  log.ended('a', subscription.arn, 'failed');
  log.ended('a', subscription.arn, 'delivered');
  t.like(log.report(), {
    counters: { failed: 1, delivered: 0, pending: 0 },
    messages: [{ deliveries: [{ state: 'failed' }] }],
  });
});
