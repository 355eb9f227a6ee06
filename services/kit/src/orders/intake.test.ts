import test from 'ava';
import { sendText } from '../reply.ts';
import {
  type CertificateServer,
  makeCertificate,
  type Pair,
  sign,
  signedConfirmation,
  signedNotification,
  startCertificateServer,
} from '../testing/certificates.ts';
import { type RunningService, startService, testConfig } from '../testing/service.ts';
import { answering, type Stub, startStub } from '../testing/stub.ts';
import { createIntake, type Order } from './intake.ts';

const TOPIC = 'arn:aws:sns:us-east-1:000000000000:Orders';
const LOADTEST_URL = 'https://loadtest.cutover.invalid/cert.pem';

let certificates: CertificateServer;
let aws: Stub;
let signer: Pair;
let stranger: Pair;
let certUrl: string;
let signed: Running;
let open: Running;

interface Running extends RunningService {
  readonly orders: Order[];
}

async function start(env: Record<string, string>): Promise<Running> {
  const orders: Order[] = [];
  const config = testConfig({ SIGNING_CERT_HOSTS: certificates.host, AWS_ENDPOINT_URL: aws.url, ...env });
  const running = await startService(config, (service, log) => {
    const intake = createIntake(config, log, { ca: certificates.caPem });
    const take = intake.handler(async (exchange, order) => {
      orders.push(order);
      sendText(exchange.res, 200, 'taken');
    });
    service.post('/order/', take);
  });
  return Object.assign(running, { orders });
}

test.before(async () => {
  [certificates, aws, signer, stranger] = await Promise.all([
    startCertificateServer(),
    startStub(),
    makeCertificate({ subject: 'sns.amazonaws.com' }),
    makeCertificate({ subject: 'sns.amazonaws.com' }),
  ]);
  certificates.answers.set('/SimpleNotificationService-1.pem', { status: 200, body: signer.certificatePem });
  certUrl = `https://${certificates.host}/SimpleNotificationService-1.pem`;
  signed = await start({ LOADTEST_SIGNING_CERT: stranger.certificatePem.replaceAll('\n', '\\n') });
  open = await start({ ALLOW_UNSIGNED: 'true' });
});
test.after.always(() => Promise.all([certificates.close(), aws.close(), signed.close(), open.close()]));

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly problems: { path: string; rule: string }[] | undefined;
}

async function post(to: Running, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${to.url}/order/`, {
    method: 'POST',
    headers: { 'Content-Type': 'text/plain; charset=UTF-8', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const error = text.startsWith('{') ? JSON.parse(text).error : undefined;
  return { status: response.status, code: error?.code, problems: error?.problems };
}

for (const version of ['1', '2']) {
  test(`signature version ${version} is verified`, async (t) => {
    const envelope = signedNotification(signer, certUrl, { SignatureVersion: version });
    t.is((await post(signed, envelope)).status, 200);
    t.deepEqual(signed.orders.find((order) => order.messageId === envelope.MessageId)?.items, { bundle: 1 });
  });

  test(`a Subject and unknown fields are allowed with version ${version}`, async (t) => {
    const envelope = signedNotification(signer, certUrl, { SignatureVersion: version, Subject: 'Order', Extra: 1 });
    t.is((await post(signed, envelope)).status, 200);
  });
}

for (const [field, value] of [
  ['Message', '{"bundle":"2"}'],
  ['MessageId', 'another'],
  ['Timestamp', '2026-01-01T00:00:01.000Z'],
  ['TopicArn', `${TOPIC}2`],
  ['Subject', 'added'],
  ['SignatureVersion', '1'],
  ['Signature', Buffer.alloc(256).toString('base64')],
]) {
  test(`an envelope whose ${field} was altered is refused`, async (t) => {
    const envelope = { ...signedNotification(signer, certUrl), [field!]: value };
    t.deepEqual(await post(signed, envelope), { status: 403, code: 'SIGNATURE_REFUSED', problems: undefined });
  });
}

test('a signature by another key is refused', async (t) => {
  t.is((await post(signed, signedNotification(stranger, certUrl))).code, 'SIGNATURE_REFUSED');
});

test('a certificate on a host that is not trusted is refused without a visit', async (t) => {
  for (const url of [
    'https://sns.us-east-1.amazonaws.com.evil.com/a.pem',
    `https://${certificates.host}@evil.com/a.pem`,
  ]) {
    t.is((await post(signed, signedNotification(signer, url))).code, 'SIGNATURE_REFUSED');
  }
  t.false(certificates.asked.includes('/a.pem'));
});

test("the load test's certificate vouches only where it is set", async (t) => {
  const envelope = signedNotification(stranger, LOADTEST_URL);
  t.is((await post(signed, envelope)).status, 200);
  t.is((await post(signed, signedNotification(signer, LOADTEST_URL))).code, 'SIGNATURE_REFUSED');
  t.is((await post(open, envelope)).code, 'SIGNATURE_REFUSED');
});

test('every bad field of an envelope is named', async (t) => {
  const envelope = {
    ...signedNotification(signer, certUrl),
    MessageId: 5,
    TopicArn: 'x',
    Signature: '%%',
    SignatureVersion: '3',
  };
  const { status, code, problems } = await post(signed, envelope);
  t.deepEqual([status, code], [400, 'ENVELOPE_INVALID']);
  t.deepEqual(problems?.map((problem) => problem.path).sort(), [
    'MessageId',
    'Signature',
    'SignatureVersion',
    'TopicArn',
  ]);
});

for (const type of ['Nonsense', 5, null, ['Notification'], {}]) {
  test(`an envelope of type ${JSON.stringify(type)} is refused`, async (t) => {
    t.is((await post(signed, { ...signedNotification(signer, certUrl), Type: type })).code, 'ENVELOPE_INVALID');
  });
}

test('a signature that was taken off does not make an order unsigned', async (t) => {
  const { Signature: _, ...envelope } = signedNotification(signer, certUrl);
  t.is((await post(open, envelope)).code, 'ENVELOPE_INVALID');
});

test('headers that contradict the envelope are refused', async (t) => {
  const envelope = signedNotification(signer, certUrl);
  t.is((await post(signed, envelope, { 'x-amz-sns-message-id': 'other' })).code, 'ENVELOPE_INVALID');
  t.is(
    (await post(signed, envelope, { 'x-amz-sns-message-type': 'SubscriptionConfirmation' })).code,
    'ENVELOPE_INVALID',
  );
  t.is((await post(signed, envelope, { 'x-amz-sns-message-type': 'Notification' })).status, 200);
});

test('only the topics that are named are taken', async (t) => {
  const picky = await start({ ALLOWED_TOPIC_ARNS: TOPIC });
  t.is((await post(picky, signedNotification(signer, certUrl))).status, 200);
  t.is((await post(picky, signedNotification(signer, certUrl, { TopicArn: `${TOPIC}2` }))).code, 'TOPIC_REFUSED');
  await picky.close();
});

for (const message of [
  '',
  'x',
  '[]',
  '{}',
  '{"bundle":0}',
  '{"bundle":"-1"}',
  '{"bundle":1.5}',
  '{"bundle":null}',
  '{"gold":1}',
  '{"bundle":"1000001"}',
]) {
  test(`a signed order that is not valid is a 4xx: ${message || '(empty)'}`, async (t) => {
    const { status } = await post(signed, signedNotification(signer, certUrl, { Message: message }));
    t.true(status >= 400 && status < 500);
  });
}

const bare = { Message: { bundle: '1' } };

test("the workshop's bare order is taken only where ALLOW_UNSIGNED says so", async (t) => {
  t.is((await post(open, bare)).status, 200);
  t.regex(open.orders.at(-1)!.messageId, /^[0-9a-f-]{36}$/);
  t.is((await post(signed, bare)).code, 'UNSIGNED_REFUSED');
});

test('an unsigned envelope and a raw delivery keep their MessageId', async (t) => {
  const { Signature: _s, SignatureVersion: _v, SigningCertURL: _u, ...unsigned } = signedNotification(signer, certUrl);
  t.is((await post(open, unsigned)).status, 200);
  t.is<unknown, unknown>(open.orders.at(-1)!.messageId, unsigned.MessageId);
  t.is((await post(signed, unsigned)).code, 'UNSIGNED_REFUSED');
  const raw = { 'x-amz-sns-rawdelivery': 'true', 'x-amz-sns-message-id': 'raw-1' };
  t.is((await post(open, { bundle: 1 }, raw)).status, 200);
  t.is(open.orders.at(-1)!.messageId, 'raw-1');
  t.is((await post(signed, { bundle: 1 }, raw)).code, 'UNSIGNED_REFUSED');
});

for (const body of [
  '{"Message":5}',
  '{"Message":[1]}',
  '{"Message":null}',
  '{}',
  '{"Message":{"bundle":1},"MessageId":{"a":1}}',
  '{"Message":{"__proto__":{"bundle":1}}}',
]) {
  test(`a bare order that is not valid is refused: ${body}`, async (t) => {
    const { status } = await post(open, body);
    t.true(status === 400 || status === 422);
  });
}

const subscribeUrl = (topic = TOPIC) => `${aws.url}/?Action=ConfirmSubscription&TopicArn=${topic}&Token=a1b2c3`;
const visits = (url: string) => aws.received.filter((request) => aws.url + request.path === url).length;

test('a subscription is confirmed by a visit to its SubscribeURL', async (t) => {
  const url = subscribeUrl();
  t.is((await post(signed, signedConfirmation(signer, certUrl, { SubscribeURL: url }))).status, 200);
  t.is(visits(url), 1);
});

test('a confirmation by a stranger is not visited', async (t) => {
  const TopicArn = `${TOPIC}-stranger`;
  const url = subscribeUrl(TopicArn);
  t.is((await post(signed, signedConfirmation(stranger, certUrl, { TopicArn, SubscribeURL: url }))).status, 403);
  const altered = { ...signedConfirmation(signer, certUrl, { TopicArn }), SubscribeURL: url };
  t.is((await post(signed, altered)).status, 403);
  t.is(visits(url), 0);
});

test('a signed confirmation that leads elsewhere is not visited', async (t) => {
  const elsewhere = await startStub();
  const url = `${elsewhere.url}/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=a1b2c3`;
  t.is((await post(signed, signedConfirmation(signer, certUrl, { SubscribeURL: url }))).status, 403);
  t.is(elsewhere.received.length, 0);
  await elsewhere.close();
});

test('a confirmation that SNS does not accept is a 5xx, which SNS retries', async (t) => {
  const TopicArn = `${TOPIC}-failing`;
  const before = aws.answer;
  aws.answer = (request, res) => (request.path.includes('-failing') ? answering(500) : before)(request, res);
  const envelope = signedConfirmation(signer, certUrl, { TopicArn, SubscribeURL: subscribeUrl(TopicArn) });
  t.is((await post(signed, envelope)).status, 502);
});

test('an UnsubscribeConfirmation is taken note of, and not undone', async (t) => {
  const TopicArn = `${TOPIC}-left`;
  const url = subscribeUrl(TopicArn);
  const envelope = sign(signer, {
    ...signedConfirmation(signer, certUrl, { TopicArn, SubscribeURL: url }),
    Type: 'UnsubscribeConfirmation',
  });
  t.is((await post(signed, envelope)).status, 200);
  t.is(visits(url), 0);
});
