import { connect } from 'node:net';
import test from 'ava';
import { prepareJson, prepareText, sendPrepared } from './prepared.ts';
import { type RunningService, startService, testConfig } from './testing/service.ts';

const VALUE = [{ name: 'Rubén', mark: '“Taz”', face: '🙂' }];
const VERSION = { 'X-Service-Version': 'test/1' };

let running: RunningService;
test.before(async () => {
  running = await startService(
    testConfig({ MAX_HEADER_BYTES: '2048' }),
    (service) => {
      const value = prepareJson(VALUE, service.headers);
      const text = prepareText('Ready', service.headers);
      service.get('/value', ({ req, res }) => sendPrepared(req, res, value));
      service.get('/text', ({ req, res }) => sendPrepared(req, res, text));
      service.get('/item/:id', ({ res, params }) => sendPrepared(res.req, res, prepareJson(params)));
      service.get('/bug', () => {
        throw new Error('a bug');
      });
    },
    { headers: VERSION, requestLine: ({ method, path, ms }) => `${method} ${path} - ${Math.round(ms)}` },
  );
});
test.after.always(() => running.close());

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(running.url + path, { method, headers });
const etag = prepareJson(VALUE).etag;

test('bodies arrive byte for byte, with their length in bytes', async (t) => {
  const response = await get('/value');
  const bytes = Buffer.from(await response.arrayBuffer());
  t.deepEqual(bytes, Buffer.from(JSON.stringify(VALUE)));
  t.is(Number(response.headers.get('content-length')), bytes.length);
  t.is(response.headers.get('content-type'), 'application/json; charset=utf-8');
  t.is(response.headers.get('etag'), etag);
});

test('HEAD gets the same head and no body', async (t) => {
  const [got, head] = [await get('/value'), await get('/value', {}, 'HEAD')];
  t.is(head.status, 200);
  t.is(await head.text(), '');
  for (const name of ['etag', 'content-length', 'content-type', 'x-service-version']) {
    t.is(head.headers.get(name), got.headers.get(name));
  }
});

for (const [known, status] of [
  [etag, 304],
  [`W/${etag}`, 304],
  [`"a,b", ${etag}`, 304],
  [`"other",W/${etag} , "more"`, 304],
  ['*', 304],
  [' * ', 304],
  ['"other"', 200],
  [etag.slice(1, -1), 200],
  [`"${etag.slice(1, -1)}x"`, 200],
  ['', 200],
  ['"', 200],
  ['"*"', 200],
] as const) {
  test(`If-None-Match ${known}: ${status}`, async (t) => {
    for (const method of ['GET', 'HEAD']) {
      const response = await get('/value', { 'If-None-Match': known }, method);
      t.is(response.status, status);
      t.is(response.headers.get('etag'), etag);
      t.is(response.headers.get('x-service-version'), 'test/1');
      if (status === 304) t.is(await response.text(), '');
      else await response.body?.cancel();
    }
  });
}

test('the tag names the content, and its media type', (t) => {
  t.is(prepareJson(VALUE, VERSION).etag, etag);
  t.not(prepareJson([...VALUE, 1]).etag, etag);
  t.not(prepareJson('1').etag, prepareText('"1"').etag);
  t.regex(etag, /^"[\w-]{27}"$/);
});

test('path parameters are decoded; what cannot be decoded is nothing that we have', async (t) => {
  t.deepEqual(await (await get('/item/a%20b%2Fc')).json(), { id: 'a b/c' });
  for (const path of ['/item/%', '/item/%ZZ', '/item/%c3%28', '/%', '/value%']) {
    const response = await get(path);
    t.true([400, 404].includes(response.status), path);
    t.regex(((await response.json()) as { error: { code: string } }).error.code, /^(NOT_FOUND|BAD_REQUEST)$/);
  }
});

for (const [path, method, status] of [
  ['/value', 'GET', 200],
  ['/nothing', 'GET', 404],
  ['/value', 'PUT', 405],
  ['/bug', 'GET', 500],
] as const) {
  test(`the service's headers are on every response: ${status}`, async (t) => {
    const response = await get(path, {}, method);
    t.is(response.status, status);
    t.is(response.headers.get('x-service-version'), 'test/1');
    await response.body?.cancel();
  });
}

for (const [what, bytes] of [
  ['bytes that are no request', 'nonsense\r\n\r\n'],
  ['headers that are too large', `GET / HTTP/1.1\r\nHost: x\r\nX-Big: ${'a'.repeat(4_000)}\r\n\r\n`],
  ['a target that is no path', 'GET http://a/value HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
] as const) {
  test(`the service's headers are on refusals of ${what}`, async (t) => {
    const text = await new Promise<string>((resolve) => {
      let received = '';
      const socket = connect({ port: running.port, host: '127.0.0.1' }, () => socket.write(bytes));
      socket.setEncoding('latin1').on('data', (more: string) => {
        received += more;
      });
      socket.on('error', () => undefined).on('close', () => resolve(received));
    });
    t.regex(text, /^HTTP\/1\.1 4\d\d /);
    t.regex(text, /\r\nX-Service-Version: test\/1\r\n/);
  });
}

test('a plain line takes the place of the structured one', async (t) => {
  const path = '/text?secret=1';
  await (await get(path)).text();
  await (await get('/text/plain-line')).text();
  t.true(running.log.lines.some((line) => /^GET \/text - \d+$/.test(line)));
  t.false(running.log.records.some((record) => record.event === 'request'));
  t.false(running.log.lines.some((line) => line.includes('secret')));
});
