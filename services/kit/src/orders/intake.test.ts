import test from 'ava';
import { type Pair, signedNotification } from '../testing/certificates.ts';
import { createWorld, type Intaker, post, TOPIC, type World } from './intake.fixture.ts';

const LOADTEST_URL = 'https://loadtest.cutover.invalid/cert.pem';

let world: World;
let signer: Pair;
let stranger: Pair;
let certUrl: string;
let signed: Intaker;
let open: Intaker;
test.before(async () => {
  world = await createWorld();
  ({ signer, stranger, certUrl } = world);
  signed = await world.start({ LOADTEST_SIGNING_CERT: stranger.certificatePem.replaceAll('\n', '\\n') });
  open = await world.start({ ALLOW_UNSIGNED: 'true' });
});
test.after.always(() => world.close());

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
    `https://${world.certificates.host}@evil.com/a.pem`,
  ]) {
    t.is((await post(signed, signedNotification(signer, url))).code, 'SIGNATURE_REFUSED');
  }
  t.false(world.certificates.asked.includes('/a.pem'));
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
    Signature: '',
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
  const picky = await world.start({ ALLOWED_TOPIC_ARNS: TOPIC });
  t.is((await post(picky, signedNotification(signer, certUrl))).status, 200);
  t.is((await post(picky, signedNotification(signer, certUrl, { TopicArn: `${TOPIC}2` }))).code, 'TOPIC_REFUSED');
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
