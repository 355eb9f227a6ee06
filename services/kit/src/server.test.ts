import { connect } from 'node:net';
import test from 'ava';
import fc from 'fast-check';
import { ServiceError } from './errors.ts';
import { sendText } from './reply.ts';
import { type RunningService, startService, testConfig } from './testing/service.ts';

let running: RunningService;
test.before(async () => {
  const config = testConfig({
    MAX_BODY_BYTES: '1000',
    MAX_HEADER_BYTES: '2048',
    HEADERS_TIMEOUT_MS: '300',
    REQUEST_TIMEOUT_MS: '600',
  });
  running = await startService(config, (service) => {
    service.get('/thing/', async ({ res }) => sendText(res, 200, 'thing'));
    service.post('/echo/', async ({ res }, body) => sendText(res, 200, body));
    service.post('/bug/', async () => {
      throw new Error('password is hunter2');
    });
    service.post('/refuse/', async () => {
      throw new ServiceError('ORDER_INVALID', 'no', { problems: [{ path: 'a', rule: 'b' }] });
    });
  });
});
test.after.always(() => running.close());

const post = (
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = { 'Content-Type': 'text/plain' },
) => fetch(running.url + path, { method: 'POST', body, headers });

const json = async (response: Response) => (await response.json()) as { error: { code: string }; trace: string };

/** Sends bytes as they are and reads until the service closes, or has answered that many times. */
function raw(bytes: string, answers = 1): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ port: running.port, host: '127.0.0.1' }, () => socket.write(bytes, 'latin1'));
    const end = (): void => {
      socket.destroy();
      resolve(text);
    };
    socket.setEncoding('latin1');
    socket.on('data', (more: string) => {
      text += more;
      if (text.split('HTTP/1.1 ').length > answers && /\r\n\r\n/.test(text)) end();
    });
    socket.on('close', end).on('error', end);
  });
}

test('paths are served with and without their trailing slash, to GET and HEAD', async (t) => {
  for (const path of ['/thing', '/thing/', '/thing/?x=1']) {
    t.is(await (await fetch(running.url + path)).text(), 'thing');
    const head = await fetch(running.url + path, { method: 'HEAD' });
    t.deepEqual([head.status, await head.text()], [200, '']);
  }
});

test('unknown paths and methods are refused in JSON', async (t) => {
  const unknown = await fetch(`${running.url}/<script>`);
  t.is(unknown.status, 404);
  const text = await unknown.text();
  t.is(JSON.parse(text).error.code, 'NOT_FOUND');
  t.false(text.includes('script'));
  const method = await fetch(`${running.url}/thing/`, { method: 'DELETE' });
  t.deepEqual([method.status, (await json(method)).error.code], [405, 'METHOD_NOT_ALLOWED']);
  t.regex(method.headers.get('allow') ?? '', /GET/);
});

test("a bug's words stay in the log", async (t) => {
  const response = await post('/bug/', 'x', { 'Content-Type': 'text/plain', 'X-Amzn-Trace-Id': 'Root=1-bug' });
  const text = await response.text();
  t.is(response.status, 500);
  t.false(text.includes('hunter2'));
  t.is(JSON.parse(text).trace, 'Root=1-bug');
  const logged = running.log.records.find((record) => record.event === 'failure' && record.trace === 'Root=1-bug');
  t.is((logged?.err as Error | undefined)?.message, 'password is hunter2');
});

test('a refusal carries its code, problems and trace', async (t) => {
  const response = await post('/refuse/', 'x');
  const { error, trace } = await json(response);
  t.deepEqual<unknown, unknown>(error, { code: 'ORDER_INVALID', message: 'no', problems: [{ path: 'a', rule: 'b' }] });
  t.regex(trace, /^Root=1-/);
});

for (const type of ['application/json', 'application/json; charset=utf-8', 'text/plain; charset=UTF-8', 'TEXT/PLAIN']) {
  test(`taken: ${type}`, async (t) => {
    t.is(await (await post('/echo/', 'grün', { 'Content-Type': type })).text(), 'grün');
  });
}

for (const headers of [
  { 'Content-Type': 'application/x-www-form-urlencoded' },
  { 'Content-Type': 'text/html' },
  { 'Content-Type': 'application/json; charset=utf-16' },
  { 'Content-Type': 'application/jsonx' },
  { 'Content-Type': '' },
  { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' },
]) {
  test(`refused: ${JSON.stringify(headers)}`, async (t) => {
    const response = await post('/echo/', '{}', headers as Record<string, string>);
    t.deepEqual([response.status, (await json(response)).error.code], [415, 'CONTENT_TYPE_REFUSED']);
  });
}

test('bodies are bounded, declared or chunked', async (t) => {
  t.is((await post('/echo/', 'x'.repeat(1_000))).status, 200);
  t.is((await post('/echo/', 'x'.repeat(1_001))).status, 413);
  const chunk = `${(600).toString(16)}\r\n${'x'.repeat(600)}\r\n`;
  const head = 'POST /echo/ HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n';
  t.regex(await raw(`${head}${chunk}${chunk}`), /^HTTP\/1\.1 413 [\s\S]*connection: close/i);
});

test('a body that is announced as too large is not asked for', async (t) => {
  const head = 'POST /echo/ HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nExpect: 100-continue\r\n';
  t.regex(await raw(`${head}Content-Length: 5000\r\n\r\n`), /^HTTP\/1\.1 413/);
  t.regex(await raw(`${head}Content-Length: 2\r\n\r\n`), /^HTTP\/1\.1 100/);
});

test('a body that is not UTF-8 is refused', async (t) => {
  t.is((await post('/echo/', new Uint8Array([0x7b, 0xff, 0xfe]))).status, 400);
});

test('headers are bounded', async (t) => {
  const answer = await raw(`GET /thing/ HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(4_000)}\r\n\r\n`);
  t.regex(answer, /^HTTP\/1\.1 431 [\s\S]*HEADERS_TOO_LARGE/);
});

test('what is not HTTP is answered 400', async (t) => {
  t.regex(await raw('nonsense\r\n\r\n'), /^HTTP\/1\.1 400 [\s\S]*BAD_REQUEST/);
});

test('a request that never ends is cut off, in its head and in its body', async (t) => {
  t.regex(await raw('GET /thing/ HTTP/1.1\r\nHost: x\r\n'), /^HTTP\/1\.1 408/);
  const head = 'POST /echo/ HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\nabc';
  t.regex(await raw(head), /^(HTTP\/1\.1 408|$)/);
});

for (const target of ['http://evil.example/thing/', '*', 'http://[::bad', 'thing']) {
  test(`a target that is not a path does not end the service: ${target}`, async (t) => {
    t.regex(await raw(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`), /^HTTP\/1\.1 400/);
    t.is((await fetch(`${running.url}/thing/`)).status, 200);
  });
}

for (const host of ['[::1', 'a:99999', '1.2.3.4.5', 'a%', '[', 'a b', 'a/thing/?', 'x@y', 'a?', '\\', 'a#']) {
  test(`a Host that is none does not end the service, nor choose the path: ${host}`, async (t) => {
    const answer = await raw(`GET /other/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    t.regex(answer, /^HTTP\/1\.1 400 [\s\S]*BAD_REQUEST/);
    t.is((await fetch(`${running.url}/thing/`)).status, 200);
  });
}

for (const host of ['', '[::1]:80', 'a_b.example:', 'interstella-1.us-east-1.elb.amazonaws.com', '127.0.0.1:5000']) {
  test(`a Host that is one: ${host}`, async (t) => {
    const answer = await raw(`GET /thing/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    t.regex(answer, /^HTTP\/1\.1 200 /);
  });
}

test('no Host ends the service', async (t) => {
  const host = fc.string({
    unit: fc.constantFrom('[', ']', ':', '%', '.', '1', 'x', 'a', '/', '?', '@', '9', '-', '_'),
  });
  await fc.assert(
    fc.asyncProperty(host, async (text) => {
      t.regex(await raw(`GET / HTTP/1.1\r\nHost: ${text}\r\nConnection: close\r\n\r\n`), /^HTTP\/1\.1 4\d\d /);
    }),
    { numRuns: 150 },
  );
  t.is((await fetch(`${running.url}/thing/`)).status, 200);
});

test('no path ends the service', async (t) => {
  const path = fc.string({
    unit: fc.constantFrom('/', '%', '.', ';', '?', '[', ']', '\\', 'a', '%2', '%ff', '//', '@', ':', '~'),
  });
  await fc.assert(
    fc.asyncProperty(path, async (text) => {
      t.regex(await raw(`GET /${text} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`), /^HTTP\/1\.1 (200|4\d\d) /);
    }),
    { numRuns: 150 },
  );
  t.is((await fetch(`${running.url}/thing/`)).status, 200);
});

test('one structured line a request', async (t) => {
  await fetch(`${running.url}/thing/?secret=1`, { headers: { 'X-Amzn-Trace-Id': 'Root=1-line' } });
  // The line is written when the connection has taken the answer; the next request comes after that.
  await fetch(`${running.url}/thing/`);
  const line = running.log.records.find((record) => record.trace === 'Root=1-line');
  const { ms, ...rest } = line as { ms: number };
  t.deepEqual(rest, {
    event: 'request',
    trace: 'Root=1-line',
    messageId: undefined,
    method: 'GET',
    path: '/thing/',
    status: 200,
    failure: undefined,
  } as never);
  t.true(ms >= 0);
});

test('requests in flight are bounded', async (t) => {
  const release = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  const bounded = await startService(testConfig({ MAX_IN_FLIGHT: '1' }), (service) => {
    service.get('/', async ({ res }) => sendText(res, 200, 'healthy'));
    service.post('/slow/', async ({ res }) => {
      entered.resolve();
      await release.promise;
      sendText(res, 200, 'done');
    });
  });
  const send = () =>
    fetch(`${bounded.url}/slow/`, { method: 'POST', body: 'x', headers: { 'Content-Type': 'text/plain' } });
  const first = send();
  await entered.promise;
  const second = await send();
  t.is(second.status, 503);
  t.is(second.headers.get('retry-after'), '1');
  t.is((await fetch(`${bounded.url}/`)).status, 200);
  release.resolve();
  t.is((await first).status, 200);
  await bounded.close();
});
