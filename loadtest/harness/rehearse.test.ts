import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { scratchDir } from '../../local/cli/paths.ts';
import { CutoverError } from '../../local/errors.ts';
import { createClock } from '../../local/run/clock.ts';
import type { Status } from '../../local/status.ts';
import { PROFILES, type Profile } from '../profiles.ts';
import { FORUM, LOGISTICS } from '../systems.ts';
import { FakePlane, readerOf } from '../testing/fake-plane.ts';
import { threadsStatus } from '../testing/forum-status.ts';
import { startForum } from '../testing/forum-target.ts';
import { k6Binary, k6Missing } from '../testing/k6.ts';
import { service, status, withIridium } from '../testing/status.ts';
import { startTarget, type TestTarget } from '../testing/target.ts';
import { type RehearseDeps, type RehearseOptions, rehearse, stagesBetween } from './rehearse.ts';

// One after another: each is a load on this machine.
const withK6 = k6Binary ? test.serial : test.serial.skip;
if (!k6Binary) test.skip(`k6 scenarios: ${k6Missing}`, (t) => t.fail());

const FOLDER = await mkdtemp(join(tmpdir(), 'cutover-rehearse-test-'));
test.after.always(() => rm(FOLDER, { recursive: true, force: true }));

const KEY = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
const SHORT: Profile = {
  ...(PROFILES['smoke'] as Profile),
  ratePerSecond: 80,
  // The target answers at once: each user costs more than what it sends here.
  startVirtualUsers: 60,
  warmUpSeconds: 2,
  holdSeconds: 2,
  steadyTimeoutSeconds: 5,
  settleSeconds: 0.5,
};
const OPTIONS: RehearseOptions = {
  systems: [{ system: LOGISTICS, profile: SHORT }],
  from: 'monolith',
  to: 'strangler',
  reportRoot: join(FOLDER, 'reports'),
};

function depsFor(plane: FakePlane, target: TestTarget, change: Partial<RehearseDeps> = {}): RehearseDeps {
  return {
    synth: async (stage, options) => `dir of ${stage}${options?.tags ? ` with ${JSON.stringify(options.tags)}` : ''}`,
    startPlane: async () => plane,
    k6: k6Binary ?? '',
    clock: createClock(),
    progress: () => undefined,
    signal: new AbortController().signal,
    sourceReader: () => readerOf(target),
    deployClient: () => {
      throw new Error('nothing is deployed in this test');
    },
    ...change,
  };
}

/** Resolves when the target has seen a request to the path. */
async function seen(target: TestTarget, path: string): Promise<void> {
  while (!target.requests.some((request) => request.path === path)) await createClock().sleep(20);
}

test('every image is built before the plane starts: a broken build is told before any load', async (t) => {
  const built: string[] = [];
  const deps = {
    ...depsFor({} as FakePlane, {} as TestTarget),
    buildImages: async (dir: string) => {
      built.push(dir);
      if (dir !== 'dir of monolith') throw new Error('a broken build');
    },
    startPlane: () => Promise.reject(new Error('the plane was started')),
  };
  await t.throwsAsync(rehearse(OPTIONS, deps), { message: 'a broken build' });
  t.deepEqual(built, ['dir of monolith', 'dir of strangler']);
});

test('stages between two, without those that are the same under another name', (t) => {
  t.deepEqual(stagesBetween([LOGISTICS], 'monolith', 'microservices'), ['monolith', 'strangler', 'microservices']);
  t.deepEqual(stagesBetween([LOGISTICS], 'containers', 'strangler'), ['containers', 'strangler']);
  t.deepEqual(stagesBetween([LOGISTICS, FORUM], 'monolith', 'microservices'), FORUM.stages);
  t.throws(() => stagesBetween([LOGISTICS], 'x', 'y'), { message: /"x"[\s\S]*"y"/ });
  const error = t.throws(() => stagesBetween([LOGISTICS], 'strangler', 'monolith'), { instanceOf: CutoverError });
  t.is(error.code, 'BAD_FLAG');
});

withK6('the load moves to the new paths while the stage is still being applied, and the run passes', async (t) => {
  await using target = await startTarget();
  const plane = new FakePlane(status(target.url), target, String(KEY));
  plane.onApply = async (dir) => {
    t.is(dir, 'dir of strangler');
    plane.become(withIridium('initial', [], target.url), 'TARGET_REGISTERED', 'iridium registers');
    plane.become(withIridium('healthy', [], target.url), 'TARGET_HEALTHY', 'iridium is healthy');
    await seen(target, '/iridium/');
    return {};
  };
  const result = await rehearse(OPTIONS, depsFor(plane, target));
  // How fast this machine is, whatever else it does, is not the question.
  const failing = result.verdict.criteria
    .filter((c) => c.verdict === 'FAIL' && !c.name.startsWith('latency'))
    .map((c) => c.name);
  t.deepEqual(failing, [], result.verdict.reasons.join('\n'));
  t.deepEqual(
    result.verdict.stages.map((s) => s.name),
    ['monolith', 'strangler'],
  );
  t.true(result.verdict.stages.every((s) => s.steadyAt !== null));
  t.is(result.verdict.ledger?.lost, 0);
  t.is(result.verdict.ledger?.fulfilled, target.requests.filter((r) => r.method === 'POST').length);
  t.deepEqual(new Set((result.record.orders?.outcomes ?? []).map((o) => o.path)), new Set(['/order/', '/iridium/']));
  t.true(
    (result.record.orders?.outcomes ?? []).every((o) => o.status === 200),
    'nothing is cut off at the end',
  );
  t.is(plane.downs, 1);
  t.deepEqual(await leftovers(), []);
  t.regex(await readFile(join(result.reportDir, 'report.html'), 'utf8'), /<svg/);
});

withK6('a stage whose paths never come up fails by name', async (t) => {
  await using target = await startTarget();
  const plane = new FakePlane(status(target.url), target, String(KEY));
  const profile = { ...SHORT, warmUpSeconds: 0.5, steadyTimeoutSeconds: 1 };
  const result = await rehearse({ ...OPTIONS, systems: [{ system: LOGISTICS, profile }] }, depsFor(plane, target));
  t.is(result.exitCode, 10);
  t.true(result.verdict.reasons.some((r) => /stage strangler: not steady.*\/iridium\/: only the default/.test(r)));
  t.is(plane.downs, 1);
});

withK6('a drill fails the run, names the deployment, and finds the roll-back clean', async (t) => {
  await using target = await startTarget();
  const base = status(target.url);
  const old = base.services[0] as NonNullable<(typeof base.services)[0]>;
  const plane = new FakePlane(base, target, String(KEY));
  const failed = { ...service('monolith', 'monolith:2', []).deployments[0], rolloutState: 'FAILED', failedTasks: 3 };
  plane.onApply = async (dir) => {
    t.is(dir, 'dir of monolith with {"monolith":"broken-500"}');
    const reason = 'ECS deployment circuit breaker: tasks failed to start.';
    const broken = {
      ...failed,
      status: 'ACTIVE',
      desiredCount: 0,
      rolloutStateReason: reason,
    } as (typeof old.deployments)[0];
    const services = [{ ...old, deployments: [...old.deployments, broken] }];
    plane.become({ ...base, services }, 'DEPLOYMENT_FAILED', 'the deployment failed');
    await plane.status();
    await createClock().sleep(300);
    plane.become(base, 'SERVICE_STEADY_STATE', 'steady again');
    return { failures: [{ address: 'x/aws_ecs_service.monolith', message: 'rolled back' }] };
  };
  const drill = { service: 'monolith', tag: 'broken-500' };
  const result = await rehearse({ ...OPTIONS, scenario: 'orders', drill }, depsFor(plane, target));
  t.is(result.exitCode, 10);
  t.true(
    result.verdict.reasons.some((r) => /deployment ecs-svc\/monolith:2 of monolith to monolith:2 failed/.test(r)),
    result.verdict.reasons.join('\n'),
  );
  const verdictOf = (name: string): string | undefined => result.verdict.criteria.find((c) => c.name === name)?.verdict;
  t.is(verdictOf('failed-deployments'), 'FAIL');
  t.is(verdictOf('rollback-clean'), 'PASS');
  t.is(result.verdict.ledger?.lost, 0);
});

withK6('Ctrl-C under load ends k6, the plane and the files', async (t) => {
  await using target = await startTarget();
  const stop = new AbortController();
  const plane = new FakePlane(status(target.url), target, String(KEY));
  plane.onApply = async () => {
    stop.abort(new Error('stopped by the test'));
    return {};
  };
  await t.throwsAsync(rehearse(OPTIONS, depsFor(plane, target, { signal: stop.signal })), {
    message: 'stopped by the test',
  });
  t.is(plane.downs, 1);
  t.deepEqual(await leftovers(), []);
});

withK6('both systems at once: one plane, two loads, one verdict with the criteria of each', async (t) => {
  await using target = await startForum();
  const forum = threadsStatus({ url: target.url }).status;
  const together = (logistics: Status): Status => ({
    ...logistics,
    loadBalancers: [...logistics.loadBalancers, ...forum.loadBalancers],
    targetGroups: [...logistics.targetGroups, ...forum.targetGroups],
    services: [...logistics.services, ...forum.services],
    outputs: forum.outputs,
  });
  const plane = new FakePlane(together(status(target.url)), target, String(KEY));
  plane.onApply = async (dir) => {
    const next = dir === 'dir of strangler' ? withIridium('healthy', [], target.url) : status(target.url);
    plane.become(together(next), 'STAGE', 'applied');
    return {};
  };
  const systems = [
    { system: LOGISTICS, profile: SHORT },
    { system: FORUM, profile: { ...SHORT, startVirtualUsers: 20, ratePerSecond: 60 } },
  ];
  const result = await rehearse({ ...OPTIONS, systems }, depsFor(plane, target));
  t.deepEqual(
    result.verdict.stages.map((stage) => stage.name),
    ['monolith', 'containers', 'strangler'],
  );
  t.is(result.verdict.system, 'all');
  t.deepEqual(
    result.verdict.loads.map((load) => load.scenario),
    ['orders', 'forum'],
  );
  const value = (name: string): number | null | undefined =>
    result.verdict.criteria.find((criterion) => criterion.name === name)?.value;
  for (const name of [
    'lost-orders',
    'duplicated-orders',
    'server-errors',
    'forum-failed-requests',
    'forum-failed-checks',
  ]) {
    t.is(value(name), 0, name);
  }
  const posts = target.requests.filter((request) => request.method === 'POST');
  t.is(result.verdict.ledger?.fulfilled, posts.length);
  t.true((result.record.forum?.requests.rows.length ?? 0) > 200);
  t.deepEqual(await leftovers(), []);
});

test('a plane that does not start leaves nothing behind', async (t) => {
  await using target = await startTarget();
  const plane = new FakePlane(status(target.url), target, String(KEY));
  const startPlane = (): Promise<never> => Promise.reject(new Error('no port'));
  await t.throwsAsync(rehearse(OPTIONS, depsFor(plane, target, { startPlane })), { message: 'no port' });
  t.is(plane.downs, 0);
});

async function leftovers(): Promise<string[]> {
  return (await readdir(scratchDir)).filter((name) => name.startsWith(`load-${process.pid}-`));
}
