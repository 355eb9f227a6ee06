/** Connections through a network load balancer, on real sockets. */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import test from 'ava';
import { freePort } from '../../../../services/kit/src/testing/free-port.ts';
import { createManualClock } from '../../clock.ts';
import { forwardTo, listener, loadBalancer, targetGroup } from '../testing/builders.ts';
import { exchangeRaw, rawClient } from '../testing/raw-client.ts';
import { endOf, eventually, heldTarget, networkGroup, startNetwork, tcp } from './testing/builders.ts';

const echo = (socket: Socket, text: string): void => void socket.write(text.toUpperCase());
const LB = { LoadBalancer: loadBalancer().arnSuffix };

test('bytes go both ways, and what follows the client’s end still reaches it', async (t) => {
  const target = await heldTarget(t, (socket, text) => {
    if (text.includes('last')) socket.on('end', () => socket.end('after the end'));
    else echo(socket, text);
  });
  const lb = await startNetwork(t);
  await lb.registered('web', target.port);
  const client = connect({ port: lb.port, host: '127.0.0.1', allowHalfOpen: true });
  let text = '';
  client.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  client.write('not HTTP\n');
  await eventually(() => text === 'NOT HTTP\n');
  client.end('last');
  await eventually(() => text.endsWith('after the end'));
  t.is(await endOf(client), null);
  await eventually(() => lb.balancer.reading().requests(lb.arnOf('web'), '127.0.0.1', target.port) === 1);
});

test('a client that does not read holds its target back; then every byte comes', async (t) => {
  const total = 64 * 1024 * 1024;
  let sent = 0;
  const block = Buffer.alloc(65_536, 'x');
  const fill = (socket: Socket): void => {
    while (sent < total) {
      sent += block.length;
      if (!socket.write(block)) return;
    }
    socket.end();
  };
  const target = await heldTarget(t, (socket) => {
    socket.on('drain', () => fill(socket));
    fill(socket);
  });
  const lb = await startNetwork(t);
  await lb.registered('web', target.port);
  const client = connect(lb.port, '127.0.0.1');
  client.write('go');
  await eventually(() => sent > 0);
  let before = -1;
  // It is held when a good many turns of the loop move nothing on.
  while (before !== sent) {
    before = sent;
    for (let i = 0; i < 200; i++) await new Promise((resolve) => setImmediate(resolve));
  }
  let received = 0;
  const heldAt = sent;
  client.on('data', (chunk: Buffer) => {
    received += chunk.length;
  });
  t.is(await endOf(client), null);
  t.is(received, total);
  t.true(heldAt < total, `${heldAt} bytes were taken unread`);
});

test('no target, a target that refuses, a target that resets: the client is reset, and it is counted', async (t) => {
  const clock = createManualClock();
  const lb = await startNetwork(t, { clock });
  const count = async (name: string) => {
    await clock.advance(1_000);
    const points = lb.metrics.query({
      namespace: 'AWS/NetworkELB',
      name,
      dimensions: LB,
      startMs: 0,
      endMs: clock.now() + 1,
      periodSeconds: 60,
      statistic: 'Sum',
    });
    return points.reduce((sum, { value }) => sum + value, 0);
  };
  t.is(await endOf(rawClient(lb.port, 'a').socket), 'ECONNRESET');
  t.is(await count('TCP_ELB_Reset_Count'), 1);
  t.is(await count('RejectedFlowCount'), 1);

  const target = await heldTarget(t, (socket) => void socket.resetAndDestroy());
  await lb.registered('web', target.port);
  t.is(await endOf(rawClient(lb.port, 'a').socket), 'ECONNRESET');
  t.is(await count('TCP_Target_Reset_Count'), 1);

  target.close();
  t.is(await endOf(rawClient(lb.port, 'a').socket), 'ECONNRESET');
  t.is(await count('TCP_Target_Reset_Count'), 2);
  t.is(lb.balancer.targetStats()[0]?.connectionErrors, 1);
});

test('a client’s reset reaches its target', async (t) => {
  const target = await heldTarget(t, echo);
  const lb = await startNetwork(t);
  await lb.registered('web', target.port);
  const client = rawClient(lb.port, 'a');
  await client.until('A');
  const [socket] = target.sockets;
  const end = endOf(socket!);
  client.socket.resetAndDestroy();
  t.is(await end, 'ECONNRESET');
});

test('a drained target keeps its connections for the whole delay and longer, and gets no new one', async (t) => {
  const clock = createManualClock();
  const [old, fresh] = [await heldTarget(t, echo), await heldTarget(t, echo)];
  const lb = await startNetwork(t, { clock, groups: [networkGroup('web', {}, { deregistrationDelaySeconds: 60 })] });
  await lb.registered('web', old.port);
  const client = rawClient(lb.port, 'a');
  await client.until('A');
  await lb.registered('web', fresh.port);
  let drained = false;
  void lb.balancer.deregister(lb.arnOf('web'), { id: '127.0.0.1', port: old.port }).then(() => {
    drained = true;
  });
  for (let i = 0; i < 5; i++) {
    const next = rawClient(lb.port, 'b');
    await next.until('B');
    next.socket.destroy();
  }
  t.is(fresh.sockets.length, 5);
  await clock.advance(59_000);
  t.false(drained);
  await clock.advance(1_000);
  t.true(drained);
  client.send('c');
  t.is(await client.until('AC'), 'AC');
  client.socket.destroy();
});

test('a target without connections drains for the whole delay too; connection_termination ends what is left', async (t) => {
  const clock = createManualClock();
  const target = await heldTarget(t, echo);
  const group = networkGroup('web', { terminatesAfterDelay: true }, { deregistrationDelaySeconds: 60 });
  const lb = await startNetwork(t, { clock, groups: [group] });
  await lb.registered('web', target.port);
  const client = rawClient(lb.port, 'a');
  await client.until('A');
  const end = endOf(client.socket);
  const drained = lb.balancer.deregister(lb.arnOf('web'), { id: '127.0.0.1', port: target.port });
  await clock.advance(60_000);
  await drained;
  t.is(await end, 'ECONNRESET');

  await lb.registered('web', target.port);
  let over = false;
  void lb.balancer.deregister(lb.arnOf('web'), { id: '127.0.0.1', port: target.port }).then(() => {
    over = true;
  });
  await clock.advance(59_000);
  t.is(lb.balancer.health(lb.arnOf('web'))[0]?.state, 'draining');
  t.false(over);
});

test('a target that becomes unhealthy loses its connections; with no other it is still asked', async (t) => {
  const clock = createManualClock();
  const target = await heldTarget(t, echo);
  const checks = await heldTarget(t, (socket) => socket.end('HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n'));
  const group = networkGroup('web', { healthCheckProtocol: 'HTTP' });
  const at = (port: number) => ({ ...group, healthCheck: { ...group.healthCheck, port } });
  const good = await heldTarget(t, (socket) => socket.end('HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n'));
  const lb = await startNetwork(t, {
    clock,
    groups: [{ ...at(good.port), healthCheck: { ...at(good.port).healthCheck, matcher: '200-399' } }],
  });
  await lb.registered('web', target.port);
  const client = rawClient(lb.port, 'a');
  await client.until('A');
  const end = endOf(client.socket);
  await lb.handlers.targetGroups.put(at(checks.port), null, lb.signal);
  for (let asked = 1; asked <= 2; asked++) {
    await eventually(() => checks.sockets.length === asked);
    await eventually(() => checks.sockets.at(-1)?.destroyed === true);
    await clock.advance(30_000);
  }
  t.is(await end, 'ECONNRESET');
  t.like(lb.balancer.health(lb.arnOf('web'))[0], { state: 'unhealthy', reason: 'Target.FailedHealthChecks' });
  const open = rawClient(lb.port, 'b');
  t.is(await open.until('B'), 'B');
  open.socket.destroy();
});

test('proxy protocol: a connection’s first bytes name its client, a check’s name nobody', async (t) => {
  const target = await heldTarget(t);
  const lb = await startNetwork(t, { groups: [networkGroup('web', { proxyProtocolV2: true })] });
  await lb.registered('web', target.port);
  await eventually(() => target.received.length === 1);
  t.is(target.received[0], '\r\n\r\n\0\r\nQUIT\n\x20\0\0\0');
  const client = rawClient(lb.port, 'hello');
  await eventually(() => target.received[1]?.endsWith('hello') === true);
  const header = Buffer.from(target.received[1] ?? '', 'latin1');
  t.is(header.readUInt8(12), 0x21);
  t.deepEqual([...header.subarray(16, 24)], [127, 0, 0, 1, 127, 0, 0, 1]);
  t.is(header.readUInt16BE(24), client.socket.localPort ?? -1);
  t.is(header.readUInt16BE(26), lb.port);
  client.socket.destroy();
});

test('TLS listeners negotiate as their policy says, and speak it to TLS targets', async (t) => {
  const target = await heldTarget(t, echo, true);
  const network = { idleTimeoutSeconds: 350, alpnPolicy: 'HTTP2Preferred' } as const;
  const lb = await startNetwork(t, {
    listener: { protocol: 'TLS', network },
    groups: [networkGroup('web', {}, { protocol: 'TLS' })],
  });
  await lb.registered('web', target.port);
  const client = connectTls({
    port: lb.port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ALPNProtocols: ['http/1.1', 'h2'],
  });
  client.write('secret');
  let text = '';
  client.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await eventually(() => text === 'SECRET');
  t.is(client.alpnProtocol, 'h2');
  t.is((target.sockets[0] as unknown as { alpnProtocol: string }).alpnProtocol, 'h2');
  client.end();
  await endOf(client);
  await eventually(() => target.sockets[0]?.destroyed === true);
});

test('a TLS target that speaks no TLS, or is gone, resets the client; its check by HTTPS fails', async (t) => {
  const clock = createManualClock();
  const target = await heldTarget(t, (socket) => void socket.end('no TLS'));
  const group = networkGroup('web', { proxyProtocolV2: true }, { protocol: 'TLS' });
  const lb = await startNetwork(t, { clock, groups: [group] });
  await lb.registered('web', target.port);
  t.is(await endOf(rawClient(lb.port, 'a').socket), 'ECONNRESET');
  target.close();
  t.is(await endOf(rawClient(lb.port, 'a').socket), 'ECONNRESET');
  const asked = { ...group, network: { ...group.network!, healthCheckProtocol: 'HTTPS' as const } };
  const failed = new Promise<void>(
    (resolve) => void lb.balancer.onChange((_, { state }) => state === 'unhealthy' && resolve()),
  );
  await lb.handlers.targetGroups.put(asked, null, lb.signal);
  for (let i = 0; i < 3; i++) await clock.advance(30_000);
  await failed;
  await clock.advance(1_000);
  const [errors] = lb.metrics.query({
    namespace: 'AWS/NetworkELB',
    name: 'TargetTLSNegotiationErrorCount',
    dimensions: LB,
    startMs: 0,
    endMs: clock.now() + 1,
    periodSeconds: 600,
    statistic: 'Sum',
  });
  t.is(errors?.value, 1, 'what never answered has negotiated nothing');
});

test('a connection on which nothing passes ends after the idle time-out, one on which something does lives on', async (t) => {
  const clock = createManualClock();
  const target = await heldTarget(t, echo);
  const lb = await startNetwork(t, {
    clock,
    listener: { ...tcp, network: { idleTimeoutSeconds: 60, alpnPolicy: 'None' } },
  });
  await lb.registered('web', target.port);
  const [idle, busy] = [rawClient(lb.port, 'a'), rawClient(lb.port, 'b')];
  await idle.until('A');
  await busy.until('B');
  const end = endOf(idle.socket);
  await clock.advance(40_000);
  busy.send('c');
  await busy.until('BC');
  await clock.advance(40_000);
  t.is(await end, 'ECONNRESET');
  busy.send('d');
  t.is(await busy.until('BCD'), 'BCD');
  busy.socket.destroy();
});

test('flows, bytes and hosts are reported; weights share connections between groups', async (t) => {
  const clock = createManualClock();
  const targets = [await heldTarget(t, echo), await heldTarget(t, echo)];
  const lb = await startNetwork(t, {
    clock,
    groups: [networkGroup('web'), networkGroup('green')],
    actions: [forwardTo(['web', 3], ['green', 1])],
  });
  await lb.registered('web', targets[0]!.port);
  await lb.registered('green', targets[1]!.port);
  const clients = Array.from({ length: 8 }, () => rawClient(lb.port, 'abcd'));
  for (const client of clients) await client.until('ABCD');
  t.deepEqual(
    targets.map(({ sockets }) => sockets.length),
    [6, 2],
  );
  await clock.advance(1_000);
  const read = (name: string, dimensions: Record<string, string> = LB, statistic = 'Sum') =>
    lb.metrics.query({
      namespace: 'AWS/NetworkELB',
      name,
      dimensions,
      startMs: 0,
      endMs: clock.now() + 1,
      periodSeconds: 60,
      statistic,
    })[0]?.value;
  t.is(read('NewFlowCount'), 8);
  t.is(read('NewFlowCount_TCP'), 8);
  t.is(read('ActiveFlowCount', LB, 'Maximum'), 8);
  t.is(read('ProcessedBytes'), 64);
  t.is(read('HealthyHostCount', { ...LB, TargetGroup: targetGroup('green').arnSuffix }, 'Minimum'), 1);
  for (const client of clients) client.socket.resetAndDestroy();
  await eventually(() => targets.every(({ sockets }) => sockets.every((socket) => socket.destroyed)));
  await clock.advance(1_000);
  t.is(read('ActiveFlowCount', LB, 'Minimum'), 0);
});

test('an application load balancer is the target of a group, by the listener that it has on the group’s port', async (t) => {
  const target = await heldTarget(t, (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ninner'));
  const arn = loadBalancer().arn.replace('/app/main/', '/app/inner/');
  const port = await freePort();
  const albTargets = [{ loadBalancerArn: arn, port: 80 }];
  const group = networkGroup('web', { healthCheckProtocol: 'HTTP', albTargets }, { targetType: 'alb' });
  const lb = await startNetwork(t, {
    groups: [group, targetGroup('pages')],
    addresses: { listener: (owner) => ({ host: '127.0.0.1', port: owner === arn ? port : 0 }) },
  });
  const healthy = new Promise<void>(
    (resolve) =>
      void lb.balancer.onChange((of, { state }) => of === lb.arnOf('web') && state === 'healthy' && resolve()),
  );
  const inner = loadBalancer({ arn, name: 'inner' });
  await lb.handlers.loadBalancers.put(inner, null, lb.signal);
  const own = { arn: `${lb.definition.arn}2`, loadBalancerArn: arn };
  await lb.handlers.listeners.put(listener([forwardTo('pages')], own), null, lb.signal);
  await lb.registered('pages', target.port);
  // The first check may have come before the listener: the next apply of the group asks again.
  await lb.handlers.targetGroups.put({ ...group, healthCheck: { ...group.healthCheck, path: '/up' } }, null, lb.signal);
  await healthy;
  t.regex(await exchangeRaw(lb.port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'), /inner$/);
  t.like(lb.balancer.health(lb.arnOf('web')), [{ target: { id: arn, port: 80 } }]);
  await lb.handlers.targetGroups.put(networkGroup('web', {}, { targetType: 'alb' }), null, lb.signal);
  t.is(lb.balancer.health(lb.arnOf('web'))[0]?.state, 'draining');
});
