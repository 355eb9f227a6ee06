/** Deployments from the command line on a real plane: blue/green with its hook, a bad version, a tag that is not there. */
import test from 'ava';
import type { Status } from '../status.ts';
import { cutover, cutoverJson, start, TestPlane, urlOf } from './cutover.ts';

interface Result {
  readonly outcome: string;
  readonly deploymentId: string;
  readonly rollbackDeploymentId: string | null;
}

const lastLine = (text: string): Result => JSON.parse(text.trim().split('\n').at(-1) ?? '{}') as Result;
const threads = (url: string): Promise<Response> =>
  fetch(`${url}/api/threads`, { signal: AbortSignal.timeout(20_000) });

test.serial('deploy: a canary to its end, a version that its hook refuses, a stop mid-shift', async (t) => {
  const plane = new TestPlane(26_566);
  t.teardown(() => plane.down());
  const up = await plane.up('--system', 'forum', '--stage', 'microservices', '--clock-rate', '20');
  t.is(up.code, 0, up.stderr);
  const url = urlOf(await plane.status(), 'interstella-forum');
  const deploy = (...args: string[]) => cutover('deploy', ...args, ...plane.flags);
  const weights = async () => (await plane.status()).blueGreen[0];

  const canary = await deploy('threads', '--tag', 'v2', '--config', 'CodeDeployDefault.ECSCanary10Percent5Minutes');
  t.is(canary.code, 0, canary.stderr);
  t.regex(canary.stderr, /BeforeAllowTraffic +Succeeded +\(CodeDeployHook_pre-traffic-hook\)/);
  t.regex(canary.stderr, /green +10 % +threads-task-def:\d+ \(v2\)/);
  t.regex(canary.stderr, /green +100 % +threads-task-def:\d+ \(v2\)/);
  t.is((await threads(url)).status, 200);

  const refused = await deploy('threads', '--tag', 'broken-500', '--json');
  t.is(refused.code, 10, refused.stderr);
  t.like(lastLine(refused.stdout), { outcome: 'ROLLED_BACK' });
  t.is((await threads(url)).status, 200, 'production never saw it');

  const definitions = (await plane.status()).services.find((s) => s.name === 'threads')?.taskDefinition;
  const missing = await deploy('threads', '--tag', 'no-such-build');
  t.is(missing.code, 3);
  t.regex(missing.stderr, /IMAGE_NOT_FOUND.*no build no-such-build/);
  t.is((await plane.status()).services.find((s) => s.name === 'threads')?.taskDefinition, definitions);

  // What the hook was answered counts in the group's alarms, and an alarm that is still on stops the next deployment.
  const on = (s: Status): boolean =>
    s.alarms.some(({ name, state }) => name.startsWith('forum-5xx') && state === 'ALARM');
  await plane.until('the alarms are off', (s) => !on(s));
  const watched = start([
    'deploy',
    'threads',
    '--tag',
    'latest',
    '--config',
    'CodeDeployDefault.ECSLinear10PercentEvery3Minutes',
    ...plane.flags,
  ]);
  await watched.shows('green   10 %');
  watched.child.kill('SIGINT');
  const left = await watched.finished;
  t.is(left.code, 130);
  t.regex(left.stderr, /The deployment goes on; \.\/cutover deploy --stop d-[A-Z0-9]{9}/);
  const running = await weights();
  t.is(running?.status, 'InProgress');
  const stopped = await cutoverJson<{ status: string }>('deploy', '--stop', running?.id ?? '', ...plane.flags);
  t.true(['Pending', 'Succeeded'].includes(stopped.status));
  const followed = await deploy('--follow', running?.id ?? '');
  t.is(followed.code, 10);
  t.regex(followed.stdout, /rolled back: MANUAL_STOP/);
  const after = await plane.until('blue has all traffic again', (s) => s.blueGreen[0]?.blue.trafficPercent === 100);
  t.is(after.services.find((s) => s.name === 'threads')?.taskSets.length, 1);
  t.is((await threads(url)).status, 200);
});

test.serial('deploy: a rolling service is watched to its end', async (t) => {
  const plane = new TestPlane(27_566);
  t.teardown(() => plane.down());
  const up = await plane.up('--stage', 'strangler', '--system', 'logistics', '--clock-rate', '5');
  t.is(up.code, 0, up.stderr);
  const { stdout, stderr, code } = await cutover(
    'deploy',
    'interstella-iridium',
    '--tag',
    'latest',
    '--json',
    ...plane.flags,
  );
  t.is(code, 0, stderr + stdout);
  t.like(lastLine(stdout), { outcome: 'SUCCEEDED', controller: 'ECS' });
});
