/** What the load balancer answers itself, and when it gives up on either side. */
import test, { type ExecutionContext } from 'ava';
import { createManualClock } from '../clock.ts';
import { networkPolicyOf } from './balancer.ts';
import { loadBalancer, rule, startBalancer, targetGroup, target as targetOf } from './testing/builders.ts';
import { answering, exchangeRaw, OK, rawClient, rawTarget } from './testing/raw-client.ts';

type Setup = Parameters<typeof startBalancer>[0];

async function before(t: ExecutionContext, answer: Parameters<typeof rawTarget>[0], setup: Setup = {}) {
  const target = await rawTarget(answer);
  const lb = await startBalancer(setup);
  t.teardown(async () => {
    await lb.balancer.close();
    await target.close();
  });
  await lb.registered('web', target.port);
  return { ...lb, target };
}

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const status = (text: string): string => text.split('\r\n')[0] ?? '';
const stats = (lb: Awaited<ReturnType<typeof startBalancer>>) => lb.balancer.targetStats()[0]!;

/** Moves the clock on until the promise is settled, half a second at a time. */
async function whileAdvancing<T>(
  clock: ReturnType<typeof createManualClock>,
  work: Promise<T>,
  limitMs: number,
): Promise<T> {
  let over = false;
  const watched = work.finally(() => {
    over = true;
  });
  for (let passed = 0; passed < limitMs && !over; passed += 500) {
    await clock.advance(500);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return watched;
}

test('no registered target: 503, with the page that ALB gives', async (t) => {
  const lb = await startBalancer();
  t.teardown(() => lb.balancer.close());
  const text = await exchangeRaw(lb.port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  t.is(status(text), 'HTTP/1.1 503 Service Temporarily Unavailable');
  t.regex(text, /\r\nServer: awselb\/2.0\r\n/);
  t.true(
    text.endsWith(
      '<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>\r\n',
    ),
  );
});

test('a 503 to a request with a body keeps the connection in step', async (t) => {
  const lb = await startBalancer();
  t.teardown(() => lb.balancer.close());
  const client = rawClient(lb.port, `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody${GET}`);
  await client.until('HTTP/1.1 503', 2);
  t.notRegex(client.text(), /400/);
  client.socket.destroy();
});

for (const [what, answer] of [
  ['no HTTP', 'SSH-2.0-x\r\n\r\n'],
  ['no HTTP, in a line that is all', 'SSH-2.0-x\r\n'],
  ['with lines that end in LF alone', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok'],
  ['a malformed status', 'HTTP/1.1 abc OK\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx'],
  ['a negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
  ['a bad transfer coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n'],
  ['a bad first chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxx\r\n'],
  ['a header that is too long', `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(40_000)}\r\n\r\n`],
  ['a null in a header', 'HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n'],
  ['a bare line feed in a header', 'HTTP/1.1 200 OK\r\nX: a\nSet-Cookie: b\r\n\r\n'],
  ['a switch of protocols that nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'],
] as const)
  test(`a target that answers ${what}: 502`, async (t) => {
    const lb = await before(t, answering(answer));
    const client = rawClient(lb.port, GET);
    t.is(status(await client.until('</html>')), 'HTTP/1.1 502 Bad Gateway');
    t.is(stats(lb).failed, 1);
    client.socket.destroy();
  });

test('a target that resets or closes before an answer: 502, POST and first connections are never repeated', async (t) => {
  let how: 'reset' | 'close' = 'reset';
  const lb = await before(t, (received, socket) => {
    if (!received.includes('\r\n\r\n')) return null;
    if (how === 'reset') socket.resetAndDestroy();
    else socket.destroy();
    return null;
  });
  const post = 'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx';
  t.is(status(await exchangeRaw(lb.port, post)), 'HTTP/1.1 502 Bad Gateway');
  how = 'close';
  t.is(status(await exchangeRaw(lb.port, post)), 'HTTP/1.1 502 Bad Gateway');
  t.is(lb.target.connections, 2);
  t.is(stats(lb).retries, 0);
});

test('a kept connection that closes as it is used again: GET is repeated once, POST is a 502', async (t) => {
  let seen = 0;
  const lb = await before(t, (received, socket) => {
    const answer = answering(OK)(received);
    if (answer === null) return null;
    seen++;
    if (seen % 2 === 1) return answer;
    socket.destroy();
    return null;
  });
  const client = rawClient(lb.port, GET);
  await client.until('ok');
  client.send(GET);
  await client.until('ok', 2);
  t.is(stats(lb).retries, 1);
  client.send('POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx');
  t.regex(await client.ended, /HTTP\/1.1 502 Bad Gateway/);
  t.is(stats(lb).retries, 1);
});

test('a response that breaks off is a broken connection, not a whole response', async (t) => {
  const lb = await before(t, (received, socket) => {
    if (!received.includes('\r\n\r\n')) return null;
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf');
    return null;
  });
  const client = rawClient(lb.port, GET);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  client.socket.on('close', resolve);
  t.true(await promise, 'closed by a reset');
});

test('a refused connection: 502 and TargetConnectionErrorCount', async (t) => {
  const gone = await rawTarget(() => null);
  await gone.close();
  const lb = await startBalancer();
  t.teardown(() => lb.balancer.close());
  lb.balancer.register(lb.arnOf('web'), targetOf(gone.port));
  t.is(
    status(await exchangeRaw(lb.port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')),
    'HTTP/1.1 502 Bad Gateway',
  );
  t.like(stats(lb), { connectionErrors: 1, failed: 1, requests: 1 });
});

test('a target that does not answer: 504 after the idle timeout', async (t) => {
  const clock = createManualClock();
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const lb = await before(
    t,
    (received) => {
      if (received.includes('\r\n\r\n')) resolve();
      return null;
    },
    { clock, loadBalancer: { idleTimeoutSeconds: 7 } },
  );
  const client = rawClient(lb.port, GET);
  await asked;
  const startedMs = clock.now();
  t.is(status(await whileAdvancing(clock, client.until('</html>'), 20_000)), 'HTTP/1.1 504 Gateway Time-out');
  t.true(clock.now() - startedMs >= 7_000 && clock.now() - startedMs <= 8_500);
  client.socket.destroy();
});

test('security groups that block: health check Target.Timeout, client 504 after ten seconds', async (t) => {
  const clock = createManualClock();
  const target = await rawTarget(answering(OK));
  const lb = await startBalancer({ clock });
  t.teardown(async () => {
    await lb.balancer.close();
    await target.close();
  });
  const base = {
    type: 'aws_security_group',
    stack: 's',
    dependsOn: [],
    digest: '',
    ignoreChanges: [],
    attributes: {},
    tags: {},
  };
  const [out, task] = [['sg-lb'], ['sg-task']];
  const all = { protocol: '-1', fromPort: 0, toPort: 0, cidrBlocks: ['0.0.0.0/0'], securityGroupIds: [] };
  lb.balancer.setNetworkPolicy(
    networkPolicyOf([
      { ...base, address: 'a', id: out[0]!, name: 'a', ingress: [all], egress: [all] },
      { ...base, address: 'b', id: task[0]!, name: 'b', ingress: [], egress: [all] },
    ]),
  );
  const unhealthy = lb.registered('web', target.port, 'unhealthy');
  await whileAdvancing(clock, unhealthy, 90_000);
  t.like(lb.balancer.health(lb.arnOf('web'))[0], {
    state: 'unhealthy',
    reason: 'Target.Timeout',
    description: 'Request timed out',
  });
  const client = rawClient(lb.port, GET);
  while (stats(lb).requests === 0) await new Promise((resolve) => setImmediate(resolve));
  const startedMs = clock.now();
  t.is(status(await whileAdvancing(clock, client.until('</html>'), 30_000)), 'HTTP/1.1 504 Gateway Time-out');
  t.true(clock.now() - startedMs >= 10_000 && clock.now() - startedMs <= 12_000);
  t.is(target.connections, 0);
  client.socket.destroy();
});

test('a client that leaves before the answer: the request to the target is given up, counted as 460', async (t) => {
  const clock = createManualClock();
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const lb = await before(
    t,
    (received) => {
      if (received.includes('\r\n\r\n')) resolve();
      return null;
    },
    { clock },
  );
  const client = rawClient(lb.port, GET);
  await asked;
  const [upstream] = lb.target.open;
  const closed = new Promise((done) => upstream?.on('close', done));
  client.socket.destroy();
  await closed;
  await clock.advance(1_000);
  const points = lb.metrics.query({
    namespace: 'AWS/ApplicationELB',
    name: 'HTTPCode_ELB_4XX_Count',
    dimensions: { LoadBalancer: loadBalancer().arnSuffix },
    startMs: 0,
    endMs: clock.now() + 1,
    periodSeconds: 60,
    statistic: 'Sum',
  });
  t.is(points[0]?.value, 1);
});

test('a client that sends no whole head: 408 after the idle timeout, however slowly it goes on', async (t) => {
  const clock = createManualClock();
  const lb = await startBalancer({ clock, loadBalancer: { idleTimeoutSeconds: 5 } });
  t.teardown(() => lb.balancer.close());
  const client = rawClient(lb.port, 'GET / HTTP/1.1\r\nX-A: ');
  let over = false;
  void client.ended.then(() => {
    over = true;
  });
  for (let i = 0; i < 40 && !over; i++) {
    client.send('a');
    await clock.advance(500);
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.is(status(await client.ended), 'HTTP/1.1 408 Request Time-out');
});

test('a client that stops in the middle of its body: 408; an idle one is closed without a word', async (t) => {
  const clock = createManualClock();
  const lb = await before(t, () => null, { clock, loadBalancer: { idleTimeoutSeconds: 5 } });
  const idle = rawClient(lb.port);
  const slow = rawClient(lb.port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf');
  while (stats(lb).requests === 0) await new Promise((resolve) => setImmediate(resolve));
  t.is(status(await whileAdvancing(clock, slow.ended, 20_000)), 'HTTP/1.1 408 Request Time-out');
  t.is(await whileAdvancing(clock, idle.ended, 20_000), '');
});

test('redirects fill in what they keep of the request', async (t) => {
  const redirect = {
    type: 'redirect',
    protocol: 'HTTPS',
    host: '#{host}',
    port: '443',
    path: '/#{path}',
    query: '#{query}',
    statusCode: 301,
  } as const;
  const other = {
    ...redirect,
    protocol: '#{protocol}',
    host: 'new.#{host}',
    port: '#{port}',
    path: '/new/#{path}',
    query: 'from=#{path}',
    statusCode: 302,
  } as const;
  const lb = await startBalancer({
    actions: [redirect],
    rules: [rule(1, [{ field: 'path-pattern', values: ['/o*'] }], [other])],
  });
  t.teardown(() => lb.balancer.close());
  const locationOf = async (path: string): Promise<string | undefined> =>
    /^Location: (.*)\r$/m.exec(
      await exchangeRaw(lb.port, `GET ${path} HTTP/1.1\r\nHost: a.example:1\r\nConnection: close\r\n\r\n`),
    )?.[1];
  t.is(await locationOf('/x/y?q=1'), 'https://a.example:443/x/y?q=1');
  t.is(await locationOf('/x'), 'https://a.example:443/x');
  t.is(await locationOf('/old'), `http://new.a.example:${lb.port}/new/old?from=old`);
});

test('fixed responses carry their status, type and body', async (t) => {
  const lb = await startBalancer({
    actions: [{ type: 'fixed-response', statusCode: 404, contentType: 'application/json', body: '{"é":1}' }],
  });
  t.teardown(() => lb.balancer.close());
  const text = await exchangeRaw(lb.port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  t.is(status(text), 'HTTP/1.1 404 Not Found');
  t.regex(text, /\r\nContent-Type: application\/json; charset=utf-8\r\n/);
  t.is(Buffer.from(text.slice(text.indexOf('\r\n\r\n') + 4), 'latin1').toString(), '{"é":1}');
});

test('a port in use and an address that is not there are coded errors that name address, port and fix', async (t) => {
  const taken = await rawTarget(() => null);
  t.teardown(() => taken.close());
  const bind = (endpoint: { host: string; port: number }) =>
    t.throwsAsync(startBalancer({ groups: [targetGroup('web')], addresses: { listener: () => endpoint } }));
  const inUse = (await bind({ host: '127.0.0.1', port: taken.port })) as Error & {
    code?: string;
    problems?: { fix?: string }[];
  };
  t.is(inUse.code, 'PORT_IN_USE');
  t.regex(inUse.message, new RegExp(`127\\.0\\.0\\.1:${taken.port}[\\s\\S]*fix:`));
  const missing = (await bind({ host: '192.0.2.1', port: 20_080 })) as Error & { code?: string };
  t.is(missing.code, 'ADDRESS_UNAVAILABLE');
});
