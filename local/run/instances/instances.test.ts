/** Auto scaling groups whose instances run what their user data starts, in real processes. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { createManualClock } from '../clock.ts';
import { type AddressBook, ApiError } from '../contracts.ts';
import { eventually, gone } from '../processes/testing/harness.ts';
import { instanceState } from './instances.ts';
import { groupOf, startFleet, unitOf } from './testing/fleet.ts';

const SAYS = 'console.log("up", process.pid, JSON.stringify(process.env)); setInterval(() => {}, 1e6)';
const SIGNAL = new AbortController().signal;
const TG = 'arn:tg';

test('user data starts a program with the instance’s own address; it is registered, and listed', async (t) => {
  const { put, object, line, registry, instances, stateDir } = await startFleet(t);
  object('app.cjs', SAYS);
  await put(groupOf({ userData: unitOf('app.cjs'), targetGroupArns: [TG] }));
  const [, pid = '', env = '{}'] = /^up (\d+) (.*)$/.exec(await line('up ')) ?? [];
  const [instance] = instances.all();
  t.like(JSON.parse(env), {
    HOST: instance?.address,
    PORT: '3000',
    PLACE: 'http://127.10.0.1/x',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
  });
  t.is(JSON.parse(env).HOME, undefined);
  t.deepEqual(instanceState(instance!, '').processes, [{ name: 'app', pid: Number(pid), state: 'running' }]);
  t.deepEqual(
    [...registry.registered.values()],
    [
      {
        id: instance!.id,
        port: 3000,
        endpoint: { host: instance!.address, port: 3000 },
        zone: 'us-east-1a',
        securityGroupIds: ['sg-1'],
      },
    ],
  );
  t.true(existsSync(join(stateDir, 'instances', instance!.id, 'root/opt/app/app.cjs')));
});

test('killed, it is started again; a program that ends itself at once is given up after five starts', async (t) => {
  const { put, object, line, processes, lines } = await startFleet(t);
  object('app.cjs', SAYS);
  object('bad.cjs', 'console.log("try"); process.exit(1)');
  await put(groupOf({ userData: unitOf('app.cjs', ['Restart=always']) }));
  const first = Number((await line('up ')).split(' ')[1]);
  process.kill(first, 'SIGKILL');
  const second = Number((await line('up ', 1)).split(' ')[1]);
  t.not(first, second);
  t.is(processes()[0]?.pid, second);
  t.true(lines().includes('app: Main process exited, code=killed, status=SIGKILL'));
  t.true(lines().includes('app: Scheduled restart job, restart counter is at 1.'));

  const other = await startFleet(t);
  other.object('bad.cjs', 'console.log("try"); process.exit(1)');
  await other.put(groupOf({ userData: unitOf('bad.cjs', ['Restart=always', 'StartLimitIntervalSec=6000']) }));
  await other.line('app: Start request repeated too quickly.');
  t.is(other.lines().filter((one) => one === 'try').length, 5);
  t.is(other.processes()[0]?.state, 'failed');
});

test('Restart=on-failure leaves a clean end alone', async (t) => {
  const { put, object, processes } = await startFleet(t);
  object('app.cjs', 'process.exit(0)');
  await put(groupOf({ userData: unitOf('app.cjs', ['Restart=on-failure']) }));
  await eventually(() => processes()[0]?.state === 'exited', JSON.stringify(processes()));
  t.is(processes()[0]?.pid, null);
});

test('termination: first it drains, then it gets its stop signal, then it is killed', async (t) => {
  const { put, object, line, registry, instances, codes, stateDir } = await startFleet(t);
  object(
    'app.cjs',
    `process.on('SIGINT', () => console.log('stopping')); process.on('SIGTERM', () => console.log('TERM')); ${SAYS}`,
  );
  const group = groupOf({
    userData: unitOf('app.cjs', ['KillSignal=SIGINT', 'TimeoutStopSec=3s']),
    targetGroupArns: [TG],
  });
  await put(group);
  const pid = Number((await line('up ')).split(' ')[1]);
  const [instance] = instances.all();
  await put({ ...group, desiredCapacity: 0 }, group);
  t.is(instance?.status, 'DRAINING');
  t.true(codes().includes('INSTANCE_DRAINING'));
  process.kill(pid, 0);
  registry.deregistering.get(`${TG} ${instance?.id}:3000`)?.();
  await line('stopping');
  await gone([pid]);
  await eventually(() => instances.all().length === 0, 'the instance is still there');
  t.is(codes().at(-1), 'INSTANCE_TERMINATED');
  await eventually(() => readdirSync(join(stateDir, 'instances')).length === 0, 'its folder is still there');
});

test('deleting a group waits until its instances are gone', async (t) => {
  const { put, object, line, registry, instances } = await startFleet(t);
  object('app.cjs', SAYS);
  const group = groupOf({ userData: unitOf('app.cjs'), targetGroupArns: [TG], desiredCapacity: 2 });
  await put(group);
  await line('up ', 1);
  t.deepEqual(
    instances.all().map((one) => one.zone),
    ['us-east-1a', 'us-east-1b'],
  );
  let done = false;
  const removed = Promise.resolve(instances.handler.remove(group, SIGNAL)).then(() => {
    done = true;
  });
  await eventually(() => registry.deregistering.size === 2, 'not both drain');
  t.false(done);
  for (const finish of registry.deregistering.values()) finish();
  await removed;
  t.is(instances.all().length, 0);
});

test('new user data is for new instances; those that run stay as they are', async (t) => {
  const { put, object, line, instances } = await startFleet(t);
  object('one.cjs', `console.log('one'); ${SAYS}`);
  object('two.cjs', `console.log('two'); ${SAYS}`);
  const group = groupOf({ userData: unitOf('one.cjs') });
  await put(group);
  await line('one');
  const [first] = instances.all();
  const next = { ...group, userData: unitOf('two.cjs') };
  await put(next, group);
  t.deepEqual(instances.all(), [first!]);
  await put({ ...next, desiredCapacity: 2 }, next);
  await line('two');
  t.is(instances.all().length, 2);
});

test('ELB health: replaced once the grace period is over; EC2 health sees nothing', async (t) => {
  const clock = createManualClock();
  const { put, registry, instances, codes } = await startFleet(t, {
    clock,
    policyOf: () => ({ managedDraining: true, managedTerminationProtection: false }),
  });
  const group = groupOf({
    name: 'elb',
    clusterName: 'none',
    targetGroupArns: [TG],
    attributes: { health_check_type: 'ELB', health_check_grace_period: 60 },
  });
  const work = put(group);
  await clock.advance(3000);
  await work;
  const [first] = instances.all();
  await clock.advance(30_000);
  registry.set(TG, first!.id, 'unhealthy');
  await clock.advance(29_000);
  t.is(first?.status, 'ACTIVE', 'within its grace period');
  await clock.advance(2_000);
  t.is(first?.status as string, 'DRAINING');
  t.true(codes().includes('INSTANCE_UNHEALTHY'));
  await clock.advance(3000);
  t.deepEqual(
    instances.all().map((one) => one.status),
    ['DRAINING', 'ACTIVE'],
  );

  const other = await startFleet(t, { clock });
  const booted = other.put(groupOf({ name: 'ec2', clusterName: 'none', targetGroupArns: [TG] }));
  await clock.advance(3000);
  await booted;
  other.registry.set(TG, other.instances.all()[0]!.id, 'unhealthy');
  await clock.advance(600_000);
  t.is(other.instances.all()[0]?.status, 'ACTIVE');
});

test('a command of the project’s own instead of what the user data starts', async (t) => {
  const commands = {
    web: `OWN=1 node -e "console.log('own', process.env.OWN, process.env.HOST, process.env.PORT); setInterval(() => {}, 1e6)"`,
  };
  const { put, object, line } = await startFleet(t, { commands });
  object('app.cjs', SAYS);
  await put(groupOf({ userData: unitOf('app.cjs') }));
  t.regex(await line('own '), /^own 1 127\.20\.99\.1 3000$/);
});

const LISTENS = `const http = require('node:http'); const cluster = require('node:cluster');
const server = (listen) => { const s = http.createServer((req, res) => res.end('hi')); listen(s); s.on('listening', () => console.log('at', s.address().address)); };
if (cluster.isPrimary) {
  server((s) => s.listen(29081)); server((s) => s.listen(29082, () => {})); server((s) => s.listen({ port: 29083, host: '0.0.0.0' }));
  server((s) => s.listen('29084', '::', 5)); server((s) => s.listen(0, '127.0.0.1')); cluster.fork();
} else server((s) => s.listen(29086));`;

test('a program that listens at every address gets its instance’s own, its neighbour too', async (t) => {
  const { put, object, line, lines, instances } = await startFleet(t);
  object('app.cjs', LISTENS);
  await put(groupOf({ userData: unitOf('app.cjs'), desiredCapacity: 2 }));
  await line('at ', 11);
  for (const { address } of instances.all()) t.is(lines().filter((one) => one === `at ${address}`).length, 5);
  t.is(lines().filter((one) => one === 'at 127.0.0.1').length, 2, 'what is asked for by name stays');
});

test('where ports are mapped, PORT, the target and a port of the program’s own choice are one', async (t) => {
  let next = 29_100;
  const addresses = {
    instance: () => '127.0.0.1',
    // As with one address for all: each wish gets another port.
    bindPort: () => next++,
    localise: (text: string) => text,
  } as unknown as AddressBook;
  const { put, object, line, registry } = await startFleet(t, { addresses });
  object(
    'app.cjs',
    `const s = require('node:http').createServer(); s.listen(3000, () => console.log('at', s.address().port, process.env.PORT));`,
  );
  await put(groupOf({ userData: unitOf('app.cjs'), targetGroupArns: [TG] }));
  const [, bound, port] = (await line('at ')).split(' ');
  t.is(bound, port);
  t.deepEqual([...registry.registered.values()][0]?.endpoint, { host: '127.0.0.1', port: Number(bound) });
});

test('modules that lie around it on this machine are not found', async (t) => {
  const { put, object, line } = await startFleet(t);
  object(
    'app.cjs',
    `try { require('zod'); console.log('found'); } catch (error) { console.log('not', error.code); } ${SAYS}`,
  );
  await put(groupOf({ userData: unitOf('app.cjs') }));
  t.is(await line('not '), 'not MODULE_NOT_FOUND');
});

test('warned: user data that starts nothing, an object that is not there', async (t) => {
  const { put, events, processes, object } = await startFleet(t);
  await put(groupOf({ userData: '#!/bin/bash\nyum install -y httpd\nsystemctl enable --now httpd\n' }));
  const nothing = events.since(0).find((event) => event.code === 'USER_DATA_STARTS_NOTHING');
  t.is(nothing?.level, 'warn');
  t.regex(nothing?.message ?? '', /--image web=COMMAND/);
  t.deepEqual(nothing?.data?.['ignored'], [
    'line 2: yum install -y httpd',
    'line 3: httpd.service is not written by this user data',
  ]);
  object('other.cjs', '');
  await put(groupOf({ name: 'lost', userData: unitOf('app.cjs') }));
  const lost = events.since(0).find((event) => event.code === 'USER_DATA_PROBLEM');
  t.regex(lost?.message ?? '', /s3:\/\/bucket\/app\.cjs.*HeadObject.*Not Found/);
  t.is(processes().length, 1, 'systemd starts the unit all the same');
});

test('desired capacity: bounds, named endings, termination with and without replacement', async (t) => {
  const clock = createManualClock();
  const { put, instances } = await startFleet(t, { clock });
  const group = groupOf({ clusterName: 'c', minSize: 1, maxSize: 3, desiredCapacity: 3 });
  const work = put(group);
  await clock.advance(3000);
  await work;
  const ids = (): string[] => instances.all().map((one) => one.id);
  const [, second, third] = ids();
  t.throws(() => instances.setDesired('web', 4), { instanceOf: ApiError, message: /above max value 3/ });
  t.throws(() => instances.setDesired('web', 0), { instanceOf: ApiError, message: /below min value 1/ });
  instances.setDesired('web', 2, { ending: [second!] });
  t.false(ids().includes(second!));
  t.deepEqual(instances.handler.drift?.(group), ['desired_capacity']);
  instances.terminate(third!, false, 'a drill');
  t.is(ids().length, 2, 'replaced');
  await clock.advance(3000);
  instances.terminate(ids()[0]!, true, 'a drill');
  t.is(ids().length, 1);
  t.throws(() => instances.terminate(ids()[0]!, true, 'a drill'), { instanceOf: ApiError, message: /min size/ });
  t.throws(() => instances.terminate('i-none', false, 'x'), { instanceOf: ApiError, message: /not found/ });
  const ignoring = { ...group, ignoreChanges: ['desired_capacity'] };
  await put(ignoring, group);
  t.is(ids().length, 1, 'Terraform leaves it');
});

test('several programs of one instance; the plane’s end ends them all', async (t) => {
  const { put, object, line, instances } = await startFleet(t);
  object('a.cjs', `process.on('SIGTERM', () => {}); ${SAYS}`);
  await put(
    groupOf({
      userData: `aws s3 cp s3://bucket/a.cjs /a.cjs
aws s3 cp s3://bucket/a.cjs /srv/
cd /srv
MODE=x nohup node a.cjs > /var/log/a.log 2>&1 &
cp /a.cjs /b.cjs
node /b.cjs &
`,
    }),
  );
  await line('up ', 1);
  const pids = instances.all().flatMap((one) => one.host?.processes().map((p) => p.pid ?? -1) ?? []);
  t.is(pids.length, 2);
  await instances.close();
  await gone(pids);
});
