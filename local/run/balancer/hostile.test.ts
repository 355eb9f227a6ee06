/** Requests that mean harm: two readings, oversize, smuggling, floods (ELB application-load-balancers, "Desync mitigation mode"). */
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import type { LoadBalancer } from '../../topology.ts';
import { classOf, decideDesync, Finding, type FindingName, reasonOf } from './decide-desync.ts';
import { ChunkedScanner } from './http/body.ts';
import { RequestHead } from './http/request-head.ts';
import { startBalancer } from './testing/builders.ts';
import { answering, exchangeRaw, OK, rawClient, rawTarget } from './testing/raw-client.ts';

async function before(t: ExecutionContext, loadBalancer: Partial<LoadBalancer> = {}) {
  const target = await rawTarget(answering(OK));
  const lb = await startBalancer({ loadBalancer });
  t.teardown(async () => {
    await lb.balancer.close();
    await target.close();
  });
  await lb.registered('web', target.port);
  return { ...lb, target };
}

const statusOf = (text: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
const request = (fields: string, body = '', line = 'POST / HTTP/1.1'): string =>
  `${line}\r\nHost: a\r\n${fields}\r\n${body}`;
const rules = { dropInvalidHeaderFields: false, preserveHostHeader: false };
const headOf = (text: string): RequestHead =>
  new RequestHead(text.slice(0, text.indexOf('\r\n\r\n') + 2), '127.0.0.1', rules);

/** What is refused in every mode, never reaches the target, and ends the connection. */
const REFUSED: readonly (readonly [what: string, text: string, status: number, reason: FindingName | null])[] = [
  ['different lengths', request('Content-Length: 1\r\nContent-Length: 2\r\n', 'xy'), 400, 'MultipleContentLength'],
  ['a length with a sign', request('Content-Length: +1\r\n', 'x'), 400, 'BadContentLength'],
  ['a length list', request('Content-Length: 1, 1\r\n', 'x'), 400, 'BadContentLength'],
  ['a length in hex', request('Content-Length: 0x1\r\n', 'x'), 400, 'BadContentLength'],
  ['a negative length', request('Content-Length: -1\r\n'), 400, 'BadContentLength'],
  ['an endless length', request(`Content-Length: ${'9'.repeat(30)}\r\n`), 400, 'BadContentLength'],
  [
    'two transfer codings',
    request('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
    400,
    'MultipleTransferEncodingChunked',
  ],
  ['an unknown transfer coding', request('Transfer-Encoding: gzip\r\n', 'x'), 501, null],
  ['chunked behind another coding', request('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'), 501, null],
  ['chunked with a tail', request('Transfer-Encoding: chunked\x0b\r\n', '0\r\n\r\n'), 400, 'BadTransferEncoding'],
  ['an empty transfer coding', request('Transfer-Encoding:\r\n', '0\r\n\r\n'), 400, 'BadTransferEncoding'],
  [
    'chunked in HTTP/1.0',
    request('Transfer-Encoding: chunked\r\n', '0\r\n\r\n', 'POST / HTTP/1.0'),
    400,
    'BadTransferEncoding',
  ],
  ['a blank before the colon', request('Content-Length : 1\r\n', 'x'), 400, 'BadHeader'],
  ['a folded line', request('X-A: 1\r\n Content-Length: 5\r\n', 'hello'), 400, 'BadHeader'],
  ['a line without colon', request('X-A\r\n'), 400, 'BadHeader'],
  ['a field without name', request(': x\r\n'), 400, 'BadHeader'],
  ['a null in a field', request('X-A: a\0b\r\n'), 400, 'BadHeader'],
  ['a bare line feed', request('X-A: a\nX-B: b\r\n'), 400, 'BadHeader'],
  ['a bare carriage return', request('X-A: a\rX-B: b\r\n'), 400, 'BadHeader'],
  ['a null in the URI', request('', '', 'GET /a\0b HTTP/1.1'), 400, 'BadUri'],
  ['a relative URI', request('', '', 'GET a HTTP/1.1'), 400, 'BadUri'],
  ['CONNECT', request('', '', 'CONNECT a:443 HTTP/1.1'), 400, 'BadUri'],
  ['a malformed method', request('', '', 'GE(T / HTTP/1.1'), 400, 'BadMethod'],
  ['no version', request('', '', 'GET /'), 400, 'BadVersion'],
  ['a malformed version', request('', '', 'GET / http/1.1'), 400, 'BadVersion'],
  ['HTTP/2', request('', '', 'PRI * HTTP/2.0'), 505, null],
  ['TRACE', request('', '', 'TRACE / HTTP/1.1'), 405, null],
  ['no Host', 'GET / HTTP/1.1\r\nX: y\r\n\r\n', 400, null],
  ['two Hosts', request('Host: b\r\n'), 400, null],
  ['a Host with half a bracket', 'GET / HTTP/1.1\r\nHost: [::1\r\n\r\n', 400, null],
  ['a Host with two ports', 'GET / HTTP/1.1\r\nHost: a:80:80\r\n\r\n', 400, null],
  ['an absolute target without a host that ends', 'GET http://[::1/ HTTP/1.1\r\nHost: a\r\n\r\n', 400, null],
  ['a Host with a path', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 400, null],
  ['31 forwarded addresses', request(`X-Forwarded-For: ${Array(31).fill('1.1.1.1').join(',')}\r\n`), 463, null],
  [
    '31 forwarded addresses over two fields',
    request(`X-Forwarded-For: ${Array(16).fill('1.1.1.1').join(',')}\r\n`.repeat(2)),
    463,
    null,
  ],
  ['a URI that is too long', request('', '', `GET /${'a'.repeat(17_000)} HTTP/1.1`), 414, null],
  ['a field that is too long', request(`X-A: ${'a'.repeat(17_000)}\r\n`), 400, null],
  ['a head that is too long', request(`X-A: ${'a'.repeat(16_000)}\r\n`.repeat(5)), 400, null],
];

for (const [what, text, status, reason] of REFUSED)
  test(`${what}: ${status}`, async (t) => {
    for (const desyncMode of ['monitor', 'defensive', 'strictest'] as const) {
      const lb = await before(t, { desyncMode });
      // A second request behind it must never be read.
      const answer = await exchangeRaw(lb.port, `${text}GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`);
      t.is(statusOf(answer), status, desyncMode);
      t.is(answer.split('HTTP/1.1 ').length - 1, 1);
      t.is(lb.target.requests.length, 0);
    }
    if (reason !== null) t.is(reasonOf(headOf(text).findings), reason);
  });

/** What nothing follows, and that is no head whatever would: waiting for its end would hold the connection for nothing. */
for (const [what, text, status] of [
  ['lines that end in LF alone', 'GET / HTTP/1.1\nHost: a\n\n', 400],
  ['one field that ends in LF alone', 'GET / HTTP/1.1\r\nHost: a\nX: y\r\n', 400],
  ['a first line that ends in CR alone', 'GET / HTTP/1.1\rHost: a\r\r', 400],
  ['an LF alone before the first line', '\nGET', 400],
  ['a ClientHello of TLS', '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03', 400],
  ['the greeting of another protocol', 'SSH-2.0-OpenSSH_9.6\r\n', 400],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n', 505],
  ['a first line without version', 'GET /\r\nHost', 400],
] as const)
  test(`unfinished: ${what} is answered at once, also byte by byte`, async (t) => {
    const lb = await before(t);
    t.is(statusOf(await exchangeRaw(lb.port, text)), status);
    const slow = rawClient(lb.port);
    for (const byte of Buffer.from(text, 'latin1')) {
      slow.send(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    t.is(statusOf(await slow.ended), status);
    t.is(lb.target.requests.length, 0);
  });

for (const [what, text, reason] of [
  [
    'Transfer-Encoding beside Content-Length',
    request('Content-Length: 3\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
    'BothTeClPresent',
  ],
  ['the same length twice', request('Content-Length: 1\r\nContent-Length: 1\r\n', 'x'), 'DuplicateContentLength'],
  ['a GET with a body', request('Content-Length: 1\r\n', 'x', 'GET / HTTP/1.1'), 'UndefinedContentLengthSemantics'],
  [
    'a GET in chunks',
    request('Transfer-Encoding: chunked\r\n', '0\r\n\r\n', 'GET / HTTP/1.1'),
    'UndefinedTransferEncodingSemantics',
  ],
  ['a field that normalises to Content-Length', request('Content_Length: 5\r\n'), 'SuspiciousHeader'],
  ['a control character in the URI', request('', '', 'GET /a\x01b HTTP/1.1'), 'AmbiguousUri'],
] as const)
  test(`ambiguous: ${what} passes once in defensive mode, is kept out in strictest`, async (t) => {
    t.is(reasonOf(headOf(text).findings), reason);
    const defensive = await before(t);
    const answer = await exchangeRaw(defensive.port, text);
    t.is(statusOf(answer), 200);
    t.regex(answer, /\r\nConnection: close\r\n/);
    t.regex(defensive.target.requests[0] ?? '', /\r\nConnection: close\r\n/);
    const monitor = await before(t, { desyncMode: 'monitor' });
    const kept = rawClient(monitor.port, text);
    t.regex(await kept.until('ok'), /\r\nConnection: keep-alive\r\n/);
    kept.socket.destroy();
    const strictest = await before(t, { desyncMode: 'strictest' });
    t.is(statusOf(await exchangeRaw(strictest.port, text)), 400);
    t.is(strictest.target.requests.length, 0);
  });

test('with both framings the target sees one: chunked', async (t) => {
  const lb = await before(t);
  await exchangeRaw(lb.port, request('Content-Length: 3\r\nTransfer-Encoding: chunked\r\n', '5\r\nhello\r\n0\r\n\r\n'));
  t.notRegex(lb.target.requests[0] ?? '', /content-length/i);
  t.true(lb.target.requests[0]?.endsWith('\r\n\r\n5\r\nhello\r\n0\r\n\r\n'));
});

test('what follows an ambiguous request on its connection is not read', async (t) => {
  const lb = await before(t);
  await exchangeRaw(
    lb.port,
    `${request('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n')}GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`,
  );
  t.is(lb.target.requests.length, 1);
  t.notRegex(lb.target.requests[0] ?? '', /smuggled/);
});

test('the classes and what each mode does with them', (t) => {
  const table = [
    [0, 'Compliant', 'allow', 'allow', 'allow'],
    [Finding.SpaceInUri, 'Acceptable', 'allow', 'allow', 'block'],
    [Finding.SuspiciousHeader, 'Ambiguous', 'allow', 'allow-and-close', 'block'],
    [Finding.SuspiciousHeader | Finding.BadHeader, 'Severe', 'block', 'block', 'block'],
  ] as const;
  for (const [findings, grade, ...verdicts] of table) {
    t.is(classOf(findings), grade);
    t.deepEqual(
      (['monitor', 'defensive', 'strictest'] as const).map((mode) => decideDesync(findings, mode)),
      [...verdicts],
    );
  }
});

for (const [what, body] of [
  ['a size that is no hex', 'xyz\r\n'],
  ['a size with a sign', '-1\r\n'],
  ['a size with a blank', '5 \r\nhello\r\n'],
  ['an endless size', 'fffffffffffffffff\r\n'],
  ['a bare line feed behind the size', '5\nhello\r\n'],
  ['a chunk longer than its size', '2\r\nhello\r\n0\r\n\r\n'],
  ['a control character in an extension', '5;a=\x01\r\nhello\r\n'],
  ['a length among the trailers', '0\r\nContent-Length: 5\r\n\r\n'],
  ['a trailer without colon', '0\r\nfoo\r\n\r\n'],
] as const)
  test(`chunks: ${what} is a 400 and ends both connections`, async (t) => {
    const lb = await before(t);
    const answer = await exchangeRaw(
      lb.port,
      `${request('Transfer-Encoding: chunked\r\n', body)}GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`,
    );
    t.is(statusOf(answer), 400);
    t.is(lb.target.requests.length, 0);
  });

test('chunks end at the same byte, however they are cut', (t) => {
  const hex = fc.integer({ min: 1, max: 40 }).map((size) => `${size.toString(16)}\r\n${'d'.repeat(size)}\r\n`);
  const whole = fc
    .tuple(
      fc.array(hex, { maxLength: 5 }),
      fc.constantFrom('0\r\n\r\n', '0\r\nX-A: b\r\n\r\n', '00;ext="v"\r\nX: y\r\nZ: w\r\n\r\n'),
    )
    .map(([chunks, end]) => chunks.join('') + end);
  fc.assert(
    fc.property(whole, fc.string({ maxLength: 20 }), fc.array(fc.nat(400), { maxLength: 12 }), (text, rest, cuts) => {
      const bytes = Buffer.from(text + rest, 'latin1');
      const scanner = new ChunkedScanner();
      const edges = [...cuts.filter((cut) => cut < bytes.length), bytes.length].sort((a, b) => a - b);
      let from = 0;
      for (const edge of edges) {
        if (edge === from) continue;
        const part = bytes.subarray(from, edge);
        const end = scanner.scan(part, 0);
        if (scanner.done) return from + end === text.length;
        if (end !== part.length || scanner.failed) return false;
        from = edge;
      }
      return false;
    }),
    { numRuns: 2_000 },
  );
  t.pass();
});

test('whatever bytes come, one connection’s fate is not another’s', async (t) => {
  const lb = await before(t);
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 });
  for (const sample of fc.sample(bytes, 60)) {
    const client = rawClient(lb.port);
    client.send(Buffer.concat([Buffer.from(sample), Buffer.from('\r\n\r\n')]));
    client.socket.end();
    await client.ended;
  }
  t.is(statusOf(await exchangeRaw(lb.port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')), 200);
});

test('a header cannot be injected through a redirect', async (t) => {
  const redirect = {
    type: 'redirect',
    protocol: '#{protocol}',
    host: 'b',
    port: '80',
    path: '/#{path}',
    query: '#{query}',
    statusCode: 302,
  } as const;
  const lb = await startBalancer({ actions: [redirect] });
  t.teardown(() => lb.balancer.close());
  const answer = await exchangeRaw(
    lb.port,
    'GET /a\x01%0d%0aX-Evil:1\xe9 b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  );
  t.regex(answer, /\r\nLocation: http:\/\/b:80\/a%01%0d%0aX-Evil:1%C3%A9%20b\r\n/);
});

test('a flood of pipelined requests whose answers nobody reads is held back', async (t) => {
  const lb = await startBalancer({
    actions: [{ type: 'fixed-response', statusCode: 200, contentType: 'text/plain', body: 'x'.repeat(1_000) }],
  });
  t.teardown(() => lb.balancer.close());
  const client = rawClient(lb.port);
  client.socket.pause();
  client.send(Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(1_000_000)));
  for (let round = 0; round < 300; round++) await new Promise((resolve) => setImmediate(resolve));
  t.true(client.socket.writableLength > 0, 'the client is held back');
  client.socket.destroy();
});

test('invalid header fields pass by default and are dropped where the load balancer says so', async (t) => {
  const fields = 'X_Odd: 1\r\nX.Dot: 2\r\nX-Fine: 3\r\nConnection: close\r\n';
  const passing = await before(t);
  await exchangeRaw(passing.port, request(fields, '', 'GET / HTTP/1.1'));
  t.regex(passing.target.requests[0] ?? '', /X_Odd: 1\r\nX\.Dot: 2\r\nX-Fine: 3\r\n/);
  const dropping = await before(t, { dropInvalidHeaderFields: true });
  await exchangeRaw(dropping.port, request(fields, '', 'GET / HTTP/1.1'));
  t.notRegex(dropping.target.requests[0] ?? '', /X_Odd|X\.Dot/);
  t.regex(dropping.target.requests[0] ?? '', /X-Fine: 3/);
});
