import test from 'ava';
import { type Pair, sign, signedConfirmation } from '../testing/certificates.ts';
import { answering, type Stub, startStub } from '../testing/stub.ts';
import { createWorld, type Intaker, post, TOPIC, type World } from './intake.fixture.ts';

let world: World;
let signer: Pair;
let stranger: Pair;
let certUrl: string;
let signed: Intaker;
let aws: Stub;
test.before(async () => {
  world = await createWorld();
  ({ signer, stranger, certUrl, aws } = world);
  signed = await world.start({});
});
test.after.always(() => world.close());

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
