import { generateKeyPairSync, verify } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { scratchDir } from '../../local/cli/paths.ts';
import { CutoverError } from '../../local/errors.ts';
import { createClock } from '../../local/run/clock.ts';
import { k6Binary, k6Missing } from '../testing/k6.ts';
import { startTarget } from '../testing/target.ts';
import { checkLoad, type LoadDeps, type LoadOptions, load, parseDuration } from './load.ts';
import { type RunResult, rejudge } from './report-files.ts';

// One after another: each is a load on this machine.
const withK6 = k6Binary ? test.serial : test.serial.skip;
if (!k6Binary) test.skip(`k6 scenarios: ${k6Missing}`, (t) => t.fail());

const FOLDER = await mkdtemp(join(tmpdir(), 'cutover-load-test-'));
// Runs keep their files under the temporary folder: this one, so that what they leave is seen.
test.after.always(() => rm(FOLDER, { recursive: true, force: true }));

const ORDERS: LoadOptions = { scenario: 'orders', reportRoot: FOLDER };

function deps(signal: AbortSignal = new AbortController().signal): LoadDeps {
  return {
    connectPlane: () => Promise.reject(new Error('no plane in this test')),
    k6: k6Binary ?? '',
    clock: createClock(),
    progress: () => undefined,
    signal,
  };
}

test('every bad option is told at once', (t) => {
  const error = t.throws(
    () =>
      checkLoad({
        scenario: 'nonsense',
        profile: 'nope',
        url: 'file:///etc/passwd',
        rate: -1,
        duration: '2h',
        paths: ['order'],
        unsigned: true,
        signingKey: 'key.pem',
        reportRoot: FOLDER,
      }),
    { instanceOf: CutoverError },
  );
  t.deepEqual(
    error.problems.map((p) => p.address),
    ['--profile', 'SCENARIO', '--duration', '--rate', '--path', '--signing-key', '--unsigned', '--url'],
  );
  t.is(error.exitCode, 2);
});

const REFUSED: readonly (readonly [string, Partial<LoadOptions>])[] = [
  ['a user in the URL', { url: 'http://me:secret@127.0.0.1', unsigned: true }],
  ['a query in the URL', { url: 'http://127.0.0.1/?x=1', unsigned: true }],
  ['orders to a URL with no word on signing', { url: 'http://127.0.0.1' }],
  ['ports at a URL', { scenario: 'ports', url: 'http://127.0.0.1', unsigned: true }],
  ['publish to a URL without a topic', { scenario: 'publish', url: 'http://127.0.0.1' }],
  ['a certificate over http', { url: 'http://127.0.0.1', signingKey: 'k', signingCertUrl: 'http://x/c.pem' }],
  ['a key of one’s own at a plane', { signingKey: 'k', signingCertUrl: 'https://127.0.0.1/c.pem' }],
  ['a topic of one’s own at a plane', { scenario: 'publish', topicArn: 'arn:aws:sns:x:1:y' }],
  ['a rate of NaN', { rate: Number.NaN }],
  ['a rate over the bound', { rate: 5_001 }],
  ['more orders than the ledger holds', { rate: 5_000, duration: '1h' }],
];

for (const [title, change] of REFUSED) {
  test(`refused: ${title}`, (t) => {
    const error = t.throws(() => checkLoad({ ...ORDERS, ...change }), { instanceOf: CutoverError });
    t.is(error.code, 'BAD_FLAG');
  });
}

test('durations', (t) => {
  t.is(parseDuration('30'), 30);
  t.is(parseDuration('1.5m'), 90);
  t.is(parseDuration('1h'), 3_600);
  for (const bad of ['', '0', '61m', '-5s', '5 s', '1d', 'Infinity', '1e3']) t.is(parseDuration(bad), null, bad);
});

withK6('signed orders reach the target, each with a signature that verifies, and each is followed', async (t) => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const keyFile = join(FOLDER, 'key.pem');
  await writeFile(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await using target = await startTarget();
  const certUrl = 'https://loadtest.cutover.invalid/cert.pem';
  const options = { ...ORDERS, url: target.url, rate: 40, duration: '2s', paths: ['/order/', '/iridium/'] };
  const result = await load({ ...options, signingKey: keyFile, signingCertUrl: certUrl }, deps());
  const posts = target.requests.filter((request) => request.method === 'POST');
  t.true(posts.length >= 75 && posts.length <= 85, String(posts.length));
  const envelopes = posts.map((post) => JSON.parse(post.body) as Record<string, string>);
  const followed = ordersOf(result)
    .outcomes.map((outcome) => outcome.id)
    .sort();
  t.deepEqual(followed, envelopes.map((envelope) => String(envelope['MessageId'])).sort());
  t.is(new Set(followed).size, posts.length);
  for (const envelope of envelopes) {
    const names = ['Message', 'MessageId', 'Timestamp', 'TopicArn', 'Type'];
    const text = names.map((name) => `${name}\n${envelope[name]}\n`).join('');
    t.true(verify('sha256', Buffer.from(text), publicKey, Buffer.from(envelope['Signature'] ?? '', 'base64')));
    t.is(envelope['SigningCertURL'], certUrl);
  }
  const count = (path: string): number => posts.filter((post) => post.path === path).length;
  t.true(Math.abs(count('/order/') - count('/iridium/')) <= 1);
  t.is(result.verdict.criteria.find((c) => c.name === 'error-rate')?.value, 0);
  t.deepEqual((await readdir(result.reportDir)).sort(), ['record.json', 'report.html', 'verdict.json']);
  const again = await rejudge(join(result.reportDir, 'record.json'));
  t.deepEqual(again.verdict, JSON.parse(await readFile(join(result.reportDir, 'verdict.json'), 'utf8')));
});

withK6('a target that answers 5xx fails', async (t) => {
  let n = 0;
  await using target = await startTarget((request) => ({
    status: request.method === 'POST' && n++ % 5 === 0 ? 503 : 200,
  }));
  const result = await load({ ...ORDERS, url: target.url, rate: 60, duration: '2s', unsigned: true }, deps());
  t.is(result.exitCode, 10);
  t.is(result.verdict.ledger, null);
  const value = (name: string): number => result.verdict.criteria.find((c) => c.name === name)?.value ?? -1;
  t.true(value('server-errors') >= 20);
  t.true(Math.abs(value('error-rate') - 20) < 2);
});

withK6('virtual users that come late have their plan, though its file is gone', async (t) => {
  // An answer takes 3.5 s: the 50 users that 20/s begin with are all busy after 2.5 s.
  await using target = await startTarget((request) => ({
    status: 200,
    delayMs: request.method === 'POST' ? 3_500 : 0,
  }));
  const result = await load({ ...ORDERS, url: target.url, rate: 20, duration: '4s', unsigned: true }, deps());
  t.is(ordersOf(result).generator.problem, null);
  // They alone would send 60 of the 80.
  t.true(ordersOf(result).outcomes.length > 62, String(ordersOf(result).outcomes.length));
  const odd = ordersOf(result).outcomes.filter((o) => o.status !== 200 || (o.latencyMs ?? 0) < 3_400);
  t.deepEqual(odd, []);
});

withK6('a dead target is refused before any load', async (t) => {
  const target = await startTarget();
  await target[Symbol.asyncDispose]();
  const error = await t.throwsAsync(load({ ...ORDERS, url: target.url, unsigned: true }, deps()), {
    instanceOf: CutoverError,
  });
  t.is(error.code, 'TARGET_UNREACHABLE');
  t.is(error.exitCode, 4);
  await using empty = await startTarget(() => ({ status: 503 }));
  await t.throwsAsync(load({ ...ORDERS, url: empty.url, unsigned: true }, deps()), { message: /no healthy target/ });
});

withK6('an abort ends k6 and takes its files away', async (t) => {
  const stop = new AbortController();
  await using target = await startTarget((request) => {
    if (request.method === 'POST') stop.abort(new Error('stopped by the test'));
    return { status: 200 };
  });
  await t.throwsAsync(load({ ...ORDERS, url: target.url, unsigned: true, duration: '5m' }, deps(stop.signal)), {
    message: 'stopped by the test',
  });
  t.deepEqual(await workFolders(), []);
});

function ordersOf(result: RunResult): NonNullable<RunResult['record']['orders']> {
  if (!result.record.orders) throw new Error('the run has no orders');
  return result.record.orders;
}

async function workFolders(): Promise<string[]> {
  return (await readdir(scratchDir)).filter((name) => name.startsWith(`load-${process.pid}-`));
}

withK6('a missing k6 is told as such', async (t) => {
  await using target = await startTarget();
  const options = { ...ORDERS, url: target.url, unsigned: true };
  const error = await t.throwsAsync(load(options, { ...deps(), k6: join(FOLDER, 'no-k6') }), {
    instanceOf: CutoverError,
  });
  t.is(error.code, 'TOOL_MISSING');
});
