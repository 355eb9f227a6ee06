import { generateKeyPairSync, verify } from 'node:crypto';
import test from 'ava';
import { type ControlServer, startControlServer } from './control-server.ts';
import { createOrderMaker } from './order-maker.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const signing = {
  privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  certUrl: 'https://sns.us-east-1.amazonaws.com/c.pem',
};
const BASE = { runId: 'run', topicArn: 'arn:aws:sns:us-east-1:000000000000:load' };
const ROUTE = { path: '/order/', weight: 1, message: { bundle: '1' }, topicArn: null } as const;
const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 6);

test('a signed order verifies as SNS says, and its id is that of run and iteration', async (t) => {
  const make = createOrderMaker({ ...BASE, signing });
  const { messageId, body } = await make(ROUTE, 7, NOW_MS);
  t.regex(messageId, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-a[\da-f]{3}-[\da-f]{12}$/);
  t.is((await make(ROUTE, 7, NOW_MS + 1)).messageId, messageId);
  t.not((await make(ROUTE, 8, NOW_MS)).messageId, messageId);
  const { Signature, SignatureVersion, SigningCertURL, ...rest } = JSON.parse(body);
  t.deepEqual(rest, {
    Type: 'Notification',
    MessageId: messageId,
    TopicArn: BASE.topicArn,
    Message: '{"bundle":"1"}',
    Timestamp: '2026-01-02T03:04:05.006Z',
  });
  t.deepEqual([SignatureVersion, SigningCertURL], ['2', signing.certUrl]);
  const text = ['Message', 'MessageId', 'Timestamp', 'TopicArn', 'Type'].map((n) => `${n}\n${rest[n]}\n`).join('');
  t.true(verify('sha256', Buffer.from(text), publicKey, Buffer.from(Signature, 'base64')));
});

test('an unsigned order has no signature; a route’s own topic counts', async (t) => {
  const make = createOrderMaker({ ...BASE, signing: null });
  const { body } = await make({ ...ROUTE, topicArn: 'arn:own' }, 0, NOW_MS);
  t.deepEqual(Object.keys(JSON.parse(body)), ['Type', 'MessageId', 'TopicArn', 'Message', 'Timestamp']);
  t.is(JSON.parse(body).TopicArn, 'arn:own');
});

test('the control server gives orders by the mix of the moment, and none when the load is over', async (t) => {
  const makeOrder = createOrderMaker({ ...BASE, signing: null });
  const control: ControlServer = await startControlServer([ROUTE], { makeOrder, now: () => NOW_MS });
  try {
    const order = (iteration: number) => fetch(`${control.url}order/${iteration}`);
    const first = await order(3);
    t.is(first.headers.get('order-path'), '/order/');
    const { messageId, body } = await makeOrder(ROUTE, 3, NOW_MS);
    t.is(await first.text(), body);
    t.is(first.headers.get('order-id'), messageId);
    control.setRoutes([{ ...ROUTE, path: '/iridium/' }]);
    t.is((await order(4)).headers.get('order-path'), '/iridium/');
    t.deepEqual(await (await fetch(control.url)).json(), { routes: [{ ...ROUTE, path: '/iridium/' }], stop: false });
    control.stopLoad();
    t.is((await order(5)).status, 204);
    t.like(await (await fetch(control.url)).json(), { stop: true });
  } finally {
    await control.close();
  }
});
