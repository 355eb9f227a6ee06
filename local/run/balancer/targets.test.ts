/** Registration, health checks, draining, fail-open, slow start, stickiness: the life of targets. */
import test, { type ExecutionContext } from 'ava';
import { createManualClock, type ManualClock } from '../clock.ts';
import type { TargetHealth } from '../contracts.ts';
import { forwardTo, startBalancer, targetGroup, target as targetOf } from './testing/builders.ts';
import { answering, exchangeRaw, OK, rawClient, rawTarget } from './testing/raw-client.ts';

type Running = Awaited<ReturnType<typeof startBalancer>>;
const CLOSE = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

async function start(t: ExecutionContext, setup: Parameters<typeof startBalancer>[0] = {}): Promise<Running> {
  const lb = await startBalancer(setup);
  t.teardown(() => lb.balancer.close());
  return lb;
}

async function targetFor(t: ExecutionContext, body: string) {
  const target = await rawTarget(answering(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`));
  t.teardown(() => target.close());
  return target;
}

/** A target whose health checks get what the test says; the checks' heads are kept. */
async function checkedTarget(t: ExecutionContext) {
  const { createServer } = await import('node:net');
  const heads: string[] = [];
  const state = { answer: 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' as string | null };
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      heads.push(chunk.toString('latin1'));
      if (state.answer !== null) socket.end(state.answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return { port: (server.address() as { port: number }).port, heads, state };
}

const healthOf = (lb: Running, name = 'web'): readonly TargetHealth[] => lb.balancer.health(lb.arnOf(name));
const codes = (lb: Running): string[] => lb.events.since(0).map((event) => event.code);

/** Moves the clock one interval on and waits until the check of it has ended. */
async function nextCheck(clock: ManualClock, heads: readonly string[], intervalMs = 30_000): Promise<void> {
  const seen = heads.length;
  await clock.advance(intervalMs);
  while (heads.length === seen) await new Promise((resolve) => setImmediate(resolve));
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
}

const bodyOf = (text: string): string => text.slice(text.indexOf('\r\n\r\n') + 4);

test('checks have the Host, path and User-Agent of ALB, the first at once', async (t) => {
  const target = await checkedTarget(t);
  const lb = await start(t, { clock: createManualClock() });
  await lb.registered('web', target.port);
  const [head = ''] = target.heads;
  t.true(head.startsWith('GET /health HTTP/1.1\r\n'));
  t.regex(head, new RegExp(`\r\nHost: 127\\.0\\.0\\.1:${target.port}\r\n`));
  t.regex(head, /\r\nUser-Agent: ELB-HealthChecker\/2\.0\r\n/);
  t.deepEqual(codes(lb), ['TARGET_REGISTERED', 'TARGET_HEALTHY']);
});

test('a target turns unhealthy at its threshold and healthy again at the other', async (t) => {
  const clock = createManualClock();
  const target = await checkedTarget(t);
  const lb = await start(t, { clock });
  await lb.registered('web', target.port);
  target.state.answer = 'HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n';
  await nextCheck(clock, target.heads);
  t.is(healthOf(lb)[0]?.state, 'healthy');
  await nextCheck(clock, target.heads);
  t.like(healthOf(lb)[0], {
    state: 'unhealthy',
    reason: 'Target.ResponseCodeMismatch',
    description: 'Health checks failed with these codes: [500]',
  });
  target.state.answer = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
  for (let i = 1; i <= 4; i++) {
    await nextCheck(clock, target.heads);
    t.is(healthOf(lb)[0]?.state, 'unhealthy', `after ${i}`);
  }
  await nextCheck(clock, target.heads);
  t.is(healthOf(lb)[0]?.state, 'healthy');
  t.deepEqual(codes(lb), ['TARGET_REGISTERED', 'TARGET_HEALTHY', 'TARGET_UNHEALTHY', 'TARGET_HEALTHY']);
});

test('a check that is not answered times out on the control clock; garbage is a failed check', async (t) => {
  const clock = createManualClock();
  const target = await checkedTarget(t);
  target.state.answer = null;
  const lb = await start(t, { clock });
  lb.balancer.register(lb.arnOf('web'), targetOf(target.port));
  while (target.heads.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(5_000);
  await nextCheck(clock, target.heads, 25_000);
  await clock.advance(5_000);
  t.like(healthOf(lb)[0], { state: 'unhealthy', reason: 'Target.Timeout' });
  target.state.answer = 'not http\r\n\r\n';
  await nextCheck(clock, target.heads, 25_000);
  t.like(healthOf(lb)[0], {
    state: 'unhealthy',
    reason: 'Target.FailedHealthChecks',
    description: 'Health checks failed',
  });
});

test('a fixed health check port and another matcher are used', async (t) => {
  const target = await checkedTarget(t);
  target.state.answer = 'HTTP/1.1 204 No Content\r\n\r\n';
  const group = targetGroup('web');
  const lb = await start(t, {
    groups: [{ ...group, healthCheck: { ...group.healthCheck, port: target.port, matcher: '200-204' } }],
  });
  await lb.registered('web', 9);
  t.regex(target.heads[0] ?? '', new RegExp(`Host: 127\\.0\\.0\\.1:${target.port}`));
});

test('a group that no listener uses is not checked: unused, until one does', async (t) => {
  const target = await checkedTarget(t);
  const lb = await start(t, { groups: [targetGroup('web'), targetGroup('spare')] });
  lb.balancer.register(lb.arnOf('spare'), targetOf(target.port));
  t.like(healthOf(lb, 'spare')[0], {
    state: 'unused',
    reason: 'Target.NotInUse',
    description: 'Target group is not configured to receive traffic from the load balancer',
  });
  t.is(target.heads.length, 0);
  const healthy = new Promise<void>(
    (resolve) => void lb.balancer.onChange((_arn, { state }) => state === 'healthy' && resolve()),
  );
  await lb.handlers.listeners.put({ ...lb.definition, defaultActions: [forwardTo('spare')] }, lb.definition, lb.signal);
  await healthy;
  await lb.handlers.listeners.put(lb.definition, null, lb.signal);
  t.is(healthOf(lb, 'spare')[0]?.state, 'unused');
});

test('a target in a zone without a subnet of the load balancer is unused', async (t) => {
  const target = await checkedTarget(t);
  const lb = await start(t);
  const subnet = (id: string, zone: string) => ({ ...targetGroup('x'), id, zone });
  lb.balancer.setSubnets([subnet('subnet-a', 'us-east-1a'), subnet('subnet-b', 'us-east-1b')]);
  lb.balancer.register(lb.arnOf('web'), targetOf(target.port, { zone: 'us-east-1c' }));
  t.like(healthOf(lb)[0], {
    state: 'unused',
    reason: 'Target.NotInUse',
    description: 'Target is in an Availability Zone that is not enabled for the load balancer',
  });
});

test('requests go to healthy targets only; to all of them when none is', async (t) => {
  const clock = createManualClock();
  const [good, bad] = [await targetFor(t, 'good'), await checkedTarget(t)];
  bad.state.answer = 'HTTP/1.1 500 No\r\nContent-Length: 3\r\n\r\nbad';
  const lb = await start(t, { clock });
  await lb.registered('web', good.port);
  lb.balancer.register(lb.arnOf('web'), targetOf(bad.port));
  while (bad.heads.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await nextCheck(clock, bad.heads);
  t.deepEqual(
    healthOf(lb).map(({ state }) => state),
    ['healthy', 'unhealthy'],
  );
  const ask = async () => bodyOf(await exchangeRaw(lb.port, CLOSE));
  t.deepEqual([await ask(), await ask(), await ask(), await ask()], ['good', 'good', 'good', 'good']);
  await lb.balancer.deregister(lb.arnOf('web'), { id: '127.0.0.1', port: good.port });
  t.is(await ask(), 'bad');
});

test('round robin over targets, and the stats that prove each port served', async (t) => {
  const targets = [await targetFor(t, 'a'), await targetFor(t, 'b'), await targetFor(t, 'c')];
  const lb = await start(t);
  for (const { port } of targets) await lb.registered('web', port);
  const bodies: string[] = [];
  for (let i = 0; i < 9; i++) bodies.push(bodyOf(await exchangeRaw(lb.port, CLOSE)));
  t.is(bodies.join('').split('a').length - 1, 3);
  t.is(new Set(bodies.slice(0, 3)).size, 3);
  const stats = lb.balancer.targetStats();
  t.deepEqual(
    stats.map((one) => [one.host, one.bindPort, one.requests, one.answers[2]]),
    targets.map(({ port }) => ['127.0.0.1', port, 3, 3]),
  );
  t.is(lb.balancer.reading().requests(lb.arnOf('web'), '127.0.0.1', targets[0]!.port), 3);
});

test('weighted groups take their shares', async (t) => {
  const [blue, green] = [await targetFor(t, 'blue'), await targetFor(t, 'green')];
  const lb = await start(t, {
    groups: [targetGroup('blue'), targetGroup('green')],
    actions: [forwardTo(['blue', 90], ['green', 10])],
  });
  await lb.registered('blue', blue.port);
  await lb.registered('green', green.port);
  const client = rawClient(lb.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(500));
  const text = await client.until('200 OK', 500);
  t.true(Math.abs(text.split('green').length - 1 - 50) <= 1);
  client.socket.destroy();
});

test('a drained target gets nothing new at once, ends what it has, and is gone when idle', async (t) => {
  const { promise: asked, resolve: tell } = Promise.withResolvers<() => void>();
  const slow = await rawTarget((received, socket) => {
    if (received.includes('\r\n\r\n')) tell(() => socket.write(OK));
    return null;
  });
  t.teardown(() => slow.close());
  const lb = await start(t, { clock: createManualClock() });
  await lb.registered('web', slow.port);
  const client = rawClient(lb.port, CLOSE);
  const answer = await asked;
  let over = false;
  const drained = lb.balancer.deregister(lb.arnOf('web'), { id: '127.0.0.1', port: slow.port }).then(() => {
    over = true;
  });
  t.like(healthOf(lb)[0], {
    state: 'draining',
    reason: 'Target.DeregistrationInProgress',
    description: 'Target deregistration is in progress',
  });
  t.regex(await exchangeRaw(lb.port, CLOSE), /^HTTP\/1.1 503/);
  t.false(over);
  answer();
  t.true((await client.ended).endsWith('ok'));
  await drained;
  t.deepEqual(healthOf(lb), []);
  t.deepEqual(codes(lb), ['TARGET_REGISTERED', 'TARGET_HEALTHY', 'TARGET_DRAINING', 'TARGET_DEREGISTERED']);
});

test('past the deregistration delay what is under way gets 502', async (t) => {
  const clock = createManualClock();
  const { promise: asked, resolve: tell } = Promise.withResolvers<void>();
  const slow = await rawTarget((received) => {
    if (received.includes('\r\n\r\n')) tell();
    return null;
  });
  t.teardown(() => slow.close());
  const lb = await start(t, { clock, groups: [targetGroup('web', { deregistrationDelaySeconds: 20 })] });
  await lb.registered('web', slow.port);
  const client = rawClient(lb.port, CLOSE);
  await asked;
  const drained = lb.balancer.deregister(lb.arnOf('web'), { id: '127.0.0.1', port: slow.port });
  await clock.advance(19_000);
  t.is(client.text(), '');
  await clock.advance(1_000);
  await drained;
  t.regex(await client.ended, /^HTTP\/1.1 502 Bad Gateway/);
});

test('an unknown target deregisters at once; one that drains can be registered anew', async (t) => {
  const slow = await rawTarget(() => null);
  t.teardown(() => slow.close());
  const lb = await start(t);
  await lb.balancer.deregister(lb.arnOf('web'), { id: 'i-none', port: 1 });
  await lb.registered('web', slow.port);
  const client = rawClient(lb.port, CLOSE);
  while (slow.connections === 0) await new Promise((resolve) => setImmediate(resolve));
  const drained = lb.balancer.deregister(lb.arnOf('web'), { id: '127.0.0.1', port: slow.port });
  await lb.registered('web', slow.port);
  t.is(healthOf(lb)[0]?.state, 'healthy');
  client.socket.destroy();
  await drained;
  t.is(healthOf(lb)[0]?.state, 'healthy');
});

const cookiesOf = (text: string): string[] => [...text.matchAll(/^Set-Cookie: ([^;\r]+)/gim)].map((match) => match[1]!);

test('lb_cookie binds a client to a target until it is gone', async (t) => {
  const targets = [await targetFor(t, 'a'), await targetFor(t, 'b')];
  const group = targetGroup('web', { stickiness: { type: 'lb_cookie', durationSeconds: 60, cookieName: null } });
  const clock = createManualClock();
  const lb = await start(t, { clock, groups: [group] });
  for (const { port } of targets) await lb.registered('web', port);
  const first = await exchangeRaw(lb.port, CLOSE);
  const cookies = cookiesOf(first);
  t.deepEqual(
    cookies.map((cookie) => cookie.split('=')[0]),
    ['AWSALB', 'AWSALBCORS'],
  );
  t.regex(first, /AWSALBCORS=[^;]+; Expires=[^;]+; Path=\/; SameSite=None\r\n/);
  const again = async (cookie = cookies[0]!) =>
    bodyOf(
      await exchangeRaw(lb.port, `GET / HTTP/1.1\r\nHost: a\r\nCookie: x=1; ${cookie}\r\nConnection: close\r\n\r\n`),
    );
  for (let i = 0; i < 4; i++) t.is(await again(), bodyOf(first));
  t.is(new Set([await again('AWSALB=forged'), await again('AWSALB=forged')]).size, 2, 'a forged cookie binds nobody');
  await clock.advance(61_000);
  t.is(new Set([await again(), await again()]).size, 2, 'an expired one does not either');
});

test('app_cookie binds once the application sets its cookie', async (t) => {
  const make = async (name: string) => {
    const target = await rawTarget(
      answering(
        (request) =>
          `HTTP/1.1 200 OK\r\n${request.includes('/login') ? 'Set-Cookie: SID=1\r\n' : ''}Content-Length: 1\r\n\r\n${name}`,
      ),
    );
    t.teardown(() => target.close());
    return target;
  };
  const targets = [await make('a'), await make('b')];
  const group = targetGroup('web', { stickiness: { type: 'app_cookie', durationSeconds: 60, cookieName: 'SID' } });
  const lb = await start(t, { groups: [group] });
  for (const { port } of targets) await lb.registered('web', port);
  t.deepEqual(cookiesOf(await exchangeRaw(lb.port, CLOSE)), []);
  const login = await exchangeRaw(lb.port, 'GET /login HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  const cookies = cookiesOf(login);
  t.deepEqual(
    cookies.map((cookie) => cookie.split('=')[0]),
    ['SID', 'AWSALBAPP-0'],
  );
  const withCookies = (value: string) =>
    exchangeRaw(lb.port, `GET / HTTP/1.1\r\nHost: a\r\nCookie: ${value}\r\nConnection: close\r\n\r\n`);
  for (let i = 0; i < 3; i++) t.is(bodyOf(await withCookies(cookies.join('; '))), bodyOf(login));
  t.is(
    new Set([bodyOf(await withCookies(cookies[1]!)), bodyOf(await withCookies(cookies[1]!))]).size,
    2,
    'both cookies are needed',
  );
});

test('group stickiness keeps a client in its group, but not in one of weight 0', async (t) => {
  const [blue, green] = [await targetFor(t, 'blue'), await targetFor(t, 'green')];
  const sticky = (blueWeight: number, greenWeight: number) =>
    ({ ...forwardTo(['blue', blueWeight], ['green', greenWeight]), stickinessSeconds: 60 }) as ReturnType<
      typeof forwardTo
    >;
  const lb = await start(t, { groups: [targetGroup('blue'), targetGroup('green')], actions: [sticky(1, 1)] });
  await lb.registered('blue', blue.port);
  await lb.registered('green', green.port);
  const first = await exchangeRaw(lb.port, CLOSE);
  const [cookie = ''] = cookiesOf(first);
  t.regex(cookie, /^AWSALBTG=/);
  const again = async () =>
    bodyOf(await exchangeRaw(lb.port, `GET / HTTP/1.1\r\nHost: a\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`));
  for (let i = 0; i < 4; i++) t.is(await again(), bodyOf(first));
  const away = bodyOf(first) === 'blue' ? sticky(0, 1) : sticky(1, 0);
  await lb.handlers.listeners.put({ ...lb.definition, defaultActions: [away] }, lb.definition, lb.signal);
  t.not(await again(), bodyOf(first));
});

test('least outstanding requests keeps away from the busy target', async (t) => {
  const [slow, quick] = [await rawTarget(() => null), await targetFor(t, 'quick')];
  t.teardown(() => slow.close());
  const lb = await start(t, { groups: [targetGroup('web', { algorithm: 'least_outstanding_requests' })] });
  await lb.registered('web', slow.port);
  await lb.registered('web', quick.port);
  const stuck = rawClient(lb.port, CLOSE);
  while (slow.connections === 0) {
    if (slow.connections === 0) await exchangeRaw(lb.port, CLOSE).catch(() => '');
    if (lb.balancer.targetStats()[0]!.requests > 0) break;
  }
  for (let i = 0; i < 6; i++) t.is(bodyOf(await exchangeRaw(lb.port, CLOSE)), 'quick');
  stuck.socket.destroy();
});
