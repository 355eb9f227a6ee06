/** What passes through the load balancer, byte by byte. */
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { createManualClock } from '../clock.ts';
import { makeMaterial } from '../topics/testing/builders.ts';
import { forwardTo, rule, startBalancer, targetGroup } from './testing/builders.ts';
import { answering, exchangeRaw, OK, rawClient, rawTarget } from './testing/raw-client.ts';

type Setup = Parameters<typeof startBalancer>[0];

/** A balancer before one raw target that answers each request with `answer`. */
async function before(t: ExecutionContext, answer: Parameters<typeof rawTarget>[0], setup: Setup = {}) {
  const target = await rawTarget(answer);
  const lb = await startBalancer(setup);
  await lb.registered('web', target.port);
  t.teardown(async () => {
    await lb.balancer.close();
    await target.close();
  });
  return { ...lb, target };
}

const GET = (path = '/', fields = ''): string => `GET ${path} HTTP/1.1\r\nHost: example.com\r\n${fields}\r\n`;
const field = (text: string, name: string): string[] =>
  [...text.matchAll(new RegExp(`^${name}: (.*)\\r$`, 'gim'))].map((match) => match[1] ?? '');

test('the target gets the forwarded fields, and the path and query as they were sent', async (t) => {
  const lb = await before(t, answering(OK));
  await exchangeRaw(lb.port, GET('/a%2Fb/..;x?q=1&q=%20', 'X-Mine: 1\r\nAccept: */*\r\nConnection: close\r\n'));
  const [request = ''] = lb.target.requests;
  t.true(request.startsWith('GET /a%2Fb/..;x?q=1&q=%20 HTTP/1.1\r\n'));
  t.deepEqual(field(request, 'X-Forwarded-For'), ['127.0.0.1']);
  t.deepEqual(field(request, 'X-Forwarded-Proto'), ['http']);
  t.deepEqual(field(request, 'X-Forwarded-Port'), [String(lb.port)]);
  t.regex(field(request, 'X-Amzn-Trace-Id')[0]!, /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  t.deepEqual(field(request, 'X-Mine'), ['1']);
  t.deepEqual(field(request, 'Connection'), []);
  // A listener on a port other than 80 and 443 adds it to Host.
  t.deepEqual(field(request, 'Host'), [`example.com:${lb.port}`]);
});

for (const [mode, sent, got] of [
  ['append', [], ['127.0.0.1']],
  ['append', ['127.0.0.4'], ['127.0.0.4, 127.0.0.1']],
  ['append', ['127.0.0.4', '127.0.0.8'], ['127.0.0.4, 127.0.0.8, 127.0.0.1']],
  ['preserve', [], []],
  ['preserve', ['127.0.0.4, 127.0.0.8'], ['127.0.0.4, 127.0.0.8']],
  ['remove', ['127.0.0.4'], []],
] as const)
  test(`X-Forwarded-For ${mode} ${sent.join(' + ') || '(none)'}`, async (t) => {
    const lb = await before(t, answering(OK), { loadBalancer: { xffMode: mode } });
    const fields = sent.map((value) => `X-Forwarded-For: ${value}\r\n`).join('');
    await exchangeRaw(lb.port, GET('/', `${fields}Connection: close\r\n`));
    t.deepEqual(field(lb.target.requests[0] ?? '', 'X-Forwarded-For'), got as unknown as string[]);
  });

test('trace ids: Root stays behind a new Self, an old Self goes, other fields stay', async (t) => {
  const lb = await before(t, answering(OK));
  const trace = async (value: string): Promise<string> => {
    await exchangeRaw(lb.port, GET('/', `X-Amzn-Trace-Id: ${value}\r\nConnection: close\r\n`));
    return field(lb.target.requests.at(-1) ?? '', 'X-Amzn-Trace-Id')[0] ?? '';
  };
  const root = 'Root=1-67891233-abcdef012345678912345678';
  t.regex(await trace(root), new RegExp(`^Self=1-[0-9a-f]{8}-[0-9a-f]{24};${root}$`));
  t.regex(
    await trace(`Self=1-1-1;${root};CalledFrom=app`),
    new RegExp(`^Self=1-[0-9a-f-]{33};${root};CalledFrom=app$`),
  );
  t.regex(await trace('CalledFrom=app'), /^Root=1-[0-9a-f-]{33};CalledFrom=app$/);
});

test('hop-by-hop fields and those that Connection names go no further, in both directions', async (t) => {
  const lb = await before(
    t,
    answering(
      'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nKeep-Alive: timeout=5\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nX-End: 2\r\n\r\n',
    ),
  );
  const answer = await exchangeRaw(
    lb.port,
    GET('/', 'Connection: close, X-Own\r\nX-Own: 1\r\nKeep-Alive: 5\r\nTE: gzip\r\nX-Stays: 1\r\n'),
  );
  const [request = ''] = lb.target.requests;
  for (const name of ['Connection', 'X-Own', 'Keep-Alive', 'TE']) t.deepEqual(field(request, name), [], name);
  t.deepEqual(field(request, 'X-Stays'), ['1']);
  for (const name of ['Keep-Alive', 'X-Hop']) t.deepEqual(field(answer, name), [], name);
  t.deepEqual(field(answer, 'X-End'), ['2']);
  t.deepEqual(field(answer, 'Connection'), ['close']);
});

test('preserve_host_header sends Host as it came; an absolute target names the host otherwise', async (t) => {
  const kept = await before(t, answering(OK), { loadBalancer: { preserveHostHeader: true } });
  await exchangeRaw(kept.port, GET('/', 'Connection: close\r\n'));
  t.deepEqual(field(kept.target.requests[0] ?? '', 'Host'), ['example.com']);
  const lb = await before(t, answering(OK));
  await exchangeRaw(lb.port, 'GET http://other.example/x?y HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n');
  t.true(lb.target.requests[0]?.startsWith('GET /x?y HTTP/1.1\r\n'));
  t.deepEqual(field(lb.target.requests[0] ?? '', 'Host'), [`other.example:${lb.port}`]);
});

test('HTTP/1.0 without Host gets the load balancer’s name; its connection ends', async (t) => {
  const lb = await before(t, answering(OK));
  const answer = await exchangeRaw(lb.port, 'GET / HTTP/1.0\r\n\r\n');
  t.true(answer.endsWith('\r\n\r\nok'));
  t.regex(lb.target.requests[0] ?? '', /\r\nHost: main-1\.us-east-1\.elb\.amazonaws\.com/);
});

test('connections are kept on both sides, and pipelined requests are answered in order', async (t) => {
  const lb = await before(
    t,
    answering((request) => `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n${/GET \/(\d\d)/.exec(request)?.[1]}`),
  );
  const client = rawClient(lb.port, Array.from({ length: 20 }, (_, i) => GET(`/${10 + i}`)).join(''));
  const text = await client.until('HTTP/1.1 200', 20);
  await client.until('29');
  t.deepEqual(
    [...text.matchAll(/\r\n\r\n(\d\d)/g)].map((m) => m[1]).slice(0, 19),
    Array.from({ length: 19 }, (_, i) => String(10 + i)),
  );
  t.is(lb.target.connections, 1);
  client.socket.destroy();
});

test('bodies of both framings stream through, with trailers', async (t) => {
  const lb = await before(
    t,
    answering('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwiki\r\n0\r\nX-Sum: 1\r\n\r\n'),
  );
  const client = rawClient(lb.port, 'POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab');
  client.send('c\r\n0\r\nX-T: v\r\n\r\n');
  const answer = await client.until('X-Sum: 1\r\n\r\n');
  t.true(lb.target.requests[0]?.endsWith('\r\n\r\n3\r\nabc\r\n0\r\nX-T: v\r\n\r\n'));
  t.deepEqual(field(lb.target.requests[0] ?? '', 'Transfer-Encoding'), ['chunked']);
  t.true(answer.endsWith('\r\n\r\n4\r\nwiki\r\n0\r\nX-Sum: 1\r\n\r\n'));
  client.send('POST /l HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe');
  client.send('llo');
  await client.until('X-Sum', 2);
  t.true(lb.target.requests[1]?.endsWith('\r\n\r\nhello'));
  t.is(lb.target.connections, 1);
  client.socket.destroy();
});

test('HEAD, 204 and 304 have no body, and the connection goes on', async (t) => {
  const lb = await before(
    t,
    answering((request) =>
      request.startsWith('HEAD')
        ? 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n'
        : request.includes('/204')
          ? 'HTTP/1.1 204 No Content\r\n\r\n'
          : 'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 7\r\n\r\n',
    ),
  );
  const client = rawClient(lb.port, `HEAD / HTTP/1.1\r\nHost: a\r\n\r\n${GET('/204')}${GET('/304')}`);
  const text = await client.until(
    '304 Not Modified\r\nETag: "x"\r\nContent-Length: 7\r\nConnection: keep-alive\r\n\r\n',
  );
  t.regex(
    text,
    /200 OK\r\nContent-Length: 100\r\nConnection: keep-alive\r\n\r\nHTTP\/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\nHTTP/,
  );
  t.is(lb.target.connections, 1);
  client.socket.destroy();
});

test('a body that the target ends by closing reaches HTTP/1.1 in chunks and HTTP/1.0 as it is', async (t) => {
  const lb = await before(t, (received, socket) => {
    if (!received.includes('\r\n\r\n')) return null;
    socket.end('HTTP/1.1 200 OK\r\n\r\nuntil the end');
    return null;
  });
  const modern = rawClient(lb.port, GET());
  const text = await modern.until('0\r\n\r\n');
  t.regex(text, /Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\nd\r\nuntil the end\r\n0\r\n\r\n$/);
  modern.socket.destroy();
  const old = await exchangeRaw(lb.port, 'GET / HTTP/1.0\r\nHost: a\r\n\r\n');
  t.regex(old, /Connection: close\r\n\r\nuntil the end$/);
});

test('chunks reach an HTTP/1.0 client as payload', async (t) => {
  const lb = await before(
    t,
    answering('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n'),
  );
  const text = await exchangeRaw(lb.port, 'GET / HTTP/1.0\r\nHost: a\r\n\r\n');
  t.true(text.endsWith('Connection: close\r\n\r\nabcde'));
  t.deepEqual(field(text, 'Transfer-Encoding'), []);
});

test('Expect is answered by the load balancer and not sent on', async (t) => {
  const lb = await before(t, answering(OK));
  const client = rawClient(lb.port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n');
  t.is(await client.until('\r\n\r\n'), 'HTTP/1.1 100 Continue\r\n\r\n');
  client.send('body');
  await client.until('200 OK');
  t.deepEqual(field(lb.target.requests[0] ?? '', 'Expect'), []);
  client.socket.destroy();
});

test('interim responses other than 100 pass', async (t) => {
  const lb = await before(
    t,
    answering(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n${OK}`),
  );
  const text = await exchangeRaw(lb.port, GET('/', 'Connection: close\r\n'));
  t.regex(text, /^HTTP\/1.1 103 Early Hints\r\nLink: <\/a>\r\n\r\nHTTP\/1.1 200 OK\r\n/);
});

test('an upgrade becomes a tunnel both ways, counted as under way until it ends', async (t) => {
  const lb = await before(t, (received, socket) => {
    if (received.startsWith('GET') && received.includes('\r\n\r\n')) {
      const early = received.slice(received.indexOf('\r\n\r\n') + 4);
      return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\nhello${early}`;
    }
    if (received === 'bye') socket.end('ended');
    return received === 'bye' ? null : `<${received}>`;
  });
  const client = rawClient(
    lb.port,
    GET('/ws', 'Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Key: k\r\n'),
  );
  const head = await client.until('hello');
  t.regex(
    head,
    /^HTTP\/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\nhello$/,
  );
  t.deepEqual(field(lb.target.requests[0] ?? '', 'Upgrade'), ['websocket']);
  client.send('\x81\x00\xff');
  await client.until('<\x81\x00\xff>');
  client.send('bye');
  t.true((await client.ended).endsWith('ended'));
});

test('a large body is held back by a client that does not read, and arrives whole', async (t) => {
  const size = 24 * 1024 * 1024;
  const { promise: writing, resolve } = Promise.withResolvers<Socket>();
  const lb = await before(t, (received, socket) => {
    if (!received.includes('\r\n\r\n')) return null;
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
    socket.write(Buffer.alloc(size, 'y'));
    resolve(socket);
    return null;
  });
  const client = rawClient(lb.port, GET('/', 'Connection: close\r\n'));
  client.socket.pause();
  const upstream = await writing;
  for (let round = 0; round < 2_000; round++) await new Promise((done) => setImmediate(done));
  // Flow control: the target is left with bytes that it cannot get rid of.
  t.true(upstream.writableLength > 0);
  client.socket.resume();
  const text = await client.ended;
  t.is(text.length - text.indexOf('\r\n\r\n') - 4, size);
});

test('a large upload is held back by a target that does not read, and arrives whole', async (t) => {
  const size = 16 * 1024 * 1024;
  let taken = 0;
  const lb = await before(t, (received, socket) => {
    if (taken === 0) {
      socket.pause();
      setImmediate(() => setImmediate(() => socket.resume()));
    }
    taken = received.length;
    return received.length - received.indexOf('\r\n\r\n') - 4 >= size ? OK : null;
  });
  const client = rawClient(
    lb.port,
    `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n`,
  );
  client.send(Buffer.alloc(size, 'z'));
  t.regex(await client.ended, /200 OK/);
  t.true(taken > size);
});

test('a change of rules takes effect at once and drops no connection', async (t) => {
  const lb = await before(t, answering(OK), { groups: [targetGroup('web'), targetGroup('other')] });
  const other = await rawTarget(answering('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother'));
  const client = rawClient(lb.port, GET('/x'));
  await client.until('ok');
  await lb.handlers.rules.put(
    rule(1, [{ field: 'path-pattern', values: ['/x'] }], [forwardTo('other')]),
    null,
    lb.signal,
  );
  await lb.registered('other', other.port);
  client.send(GET('/x'));
  await client.until('other');
  await lb.handlers.rules.remove(rule(1, [], []), lb.signal);
  client.send(GET('/x', 'Connection: close\r\n'));
  t.is((await client.ended).match(/\r\n\r\nok/g)?.length, 2);
  await other.close();
});

test('removing a listener ends idle connections and lets requests under way finish', async (t) => {
  const { promise: asked, resolve: tellAsked } = Promise.withResolvers<() => void>();
  const lb = await before(t, (received, socket) => {
    if (received.includes('\r\n\r\n')) tellAsked(() => socket.write(OK));
    return null;
  });
  const idle = rawClient(lb.port);
  const busy = rawClient(lb.port, GET());
  const answer = await asked;
  await lb.handlers.listeners.remove(lb.definition, lb.signal);
  t.is(await idle.ended, '');
  answer();
  t.regex(await busy.ended, /200 OK[\s\S]*ok$/);
  t.is(await exchangeRaw(lb.port, GET()), '');
});

test('targets of an HTTPS group are reached and checked over TLS, whoever signed their certificate', async (t) => {
  const { material, dispose } = await makeMaterial();
  const server = createServer({ key: material.serverKeyPem, cert: material.serverCertificatePem }, (req, res) =>
    req.on('data', () => undefined).on('end', () => res.end(`secret ${req.url}`)),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const lb = await startBalancer({ groups: [targetGroup('web', { protocol: 'HTTPS' })] });
  t.teardown(async () => {
    await lb.balancer.close();
    server.close();
    await dispose();
  });
  await lb.registered('web', (server.address() as AddressInfo).port);
  const client = rawClient(lb.port, GET('/1') + GET('/2', 'Connection: close\r\n'));
  t.regex(await client.ended, /secret \/1[\s\S]*secret \/2$/);
});

test('a connection older than client_keep_alive ends with its next response', async (t) => {
  const clock = createManualClock();
  const lb = await before(t, answering(OK), {
    clock,
    loadBalancer: { clientKeepAliveSeconds: 60, idleTimeoutSeconds: 4_000 },
  });
  const { promise: asked, resolve: tell } = Promise.withResolvers<() => void>();
  const slow = await rawTarget((received, socket) => {
    if (received.includes('\r\n\r\n')) tell(() => socket.write(OK));
    return null;
  });
  t.teardown(() => slow.close());
  const client = rawClient(lb.port, GET());
  t.regex(await client.until('ok'), /Connection: keep-alive/);
  await lb.balancer.deregister(lb.arnOf('web'), { id: '127.0.0.1', port: lb.target.port });
  await lb.registered('web', slow.port);
  client.send(GET());
  const answer = await asked;
  await clock.advance(61_000);
  answer();
  t.regex(await client.ended, /Connection: close\r\n\r\nok$/);
});
