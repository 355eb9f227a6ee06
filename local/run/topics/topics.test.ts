import { createVerify, X509Certificate } from 'node:crypto';
import test, { type ExecutionContext } from 'ava';
import { CutoverError } from '../../errors.ts';
import { createManualClock } from '../clock.ts';
import { ApiError } from '../contracts.ts';
import { confirmFrom, makeMaterial, queueNamed, startTopics, subscriptionOf, topicNamed } from './testing/builders.ts';
import { type Received, type Receiver, startReceiver } from './testing/receiver.ts';
import type { Topics } from './topics.ts';

const { material, dispose } = await makeMaterial();
test.after.always(dispose);

const signal = new AbortController().signal;
const quick = { healthyRetryPolicy: { minDelayTarget: 1, maxDelayTarget: 1, numRetries: 2 } };

/** A topic with one confirmed subscription at a receiver that answers `statuses` to notifications, the last one for good. */
async function subscribed(
  t: ExecutionContext,
  statuses: (number | null)[] = [200],
  change: Parameters<typeof subscriptionOf>[2] = {},
): Promise<{ topics: Topics; receiver: Receiver; topicArn: string; events: ReturnType<typeof startTopics>['events'] }> {
  const { topics, events } = startTopics(material);
  let count = 0;
  const receiver = await startReceiver((request) => {
    if (request.headers['x-amz-sns-message-type'] !== 'Notification') {
      confirmFrom(topics, request);
      return 200;
    }
    const status = statuses[Math.min(count, statuses.length - 1)];
    count += 1;
    return status ?? null;
  });
  t.teardown(async () => {
    await topics.close(100);
    await receiver.close();
  });
  const topic = topicNamed('orders');
  await topics.handlers.topics.put(topic, null, signal);
  topics.handlers.queues.put(queueNamed('dead'), null, signal);
  await topics.handlers.subscriptions.put(subscriptionOf(topic, receiver.url, change), null, signal);
  return { topics, receiver, topicArn: topic.arn, events };
}

/** Resolves when the controller says that all deliveries ended. */
async function settled(topics: Topics): Promise<void> {
  while (topics.deliveries().pending > 0) await new Promise((resolve) => setImmediate(resolve));
}

function verify(document: Record<string, string>, algorithm: string): boolean {
  const names =
    document['Type'] === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const text = names.filter((name) => name in document).map((name) => `${name}\n${document[name]}\n`);
  const key = new X509Certificate(material.certificatePem).publicKey;
  return createVerify(algorithm)
    .update(text.join(''))
    .verify(key, document['Signature'] ?? '', 'base64');
}

test('a subscription gets a signed confirmation first, and nothing before it is confirmed', async (t) => {
  const { topics, receiver, topicArn } = await subscribed(t);
  const [confirmation] = await receiver.until(1, 'SubscriptionConfirmation');
  const document = JSON.parse(confirmation?.body ?? '{}') as Record<string, string>;
  t.true(verify(document, 'RSA-SHA1'));
  t.is(
    document['SubscribeURL'],
    `http://127.0.0.1:4566/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=${document['Token']}`,
  );
  t.is(confirmation?.headers['content-type'], 'text/plain; charset=UTF-8');
  t.is(confirmation?.headers['x-amz-sns-subscription-arn'], undefined);
  t.is(receiver.received.length, 1);
  t.is(topics.listSubscriptions()[0]?.confirmed, true);
});

test('a notification carries the headers, the layout and the signature of SNS', async (t) => {
  const { topics, receiver, topicArn } = await subscribed(t);
  const attributes = new Map([['kind', { type: 'String', stringValue: 'rush' }]]);
  const { messageId } = topics.publish({ topicArn, message: '{"iridium":"1"}', subject: 'Order', attributes });
  const [request] = (await receiver.until(1)) as [Received];
  const document = JSON.parse(request.body);
  t.true(verify(document, 'RSA-SHA1'));
  t.is(document.SignatureVersion, '1');
  t.is(document.Message, '{"iridium":"1"}');
  t.is(document.Subject, 'Order');
  t.deepEqual(document.MessageAttributes, { kind: { Type: 'String', Value: 'rush' } });
  t.true(request.body.startsWith('{\n  "Type" : "Notification",\n  "MessageId" : "'));
  t.like(request.headers, {
    'x-amz-sns-message-type': 'Notification',
    'x-amz-sns-message-id': messageId,
    'x-amz-sns-topic-arn': topicArn,
    'x-amz-sns-subscription-arn': topics.listSubscriptions()[0]?.arn ?? '',
    'user-agent': 'Amazon Simple Notification Service Agent',
  });
  await settled(topics);
  t.like(topics.deliveryReport().messages[0], {
    messageId,
    deliveries: [{ state: 'delivered', attempts: 1, lastStatus: 200 }],
  });
});

test('signature version 2 is SHA256', async (t) => {
  const { topics, receiver, topicArn } = await subscribed(t);
  await topics.handlers.topics.put(topicNamed('orders', { signatureVersion: 2 }), null, signal);
  topics.publish({ topicArn, message: 'x' });
  const [request] = await receiver.until(1);
  const document = JSON.parse(request?.body ?? '{}');
  t.is(document.SignatureVersion, '2');
  t.true(verify(document, 'RSA-SHA256'));
  t.false(verify({ ...document, Message: 'y' }, 'RSA-SHA256'));
});

test('raw delivery is the message alone', async (t) => {
  const { topics, receiver, topicArn } = await subscribed(t, [200], { rawMessageDelivery: true });
  topics.publish({ topicArn, message: 'plain' });
  const [request] = await receiver.until(1);
  t.is(request?.body, 'plain');
  t.is(request?.headers['x-amz-sns-rawdelivery'], 'true');
});

test('a 5xx and a 429 are retried with the same message id until a 2xx', async (t) => {
  const { topics, receiver, topicArn } = await subscribed(t, [503, 429, 200], { deliveryPolicy: quick });
  const { messageId } = topics.publish({ topicArn, message: 'x' });
  const requests = await receiver.until(3);
  t.deepEqual(new Set(requests.map((one) => one.headers['x-amz-sns-message-id'])), new Set([messageId]));
  await settled(topics);
  t.like(topics.deliveryReport().messages[0], { deliveries: [{ state: 'delivered', attempts: 3, lastStatus: 200 }] });
});

test('a 4xx is not retried and goes to the dead-letter queue with its reason', async (t) => {
  const deadLetterTargetArn = queueNamed('dead').arn;
  const { topics, receiver, topicArn, events } = await subscribed(t, [410], { deadLetterTargetArn });
  const { messageId } = topics.publish({ topicArn, message: 'refused' });
  await receiver.until(1);
  await settled(topics);
  const [dead] = await topics.queues.receive(deadLetterTargetArn, { max: 10, visibilitySeconds: 30, waitWallMs: 0 });
  const document = JSON.parse(dead?.body ?? '{}');
  t.is(document.MessageId, messageId);
  t.true(verify(document, 'RSA-SHA1'));
  t.is(dead?.attributes.get('ErrorCode')?.stringValue, '410');
  t.like(topics.deliveryReport().messages[0], {
    deliveries: [{ state: 'dead-lettered', attempts: 1, lastStatus: 410 }],
  });
  t.true(events.since(0).some((event) => event.code === 'DELIVERY_DEAD_LETTERED'));
});

test('exhausted retries without a queue are a failed delivery', async (t) => {
  const { topics, receiver, topicArn } = await subscribed(t, [500], { deliveryPolicy: quick });
  topics.publish({ topicArn, message: 'x' });
  await receiver.until(3);
  await settled(topics);
  t.like(topics.deliveryReport().messages[0], { deliveries: [{ state: 'failed', attempts: 3, lastStatus: 500 }] });
  t.is(receiver.received.length, 4, 'one confirmation, three attempts');
});

test('a filter policy keeps messages away', async (t) => {
  const { topics, receiver, topicArn } = await subscribed(t, [200], { filterPolicy: { kind: ['rush'] } });
  topics.publish({
    topicArn,
    message: 'slow',
    attributes: new Map([['kind', { type: 'String', stringValue: 'slow' }]]),
  });
  topics.publish({
    topicArn,
    message: 'rush',
    attributes: new Map([['kind', { type: 'String', stringValue: 'rush' }]]),
  });
  await receiver.until(1);
  await settled(topics);
  t.is(receiver.received.length, 2);
  t.like(topics.deliveries(), { published: 2, delivered: 1, filteredOut: 1, pending: 0 });
});

test('maxReceivesPerSecond spaces deliveries out in real time', async (t) => {
  const { topics, receiver, topicArn } = await subscribed(t, [200], {
    deliveryPolicy: { throttlePolicy: { maxReceivesPerSecond: 20 } },
  });
  const startedAt = performance.now();
  for (let i = 0; i < 5; i++) topics.publish({ topicArn, message: String(i) });
  await receiver.until(5);
  t.true(performance.now() - startedAt >= 190);
});

test('an endpoint that never confirms fails the apply, naming endpoint and last error', async (t) => {
  const clock = createManualClock();
  const { topics } = startTopics(material, { clock });
  const receiver = await startReceiver(() => 503);
  t.teardown(() => receiver.close());
  const topic = topicNamed('orders');
  await topics.handlers.topics.put(topic, null, signal);
  const put = Promise.resolve(topics.handlers.subscriptions.put(subscriptionOf(topic, receiver.url), null, signal));
  const refused = t.throwsAsync(put, { instanceOf: CutoverError });
  for (let attempt = 1; attempt <= 3; attempt++) {
    await receiver.until(attempt, 'SubscriptionConfirmation');
    while (topics.listSubscriptions()[0]?.lastError == null) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(21_000);
  }
  const error = await refused;
  t.is(error?.code, 'APPLY_FAILED');
  t.is(error?.problems[0]?.value, receiver.url);
  t.regex(error?.message ?? '', /answered 503/);
  t.is(topics.listSubscriptions().length, 0);
});

test('the host of the endpoint stays in the Host header; other machines are never posted to', async (t) => {
  const receiver = await startReceiver();
  const { topics } = startTopics(material, {
    localise: (text) => text.replace('shop-1.us-east-1.elb.amazonaws.com', `127.0.0.1:${receiver.port}`),
  });
  t.teardown(async () => {
    await topics.close(0);
    await receiver.close();
  });
  const { arn } = topics.createTopic({ name: 'orders' });
  topics.subscribe({ topicArn: arn, protocol: 'http', endpoint: 'http://shop-1.us-east-1.elb.amazonaws.com/order/' });
  const [request] = await receiver.until(1, 'SubscriptionConfirmation');
  t.is(request?.headers.host, 'shop-1.us-east-1.elb.amazonaws.com');
  const abroad = topics.subscribe({ topicArn: arn, protocol: 'https', endpoint: 'https://example.com/hook' });
  while (abroad.lastError === null) await new Promise((resolve) => setImmediate(resolve));
  t.regex(abroad.lastError ?? '', /posts to no other machine/);
});

test('close waits for what has begun and reports what never arrived', async (t) => {
  const { topics, receiver, topicArn } = await subscribed(t, [null]);
  topics.publish({ topicArn, message: 'hanging' });
  await receiver.until(1);
  t.deepEqual(await topics.close(50), { undelivered: 1 });
  t.like(topics.deliveryReport().messages[0], { deliveries: [{ state: 'undelivered' }] });
});

test('unsubscribing sends a confirmation whose token restores the subscription', async (t) => {
  const { topics, receiver, topicArn } = await subscribed(t);
  topics.unsubscribe(topics.listSubscriptions()[0]?.arn ?? '');
  t.is(topics.listSubscriptions().length, 0);
  const [request] = await receiver.until(1, 'UnsubscribeConfirmation');
  const document = JSON.parse(request?.body ?? '{}');
  t.true(verify(document, 'RSA-SHA1'));
  topics.confirm(topicArn, document.Token, false);
  t.is(topics.listSubscriptions().length, 1);
});

test('a removed topic takes its subscriptions along; publishing to it is NotFound', async (t) => {
  const { topics, topicArn } = await subscribed(t);
  await topics.handlers.topics.remove(topicNamed('orders'), signal);
  t.is(topics.listSubscriptions().length, 0);
  t.is(t.throws(() => topics.publish({ topicArn, message: 'x' }), { instanceOf: ApiError })?.code, 'NotFound');
});

test('a queue subscription is confirmed at once and gets the envelope', async (t) => {
  const { topics, topicArn } = await subscribed(t);
  const queue = queueNamed('dead').arn;
  t.true(topics.subscribe({ topicArn, protocol: 'sqs', endpoint: queue }).confirmed);
  topics.publish({ topicArn, message: 'to both' });
  const [message] = await topics.queues.receive(queue, { max: 1, visibilitySeconds: 30, waitWallMs: 5_000 });
  t.is(JSON.parse(message?.body ?? '{}').Message, 'to both');
});

const REFUSED: [string, Partial<Parameters<Topics['publish']>[0]>, string][] = [
  ['empty', { message: '' }, 'InvalidParameter'],
  ['over 256 KiB', { message: 'x'.repeat(256 * 1024 + 1) }, 'InvalidParameter'],
  ['a subject with a line break', { subject: 'a\nb' }, 'InvalidParameter'],
  ['a subject of 100 characters', { subject: 'x'.repeat(100) }, 'InvalidParameter'],
  ['json structure without default', { message: '{"http":"x"}', messageStructure: 'json' }, 'InvalidParameter'],
  ['an unknown structure', { messageStructure: 'xml' }, 'InvalidParameter'],
  [
    'an attribute of an unknown type',
    { attributes: new Map([['a', { type: 'Text', stringValue: 'x' }]]) },
    'ParameterValueInvalid',
  ],
  [
    'a number that is none',
    { attributes: new Map([['a', { type: 'Number', stringValue: 'x' }]]) },
    'ParameterValueInvalid',
  ],
];
for (const [name, change, code] of REFUSED) {
  test(`publish refuses ${name}`, (t) => {
    const { topics } = startTopics(material);
    const { arn } = topics.createTopic({ name: 'orders' });
    const error = t.throws(() => topics.publish({ topicArn: arn, message: 'x', ...change }), { instanceOf: ApiError });
    t.is(error?.code, code);
  });
}
