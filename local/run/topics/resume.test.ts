/** Topics whose plane is killed: what was accepted arrives all the same, once the next plane is up. */
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openJournal } from './journal.ts';
import { createOutbox } from './outbox.ts';
import { confirmFrom, makeMaterial, queueNamed, startTopics, subscriptionOf, topicNamed } from './testing/builders.ts';
import { type Receiver, startReceiver } from './testing/receiver.ts';
import type { Topics } from './topics.ts';

const { material, dispose } = await makeMaterial();
test.after.always(dispose);

const signal = new AbortController().signal;
const ORDERS = topicNamed('orders');
const DEAD = queueNamed('dead');
const retries = (numRetries: number, seconds = 1) => ({
  healthyRetryPolicy: { minDelayTarget: seconds, maxDelayTarget: seconds, numRetries },
});

interface Endpoint {
  readonly receiver: Receiver;
  /** Bodies of notifications, in order. */
  readonly got: string[];
  topics: Topics | null;
  status: number;
}

async function endpoint(t: ExecutionContext): Promise<Endpoint> {
  const one = { got: [] as string[], topics: null as Topics | null, status: 200 };
  const receiver = await startReceiver((request) => {
    if (request.headers['x-amz-sns-message-type'] === 'Notification') {
      one.got.push((JSON.parse(request.body) as { Message: string }).Message);
      return one.status;
    }
    if (one.topics) confirmFrom(one.topics, request);
    return 200;
  });
  t.teardown(() => receiver.close());
  return Object.assign(one, { receiver });
}

/** A plane's topics on the journal of the one before; `kill` leaves them as SIGKILL would: nothing is said goodbye to. */
function plane(t: ExecutionContext, file: string, resume: boolean) {
  const warnings: string[] = [];
  const journal = openJournal({ file, resume, onWarn: (message) => void warnings.push(message) });
  let alive = true;
  const dying = {
    ...journal,
    commit: (changes: Parameters<typeof journal.commit>[0]) => (alive ? journal.commit(changes) : undefined),
  };
  const { topics, events } = startTopics(material, { journal: dying });
  const kill = async (): Promise<void> => {
    alive = false;
    await topics.close(0);
  };
  t.teardown(kill);
  return { topics, events, warnings, kill };
}

function stateFile(t: ExecutionContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'cutover-journal-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  return join(dir, 'topics.jsonl');
}

async function apply(topics: Topics, at: Endpoint, change: Parameters<typeof subscriptionOf>[2] = {}): Promise<void> {
  at.topics = topics;
  await topics.handlers.topics.put(ORDERS, null, signal);
  topics.handlers.queues.put(DEAD, null, signal);
  await topics.handlers.subscriptions.put(subscriptionOf(ORDERS, at.receiver.url, change), null, signal);
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !holds(); ) {
    if (Date.now() > end) throw new Error(`not within 20 s: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
const publish = (topics: Topics, message: string) => topics.publish({ topicArn: ORDERS.arn, message });

test('accepted, tried in vain, killed: delivered by the next plane, and only what had not arrived', async (t) => {
  const file = stateFile(t);
  const at = await endpoint(t);
  const first = plane(t, file, false);
  await apply(first.topics, at, { deliveryPolicy: retries(2, 1800) });
  publish(first.topics, 'arrived');
  await until('the first arrives', () => first.topics.deliveries().delivered === 1);
  at.status = 503;
  const { messageId } = publish(first.topics, 'refused');
  await until('the second is refused', () => at.got.length === 2);
  await first.kill();

  at.status = 200;
  const second = plane(t, file, true);
  t.is(at.got.length, 2, 'nothing goes to an endpoint that has not confirmed');
  await apply(second.topics, at, { deliveryPolicy: retries(2, 1800) });
  await until('the second arrives', () => second.topics.deliveries().delivered === 1);
  t.deepEqual(at.got, ['arrived', 'refused', 'refused']);
  t.deepEqual(
    second.topics.deliveryReport().messages.map((one) => [one.messageId, one.deliveries[0]?.state]),
    [[messageId, 'delivered']],
  );
  await second.kill();
  const third = plane(t, file, true);
  await apply(third.topics, at);
  third.topics.endResume();
  t.deepEqual(third.topics.deliveryReport().messages, [], 'what has ended does not come back');
});

test('attempts count on across the kill: exhausted, it goes to the dead-letter queue, which outlives a kill too', async (t) => {
  const file = stateFile(t);
  const at = await endpoint(t);
  at.status = 503;
  const settings = { deliveryPolicy: retries(2, 1800), deadLetterTargetArn: DEAD.arn };
  for (const [index, attempts] of [1, 2].entries()) {
    const { topics, kill } = plane(t, file, index > 0);
    await apply(topics, at, settings);
    if (index === 0) publish(topics, 'poison');
    await until(`attempt ${attempts}`, () => topics.deliveryReport().messages[0]?.deliveries[0]?.attempts === attempts);
    await kill();
  }
  const third = plane(t, file, true);
  await apply(third.topics, at, settings);
  await until('it is dead-lettered', () => third.topics.deliveries().deadLettered === 1);
  t.is(at.got.length, 3, 'three attempts in all, as the policy says');
  await third.kill();

  const fourth = plane(t, file, true);
  await apply(fourth.topics, at, settings);
  const receive = () => fourth.topics.queues.receive(DEAD.arn, { max: 10, visibilitySeconds: 30, waitWallMs: 0 });
  const [dead, ...more] = await receive();
  t.deepEqual(more, []);
  t.is((JSON.parse(dead?.body ?? '{}') as { Message: string }).Message, 'poison');
  t.is(dead?.attributes.get('ErrorCode')?.stringValue, '503');
  fourth.topics.queues.delete(DEAD.arn, dead?.receiptHandle ?? '');
  await fourth.kill();
  const fifth = plane(t, file, true);
  await apply(fifth.topics, at, settings);
  t.is(fifth.topics.queues.find('dead')?.visibleMessages, 0);
});

test('published while the subscription is on its way back: it gets the message, by its filter', async (t) => {
  const file = stateFile(t);
  const at = await endpoint(t);
  const filter = { filterPolicy: { kind: ['wanted'] } };
  const first = plane(t, file, false);
  await apply(first.topics, at, filter);
  await first.kill();

  const { topics } = plane(t, file, true);
  await topics.handlers.topics.put(ORDERS, null, signal);
  for (const kind of ['wanted', 'other'])
    topics.publish({
      topicArn: ORDERS.arn,
      message: kind,
      attributes: new Map([['kind', { type: 'String', stringValue: kind }]]),
    });
  await apply(topics, at, filter);
  await until('it arrives', () => topics.deliveries().delivered === 1);
  t.deepEqual(at.got, ['wanted']);
  t.is(topics.deliveries().filteredOut, 1);
});

test('topics and subscriptions of the API come back; what is meant for one that is gone is told of', async (t) => {
  const file = stateFile(t);
  const [at, other] = [await endpoint(t), await endpoint(t)];
  at.status = 503;
  other.status = 503;
  const first = plane(t, file, false);
  await apply(first.topics, other, { deliveryPolicy: retries(2, 1800) });
  const topic = first.topics.createTopic({ name: 'mine', deliveryPolicy: retriesJson });
  at.topics = first.topics;
  first.topics.subscribe({ topicArn: topic.arn, protocol: 'http', endpoint: at.receiver.url });
  await until('it is confirmed', () => first.topics.listSubscriptions(topic.arn)[0]?.confirmed === true);
  first.topics.publish({ topicArn: topic.arn, message: 'to mine' });
  publish(first.topics, 'to the stack’s');
  await until('both are refused', () => at.got.length + other.got.length === 2);
  await first.kill();

  at.status = 200;
  const { topics, events } = plane(t, file, true);
  at.topics = topics;
  t.deepEqual(
    topics.listTopics().map(({ name }) => name),
    ['mine'],
  );
  // The stacks have no subscription any more.
  await topics.handlers.topics.put(ORDERS, null, signal);
  topics.endResume();
  await until('it arrives', () => topics.deliveries().delivered === 1);
  t.deepEqual(at.got, ['to mine', 'to mine']);
  const lost = events.since(0).filter(({ code }) => code === 'DELIVERY_FAILED');
  t.is(lost.length, 1);
  t.regex(lost[0]?.message ?? '', /accepted before the plane was killed; the subscription is gone/);
});
const retriesJson = { http: { defaultHealthyRetryPolicy: retries(2, 1800).healthyRetryPolicy } };

test('a line that was cut off is nothing that anybody was told of; a broken one is told of; it is rewritten as it grows', (t) => {
  const file = stateFile(t);
  const open = (rewriteBytes = 1e9) => {
    const warnings: string[] = [];
    return {
      warnings,
      ...openJournal({
        file,
        resume: true,
        onWarn: (text) => void warnings.push(text),
        rewriteBytes,
        isValue: () => true,
      }),
    };
  };
  const first = open();
  first.commit([
    ['message', 'a', { n: 1 }],
    ['delivery', 'a x', { n: 2 }],
  ]);
  first.commit([['message', 'b', 'ß']]);
  first.close();
  appendFileSync(file, 'not json\n[["message","c",1],["mess');
  const second = open(2000);
  t.is(second.warnings.length, 1);
  t.regex(second.warnings[0] ?? '', /1 of 3 lines/);
  t.deepEqual(second.entries('message'), [
    ['a', { n: 1 }],
    ['b', 'ß'],
  ]);
  t.deepEqual(second.entries('delivery'), [['a x', { n: 2 }]]);
  for (let i = 0; i < 1000; i++) {
    second.commit([['queued', String(i), 'x'.repeat(100)]]);
    second.commit([['queued', String(i), null]]);
  }
  second.close();
  t.true(readFileSync(file).length < 10_000);
  t.deepEqual(open().entries('message').length, 2);
});

test('values of another shape stop no plane: they are told of, and the rest comes back', (t) => {
  const file = stateFile(t);
  const message = {
    id: 'a',
    topicArn: 'arn:topic',
    bodies: [['default', 'text']],
    subject: null,
    attributes: [],
    timestamp: '2026-01-01T00:00:00.000Z',
    signatureVersion: 1,
  };
  const broken = [
    [['message', 'b', {}]],
    [['message', 'c', { ...message, bodies: 'text' }]],
    [['topic', 'd', 7]],
    [['subscription', 'e', { topicArn: 'arn:topic' }]],
    [['delivery', 'f', 'g']],
    [['queued', 'h', { attributes: {} }]],
  ];
  writeFileSync(file, [[['message', 'a', message]], ...broken].map((line) => `${JSON.stringify(line)}\n`).join(''));
  const warnings: string[] = [];
  const journal = openJournal({ file, resume: true, onWarn: (text) => void warnings.push(text) });
  t.regex(warnings[0] ?? '', /6 of 7 lines/);
  t.deepEqual(
    createOutbox(journal)
      .messages()
      .map(({ id }) => id),
    ['a'],
  );
  journal.close();
});

test('a disk that was full for a while costs no message that was accepted', (t) => {
  const file = stateFile(t);
  const warnings: string[] = [];
  const open = () =>
    openJournal({
      file,
      resume: true,
      onWarn: (text) => void warnings.push(text),
      rewriteBytes: 1,
      isValue: () => true,
    });
  const journal = open();
  journal.commit([['message', 'a', 1]]);
  // The next rewriting has nowhere to go: what follows is held back, then written with the first that succeeds.
  mkdirSync(`${file}.new`);
  writeFileSync(join(`${file}.new`, 'in the way'), '');
  for (let i = 0; i < 20; i++) {
    journal.commit([['queued', 'x', i]]);
    journal.commit([['queued', 'x', null]]);
  }
  journal.commit([['message', 'b', 2]]);
  t.is(warnings.length, 1);
  rmSync(`${file}.new`, { recursive: true });
  journal.commit([['message', 'c', 3]]);
  journal.close();
  t.regex(warnings[1] ?? '', /written again/);
  t.deepEqual(
    open()
      .entries('message')
      .map(([id]) => id),
    ['a', 'b', 'c'],
  );
});
