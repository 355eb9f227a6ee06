/**
 * API Gateway in front of what runs: the logistics system with `rest-api` on, where the monolith calls the fulfilment API
 * through it, and an API of somebody else's Terraform JSON.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import test, { type ExecutionContext } from 'ava';
import { zipSync } from 'fflate';
import { cutover, type Finished, sendOrder, start, TestPlane, urlOf } from './cutover.ts';
import { kiosk } from './kiosk.ts';

const plane = new TestPlane(20_700);
const CLI = process.env['CUTOVER_AWS_CLI'] ?? 'aws';
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

const upWith = (front: string): Promise<Finished> =>
  start(['up', '--detach', ...plane.flags, '--stage', 'monolith'], { CUTOVER_FRONT: front }).finished;

async function apiKey(): Promise<string> {
  const endpoint = `http://127.0.0.1:${plane.portBase}`;
  const client = new SSMClient({ endpoint, region: 'us-east-1', credentials: CREDENTIALS });
  const name = { Name: '/interstella/fulfillment-api-key', WithDecryption: true };
  const { Parameter } = await client.send(new GetParameterCommand(name));
  return Parameter?.Value ?? '';
}

/** TLS between API Gateway and the load balancer, by a name that a record of the stacks leads to it. */
const HTTPS = 'https:hq=hq.example.com@Z0123456789ABC@arn:aws:acm:us-east-1:123456789012:certificate/0a1b-2c3d';

/** A call of API Gateway as its clients send it. */
async function gateway(method: string, path: string, body: object): Promise<{ readonly id: string }> {
  const url = `http://127.0.0.1:${plane.portBase}${path}`;
  const answer = await fetch(url, { method, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as { readonly id: string };
}

const messageOf = async (answer: Response): Promise<unknown> =>
  ((await answer.json()) as { message?: unknown }).message;

/** `aws apigateway …` against the plane; null where there is no AWS CLI. */
async function aws(...args: readonly string[]): Promise<unknown> {
  const env = {
    PATH: process.env['PATH'],
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_PAGER: '',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${plane.portBase}`,
  };
  const run = promisify(execFile);
  if (!(await run(CLI, ['--version'], { env }).catch(() => null))) return null;
  const { stdout } = await run(CLI, ['apigateway', ...args, '--output', 'json'], { env });
  return JSON.parse(stdout);
}

test.serial('an order goes through the front with its key; a wrong key is 403, a used-up quota 429', async (t) => {
  t.teardown(() => plane.down());
  const up = await upWith(`rest-api:50:50:3:DAY,${HTTPS}`);
  t.is(up.code, 0, up.stderr);
  const status = await plane.status();
  const [api] = status.restApis;
  const front = api?.stages[0]?.url ?? '';
  t.deepEqual(api?.stages[0]?.methods, ['POST /orders', 'GET /orders/{messageId}']);
  t.is(status.outputs.find(({ name }) => name === 'hq_url')?.value, front.replace(':80/', '/'));

  t.is((await sendOrder(urlOf(status))).status, 200);
  t.like((await plane.status()).usagePlans, [{ key: 'interstella-hq', used: 1, limit: 3, period: 'DAY' }]);

  const headers = { 'x-api-key': await apiKey() };
  const wrong = await fetch(`${front}/orders/1`, { headers: { 'x-api-key': `${headers['x-api-key']}x` } });
  t.is(wrong.status, 403);
  t.is(await messageOf(wrong), 'Forbidden');
  t.is(await messageOf(await fetch(`${front}/order`, { headers })), 'Missing Authentication Token');
  for (const _ of [2, 3]) t.is((await fetch(`${front}/orders/1`, { headers })).status, 404);
  const over = await fetch(`${front}/orders/1`, { headers });
  t.is(over.status, 429);
  t.is(await messageOf(over), 'Limit Exceeded');
  t.true((await sendOrder(urlOf(status))).status >= 500, 'the monolith is refused too');
  const told = await cutover('events', ...plane.flags, '--json');
  t.regex(told.stdout, /REST_QUOTA_USED_UP/);

  const listed = (await aws('get-api-keys', '--include-values')) as { items: { value: string }[] } | null;
  if (listed)
    t.deepEqual(
      listed.items.map(({ value }) => value),
      [headers['x-api-key']],
    );
  else t.log('no AWS CLI here: not asked');

  // A greater quota is a change of the plan in place: what was used stays used.
  t.is((await upWith(`rest-api:50:50:100:DAY,${HTTPS}`)).code, 0);
  t.is((await sendOrder(urlOf(status))).status, 200);
  t.like((await plane.status()).usagePlans, [{ used: 4, limit: 100 }]);

  // A plane that is killed forgets neither what was used nor the keys that were made by hand.
  const plans = await fetch(`http://127.0.0.1:${plane.portBase}/usageplans`);
  const [plan] = ((await plans.json()) as { item: { id: string }[] }).item;
  const { id } = await gateway('POST', '/apikeys', {
    name: 'guest',
    enabled: true,
    value: 'a-guest-of-this-afternoon',
  });
  await gateway('POST', `/usageplans/${plan?.id}/keys`, { keyId: id, keyType: 'API_KEY' });
  /** API Gateway lets the guest through; the service behind, which asks for its own key, does not. */
  const asGuest = async (url: string): Promise<unknown> => {
    const answer = await fetch(`${url}/orders/1`, { headers: { 'x-api-key': 'a-guest-of-this-afternoon' } });
    return [answer.status, answer.headers.get('x-amzn-errortype')];
  };
  t.deepEqual(await asGuest(front), [403, null]);
  process.kill((await plane.status()).pid, 'SIGKILL');
  const again = await plane.up();
  t.is(again.code, 0, again.stderr);
  const after = await plane.status();
  const used = after.usagePlans.map((one) => `${one.key} ${one.used}`).sort();
  t.deepEqual(used, ['guest 1', 'interstella-hq 4']);
  t.deepEqual(await asGuest(after.restApis[0]?.stages[0]?.url ?? ''), [403, null]);
  t.is((await sendOrder(urlOf(after))).status, 200);
});

async function write(t: ExecutionContext): Promise<(redeployment: string, menu: string) => Promise<string>> {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-kiosk-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  const code =
    'exports.handler = async (e) => ({ statusCode: 201, body: `thanks for ${e.body} at ${e.requestContext.stage} in ${process.env.AWS_REGION} of ${e.requestContext.accountId}` });';
  await writeFile(join(dir, 'tip.zip'), zipSync({ 'tip.js': new TextEncoder().encode(code) }));
  return async (redeployment, menu) => {
    await writeFile(join(dir, 'main.tf.json'), JSON.stringify(kiosk(redeployment, menu)));
    return dir;
  };
}

test.serial(
  'somebody else’s API: a greedy path, a stage variable, a function, throttling, an alarm, redeployment',
  async (t) => {
    t.teardown(() => plane.down());
    const written = await write(t);
    const up = await plane.up('--synth', await written('1', 'lunch'), '--clock-rate', '60');
    t.is(up.code, 0, up.stderr);
    const url = String((await plane.status()).outputs.find(({ name }) => name === 'url')?.value);
    t.regex(url, /^http:\/\/127\.[\d.:]+\/open$/);
    const headers = { 'x-api-key': 'a-guest-of-the-kiosk' };
    const eat = async (dish: string): Promise<string> => {
      const answer = await fetch(`${url}/${dish}`, { headers });
      return `${answer.status} ${await answer.text()}`;
    };
    t.is(await eat('soup'), '200 soup');
    t.is(await eat('salad/green'), '404 no such dish');
    const tip = await fetch(url, { method: 'POST', body: 'the soup' });
    t.is(`${tip.status} ${await tip.text()}`, '201 thanks for the soup at open in eu-central-1 of 123456789012');
    const form = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    const action = 'Action=CreateTopic&Version=2010-03-31&Name=specials';
    const made = await fetch(`http://127.0.0.1:${plane.portBase}`, { ...form, body: action });
    t.regex(await made.text(), /<TopicArn>arn:aws:sns:eu-central-1:123456789012:specials</);

    // The stage goes on serving its picture until there is another deployment.
    t.is((await plane.up('--synth', await written('1', 'dinner'))).code, 0);
    t.is(await eat('soup'), '404 no such dish', 'lunch is no longer cooked, and dinner not yet served');
    t.is((await plane.up('--synth', await written('2', 'dinner'))).code, 0);
    t.is(await eat('soup'), '200 soup');
    t.is(await eat('soup'), '429 {"message":"Too Many Requests"}', 'the fifth of a burst of four');

    const alarmed = await plane.until(
      'the alarm fires',
      ({ alarms }) => alarms.some(({ state }) => state === 'ALARM'),
      30,
    );
    t.regex(alarmed.alarms[0]?.reason ?? '', /Threshold Crossed/);
    t.is((await plane.down()).code, 0);
    t.deepEqual(await plane.leftovers(), []);
  },
);
