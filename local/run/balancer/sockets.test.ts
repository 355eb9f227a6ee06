/** The load balancer over real sockets: what clients and targets see. */
import { createServer, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import test from 'ava';
import type { Listener, ListenerRule, LoadBalancer, TargetGroup } from '../../topology.ts';
import { createClock } from '../clock.ts';
import type { AddressBook } from '../contracts.ts';
import { createEventLog } from '../events.ts';
import { createMetricStore } from '../metrics/store.ts';
import { createRandom } from '../random.ts';
import { type Balancer, createBalancer } from './balancer.ts';

const signal = new AbortController().signal;
const listenerPort = 80;

interface Seen {
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly body: string;
  readonly url: string;
}

/** A target that remembers what it got; `answer` decides what it does. */
async function startTarget(
  answer: (req: IncomingMessage, res: import('node:http').ServerResponse, body: string) => void,
) {
  const seen: Seen[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (c: Buffer) => chunks.push(c));
    req.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      if (req.headers['user-agent'] !== 'ELB-HealthChecker/2.0')
        seen.push({ headers: req.headers, rawHeaders: req.rawHeaders, body, url: req.url ?? '' });
      answer(req, res, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, seen, port: (server.address() as { port: number }).port };
}

const loadBalancer = (part: Partial<LoadBalancer> = {}): LoadBalancer =>
  ({
    arn: 'lb',
    arnSuffix: 'app/lb/1',
    name: 'lb',
    address: 's/aws_lb.lb',
    securityGroupIds: [],
    subnetIds: [],
    clientKeepAliveSeconds: 3600,
    idleTimeoutSeconds: 60,
    xffMode: 'append',
    xffClientPort: false,
    dropInvalidHeaderFields: false,
    preserveHostHeader: false,
    desyncMode: 'defensive',
    ...part,
  }) as unknown as LoadBalancer;

const targetGroup = (arn: string, part: Partial<TargetGroup> = {}): TargetGroup =>
  ({
    arn,
    arnSuffix: `targetgroup/${arn}/1`,
    name: arn,
    deregistrationDelaySeconds: 300,
    slowStartSeconds: 0,
    algorithm: 'round_robin',
    stickiness: null,
    healthCheck: {
      path: '/',
      port: 'traffic-port',
      intervalSeconds: 5,
      timeoutSeconds: 2,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
      matcher: '200-499',
    },
    ...part,
  }) as unknown as TargetGroup;

const forwardTo = (...arns: string[]) => [
  { type: 'forward' as const, targetGroups: arns.map((arn) => ({ arn, weight: 1 })), stickinessSeconds: null },
];

async function setUp(
  lbPart: Partial<LoadBalancer> = {},
  groupPart: Partial<TargetGroup> = {},
): Promise<{ balancer: Balancer; port: number; events: ReturnType<typeof createEventLog> }> {
  const clock = createClock(10);
  const events = createEventLog(clock);
  const addresses = { listener: () => ({ host: '127.0.0.1', port: 0 }) } as unknown as AddressBook;
  const balancer = createBalancer({
    clock,
    random: createRandom('test'),
    events,
    addresses,
    metrics: createMetricStore({ clock }),
  });
  await balancer.handlers.loadBalancers.put(loadBalancer(lbPart), null, signal);
  await balancer.handlers.targetGroups.put(targetGroup('tg', groupPart), null, signal);
  await balancer.handlers.listeners.put(
    {
      arn: 'l',
      loadBalancerArn: 'lb',
      port: listenerPort,
      protocol: 'HTTP',
      defaultActions: forwardTo('tg'),
      address: 's/l',
      ignoreChanges: [],
    } as unknown as Listener,
    null,
    signal,
  );
  return { balancer, port: balancer.view.listeners()[0]?.endpoint.port ?? 0, events };
}

/** Registers a target and waits until it is healthy. */
function join(balancer: Balancer, port: number, group = 'tg'): Promise<void> {
  return new Promise((resolve) => {
    const end = balancer.onChange((arn, health) => {
      if (arn !== group || health.target.port !== port || health.state !== 'healthy') return;
      end();
      resolve();
    });
    balancer.register(group, {
      id: '127.0.0.1',
      port,
      endpoint: { host: '127.0.0.1', port },
      zone: 'a',
      securityGroupIds: [],
    });
  });
}

/** Sends raw bytes and gives all that comes back. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(text));
    let out = '';
    socket.on('data', (c) => {
      out += c.toString();
    });
    socket.on('close', () => resolve(out));
    socket.on('error', () => resolve(out));
  });
}

test('a request reaches its target with the headers a load balancer adds, and the answer comes back whole', async (t) => {
  const { balancer, port } = await setUp();
  const target = await startTarget((_req, res, body) => {
    res.writeHead(201, { 'x-answer': 'yes', 'content-type': 'text/plain' });
    res.end(`got ${body}`);
  });
  t.teardown(async () => {
    await balancer.close();
    target.server.close();
  });
  await join(balancer, target.port);
  const response = await fetch(`http://127.0.0.1:${port}/a/b?c=d`, {
    method: 'POST',
    body: 'x'.repeat(100_000),
    headers: { 'x-forwarded-for': '10.1.2.3', 'x-amzn-trace-id': 'Root=1-5f-abc' },
  });
  t.is(response.status, 201);
  t.is(response.headers.get('x-answer'), 'yes');
  t.is((await response.text()).length, 100_004);
  const [seen] = target.seen;
  t.is(seen?.url, '/a/b?c=d');
  t.is(seen?.headers['x-forwarded-for'], '10.1.2.3, 127.0.0.1');
  t.is(seen?.headers['x-forwarded-proto'], 'http');
  t.is(seen?.headers['x-forwarded-port'], String(port), 'the port the client connected to');
  t.regex(String(seen?.headers['x-amzn-trace-id']), /^Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-5f-abc$/);
  t.is(seen?.headers.host, `127.0.0.1:${port}`);
});

test('no trace id: a new Root; HEAD, 204 and 304 pass without a body', async (t) => {
  const { balancer, port } = await setUp();
  const target = await startTarget((req, res) => {
    res.writeHead(req.url === '/204' ? 204 : req.url === '/304' ? 304 : 200, { etag: '"1"' });
    res.end(req.url === '/200' ? 'body' : undefined);
  });
  t.teardown(async () => {
    await balancer.close();
    target.server.close();
  });
  await join(balancer, target.port);
  t.is((await fetch(`http://127.0.0.1:${port}/200`, { method: 'HEAD' })).status, 200);
  t.is((await fetch(`http://127.0.0.1:${port}/204`)).status, 204);
  t.is((await fetch(`http://127.0.0.1:${port}/304`)).status, 304);
  t.regex(String(target.seen[0]?.headers['x-amzn-trace-id']), /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
});

test('503 without targets, 502 from a target that closes, 504 from one that is too slow', async (t) => {
  const { balancer, port } = await setUp({ idleTimeoutSeconds: 1 });
  t.teardown(() => balancer.close());
  const none = await fetch(`http://127.0.0.1:${port}/`);
  t.is(none.status, 503);
  t.is(none.headers.get('server'), 'awselb/2.0');
  t.regex(await none.text(), /503 Service Temporarily Unavailable/);
  const target = await startTarget((req, res) => {
    if (req.url === '/close') res.destroy();
    else if (req.url === '/') res.end('ok');
  });
  t.teardown(() => {
    target.server.closeAllConnections();
    target.server.close();
  });
  await join(balancer, target.port);
  t.is((await fetch(`http://127.0.0.1:${port}/close`, { method: 'POST', body: 'x' })).status, 502);
  t.is(target.seen.filter((s) => s.url === '/close').length, 1, 'a request that was sent is not sent again');
  t.is((await fetch(`http://127.0.0.1:${port}/slow`)).status, 504);
});

test('draining: no new requests, the one in flight finishes, then the target is gone', async (t) => {
  const { balancer, port } = await setUp();
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let arrived = (): void => {};
  const began = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const first = await startTarget((req, res) => {
    if (req.url !== '/hold') return res.end('first');
    arrived();
    void held.then(() => res.end('first, at last'));
  });
  t.teardown(async () => {
    await balancer.close();
    first.server.close();
  });
  await join(balancer, first.port);
  const inFlight = fetch(`http://127.0.0.1:${port}/hold`);
  await began;
  const drained = balancer.deregister('tg', { id: '127.0.0.1', port: first.port });
  t.is(balancer.health('tg')[0]?.state, 'draining');
  t.is((await fetch(`http://127.0.0.1:${port}/`)).status, 503);
  release();
  t.is(await (await inFlight).text(), 'first, at last');
  await drained;
  t.deepEqual(balancer.health('tg'), []);
});

test('past the deregistration delay a request in flight gets a 502', async (t) => {
  const { balancer, port } = await setUp({}, { deregistrationDelaySeconds: 1 });
  let arrived = (): void => {};
  const began = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const target = await startTarget((req, res) => {
    if (req.url === '/hold') arrived();
    else res.end('ok');
  });
  t.teardown(async () => {
    await balancer.close();
    target.server.closeAllConnections();
    target.server.close();
  });
  await join(balancer, target.port);
  const inFlight = fetch(`http://127.0.0.1:${port}/hold`, { method: 'POST', body: 'x' });
  await began;
  await balancer.deregister('tg', { id: '127.0.0.1', port: target.port });
  t.is((await inFlight).status, 502);
});

test('rules: fixed response, redirect, and a rule that moves without a restart', async (t) => {
  const { balancer, port } = await setUp();
  t.teardown(() => balancer.close());
  const put = (priority: number, path: string, actions: ListenerRule['actions']) =>
    balancer.handlers.rules.put(
      {
        arn: `r${priority}`,
        listenerArn: 'l',
        priority,
        conditions: [{ field: 'path-pattern', values: [path] }],
        actions,
        address: `s/r${priority}`,
        ignoreChanges: [],
      } as unknown as ListenerRule,
      null,
      signal,
    );
  await put(1, '/fixed*', [{ type: 'fixed-response', statusCode: 418, contentType: 'text/plain', body: 'teapot' }]);
  await put(2, '/old/*', [
    {
      type: 'redirect',
      protocol: '#{protocol}',
      host: '#{host}',
      port: '8443',
      path: '/new/#{path}',
      query: '#{query}',
      statusCode: 301,
    },
  ]);
  const fixed = await fetch(`http://127.0.0.1:${port}/fixed`);
  t.deepEqual([fixed.status, await fixed.text()], [418, 'teapot']);
  const moved = await fetch(`http://127.0.0.1:${port}/old/x?y=1`, { redirect: 'manual' });
  t.deepEqual([moved.status, moved.headers.get('location')], [301, 'http://127.0.0.1:8443/new/old/x?y=1']);
  await put(1, '/elsewhere', [{ type: 'fixed-response', statusCode: 418, contentType: 'text/plain', body: 'teapot' }]);
  t.is((await fetch(`http://127.0.0.1:${port}/fixed`)).status, 503);
});

// ELB load-balancer-troubleshooting, and requests that try to be two.
for (const [what, text, status] of [
  ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde', 400],
  ['a bad chunk', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n', 400],
  ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['a space in a header name', 'GET / HTTP/1.1\r\nHost: x\r\nBad Name: 1\r\n\r\n', 400],
  ['TRACE', 'TRACE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 405],
  ['a URI over 16 KiB', `GET /${'a'.repeat(17_000)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, 414],
  [
    'a header over 16 KiB',
    `GET / HTTP/1.1\r\nHost: x\r\nX-Big: ${'a'.repeat(17_000)}\r\nConnection: close\r\n\r\n`,
    400,
  ],
  [
    'headers over 64 KiB',
    `GET / HTTP/1.1\r\nHost: x\r\n${Array.from({ length: 9 }, (_, i) => `X-${i}: ${'a'.repeat(8000)}\r\n`).join('')}\r\n`,
    400,
  ],
  [
    '31 forwarded addresses',
    `GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${Array(31).fill('10.0.0.1').join(', ')}\r\nConnection: close\r\n\r\n`,
    463,
  ],
  ['no HTTP at all', 'hello there\r\n\r\n', 400],
] as const)
  test(`${what} is answered with ${status}`, async (t) => {
    const { balancer, port } = await setUp();
    const target = await startTarget((_req, res) => res.end('ok'));
    t.teardown(async () => {
      await balancer.close();
      target.server.close();
    });
    await join(balancer, target.port);
    t.is(Number(/^HTTP\/1\.1 (\d+)/.exec(await raw(port, text))?.[1]), status);
    t.is(target.seen.length, 0, 'nothing of it reached the target');
    t.is((await fetch(`http://127.0.0.1:${port}/`)).status, 200, 'the listener serves on');
  });

test('a WebSocket upgrade passes both ways', async (t) => {
  const { balancer, port } = await setUp();
  const target = await startTarget((_req, res) => res.end('ok'));
  target.server.on('upgrade', (_req, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    socket.on('data', (c: Buffer) => socket.write(`echo ${c}`));
  });
  t.teardown(async () => {
    await balancer.close();
    target.server.closeAllConnections();
    target.server.close();
  });
  await join(balancer, target.port);
  const got = await new Promise<string>((resolve, reject) => {
    const req = request({
      host: '127.0.0.1',
      port,
      path: '/ws',
      headers: { Connection: 'Upgrade', Upgrade: 'websocket' },
    });
    req.on('upgrade', (_res, socket) => {
      socket.on('data', (c: Buffer) => {
        resolve(c.toString());
        socket.destroy();
      });
      socket.write('hi');
    });
    req.on('error', reject);
    req.end();
  });
  t.is(got, 'echo hi');
});

test('a client that goes away ends the target’s work, and the target is idle again', async (t) => {
  const { balancer, port } = await setUp();
  let closed = (): void => {};
  const gone = new Promise<void>((resolve) => {
    closed = resolve;
  });
  let arrived = (): void => {};
  const began = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const target = await startTarget((req, res) => {
    if (req.url !== '/long') return res.end('ok');
    res.on('close', closed);
    arrived();
  });
  t.teardown(async () => {
    await balancer.close();
    target.server.close();
  });
  await join(balancer, target.port);
  const controller = new AbortController();
  const pending = fetch(`http://127.0.0.1:${port}/long`, { signal: controller.signal }).catch(() => null);
  await began;
  controller.abort();
  await pending;
  await gone;
  await balancer.deregister('tg', { id: '127.0.0.1', port: target.port });
  t.pass('draining ended at once: nothing was in flight');
});

test('a port that is taken is an error that says so', async (t) => {
  const { balancer, port } = await setUp();
  t.teardown(() => balancer.close());
  const clock = createClock();
  const second = createBalancer({
    clock,
    random: createRandom('x'),
    events: createEventLog(clock),
    addresses: { listener: () => ({ host: '127.0.0.1', port }) } as unknown as AddressBook,
    metrics: createMetricStore({ clock }),
  });
  t.teardown(() => second.close());
  await second.handlers.loadBalancers.put(loadBalancer(), null, signal);
  const error = await t.throwsAsync(async () =>
    second.handlers.listeners.put(
      {
        arn: 'l',
        loadBalancerArn: 'lb',
        port: 80,
        protocol: 'HTTP',
        defaultActions: forwardTo('tg'),
        address: 's/l',
        ignoreChanges: [],
      } as unknown as Listener,
      null,
      signal,
    ),
  );
  t.is((error as unknown as { code: string }).code, 'PORT_IN_USE');
});
