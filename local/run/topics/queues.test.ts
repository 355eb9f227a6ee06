import test from 'ava';
import { createManualClock } from '../clock.ts';
import { createRandom } from '../random.ts';
import { createQueues } from './queues.ts';

const arn = 'arn:aws:sqs:us-east-1:123456789012:dead';

function withQueue() {
  const clock = createManualClock();
  const queues = createQueues({ clock, random: createRandom('test') });
  queues.put({ arn, name: 'dead', url: 'https://sqs.us-east-1.amazonaws.com/123456789012/dead' });
  return { clock, queues };
}

test('a received message is hidden for its visibility time, then comes back with a new handle', async (t) => {
  const { clock, queues } = withQueue();
  queues.send(arn, 'one');
  const options = { max: 10, visibilitySeconds: 30, waitWallMs: 0 };
  const [first] = await queues.receive(arn, options);
  t.deepEqual(await queues.receive(arn, options), []);
  await clock.advance(30_001);
  const [second] = await queues.receive(arn, options);
  t.is(second?.receiveCount, 2);
  queues.delete(arn, first?.receiptHandle ?? '');
  t.like(queues.find('dead'), { visibleMessages: 0, inFlightMessages: 1 }, 'an older handle deletes nothing');
  queues.delete(arn, second?.receiptHandle ?? '');
  t.like(queues.find('dead'), { visibleMessages: 0, inFlightMessages: 0 });
});

test('a long poll ends with the first message, with its time, or with its caller', async (t) => {
  const { clock, queues } = withQueue();
  const options = { max: 1, visibilitySeconds: 30, waitWallMs: 5_000 };
  const served = queues.receive(arn, options);
  queues.send(arn, 'late');
  t.is((await served)[0]?.body, 'late');
  const empty = queues.receive(arn, options);
  await clock.advance(5_000);
  t.deepEqual(await empty, []);
  const gone = new AbortController();
  const left = queues.receive(arn, { ...options, signal: gone.signal });
  gone.abort();
  t.deepEqual(await left, []);
  queues.send(arn, 'kept');
  t.like(queues.find(arn), { visibleMessages: 1 }, 'nobody took what came after the caller left');
});

test('a queue is found by name, ARN and URL of any host', (t) => {
  const { queues } = withQueue();
  for (const wanted of ['dead', arn, 'http://127.0.0.1:4566/123456789012/dead']) t.is(queues.find(wanted)?.arn, arn);
  t.is(queues.find('other'), null);
});
