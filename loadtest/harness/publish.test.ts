import { createHash, createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { createClock } from '../../local/run/clock.ts';
import { k6Binary, k6Missing } from '../testing/k6.ts';
import { type SeenRequest, startTarget } from '../testing/target.ts';
import { load } from './load.ts';

const withK6 = k6Binary ? test.serial : test.serial.skip;
if (!k6Binary) test.skip(`k6 scenarios: ${k6Missing}`, (t) => t.fail());

const FOLDER = await mkdtemp(join(tmpdir(), 'cutover-publish-test-'));
test.after.always(() => rm(FOLDER, { recursive: true, force: true }));

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:Orders';
Object.assign(process.env, {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'a secret',
  AWS_SESSION_TOKEN: 'a token',
});

withK6('publishes with signed requests, and follows the MessageIds that SNS gives', async (t) => {
  let n = 0;
  await using sns = await startTarget((request) => {
    if (request.method !== 'POST') return { status: 400 };
    n += 1;
    if (n === 3) return { status: 500, body: 'no' };
    return {
      status: 200,
      body: `<PublishResponse><PublishResult><MessageId>m-${n}</MessageId></PublishResult></PublishResponse>`,
    };
  });
  const result = await load(
    { scenario: 'publish', url: sns.url, rate: 20, duration: '2s', topicArn: TOPIC, reportRoot: FOLDER },
    {
      connectPlane: () => Promise.reject(new Error('no plane in this test')),
      k6: k6Binary ?? '',
      clock: createClock(),
      progress: () => undefined,
      signal: new AbortController().signal,
    },
  );
  const posts = sns.requests.filter((request) => request.method === 'POST');
  const form = new URLSearchParams(posts[0]?.body);
  t.is(form.get('Action'), 'Publish');
  t.is(form.get('TopicArn'), TOPIC);
  t.is(form.get('Message'), '{"bundle":"1"}');
  for (const post of posts.slice(0, 3)) t.is(signatureIn(post), signatureOf(post));
  const ids = result.record.orders?.outcomes.map((outcome) => outcome.id) ?? [];
  t.is(ids.filter((id) => /^m-\d+$/.test(id)).length, posts.length - 1);
  t.is(ids.filter((id) => /^unpublished-\d+$/.test(id)).length, 1);
  t.is(result.exitCode, 10);
});

function signatureIn(post: SeenRequest): string {
  return /Signature=([0-9a-f]+)$/.exec(String(post.headers['authorization']))?.[1] ?? '';
}

/** Signature Version 4 as AWS documents it, worked out again with Node's own crypto. */
function signatureOf(post: SeenRequest): string {
  const names = ['content-type', 'host', 'x-amz-date', 'x-amz-security-token'];
  const headers = names.map((name) => `${name}:${String(post.headers[name])}\n`).join('');
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  const request = ['POST', '/', '', headers, names.join(';'), hash(post.body)].join('\n');
  const stamp = String(post.headers['x-amz-date']);
  const parts = [stamp.slice(0, 8), 'eu-west-1', 'sns', 'aws4_request'];
  const mac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const key = parts.reduce<string | Buffer>((k, part) => mac(k, part), 'AWS4a secret');
  return mac(key, ['AWS4-HMAC-SHA256', stamp, parts.join('/'), hash(request)].join('\n')).toString('hex');
}
