/** Blue/green on a real plane that is killed in the middle of it and after it: what comes back, and who answers. */
import test from 'ava';
import type { Status } from '../status.ts';
import { cutover, TestPlane, urlOf } from './cutover.ts';

const SERVICE = 'threads';
const LINEAR = 'CodeDeployDefault.ECSLinear10PercentEvery3Minutes';

const threads = (status: Status) => status.services.find((service) => service.name === SERVICE);
const newest = (status: Status) => status.blueGreen[0];

/** Weights of threads' production rule, by target group name. */
function weights(status: Status): Record<string, number> {
  const rules = status.loadBalancers.flatMap((lb) => lb.listeners[0]?.rules ?? []);
  const rule = rules.find((one) => JSON.stringify(one.conditions).includes('/api/threads'));
  const action = rule?.actions.at(-1);
  if (action?.type !== 'forward') return {};
  return Object.fromEntries(action.targetGroups.map(({ arn, weight }) => [arn.split('/')[1] ?? arn, weight]));
}

/** Statuses of a hundred requests, one after another. */
async function ask(url: string): Promise<Set<number>> {
  const statuses = new Set<number>();
  for (let i = 0; i < 100; i++) {
    const response = await fetch(`${url}/api/threads`, { signal: AbortSignal.timeout(20_000) });
    await response.arrayBuffer();
    statuses.add(response.status);
  }
  return statuses;
}

/** No weight on a group in which nobody is healthy. */
function servesOnlyTheLiving(status: Status): boolean {
  return Object.entries(weights(status)).every(([name, weight]) => {
    const group = status.targetGroups.find((one) => one.name === name);
    return weight === 0 || group?.targets.some((target) => target.state === 'healthy') === true;
  });
}

test.serial('a plane killed after a deployment comes back on its version; killed mid-shift, on blue', async (t) => {
  const plane = new TestPlane(26_566);
  t.teardown(() => plane.down());
  const deploy = (tag: string, ...flags: readonly string[]) =>
    cutover('deploy', SERVICE, '--tag', tag, '--no-watch', '--no-stored-appspec', ...plane.flags, ...flags);
  const up = await plane.up('--stage', 'microservices', '--system', 'forum', '--clock-rate', '8');
  t.is(up.code, 0, up.stderr);
  const first = threads(await plane.status())?.taskDefinition;

  t.is((await deploy('v2', '--config', 'CodeDeployDefault.ECSAllAtOnce')).code, 0);
  await plane.until('green serves', (s) => newest(s)?.green.trafficPercent === 100);
  t.is((await cutover('deploy', '--continue', newest(await plane.status())?.id ?? '', ...plane.flags)).code, 0);
  const deployed = await plane.until('blue is gone', (s) => newest(s)?.status === 'Succeeded');
  const second = threads(deployed)?.taskDefinition;
  t.not(second, first);
  process.kill(deployed.pid, 'SIGKILL');

  t.is((await plane.up()).code, 0);
  const back = await plane.status();
  t.is(threads(back)?.taskDefinition, second, 'the version that CodeDeploy brought');
  t.deepEqual(weights(back), weights(deployed));
  t.true(servesOnlyTheLiving(back));
  t.deepEqual([...(await ask(urlOf(back, 'interstella-forum')))], [200]);

  t.is((await deploy('latest', '--config', LINEAR)).code, 0);
  const shifting = await plane.until('traffic shifts', (s) => (newest(s)?.green.trafficPercent ?? 0) > 0);
  process.kill(shifting.pid, 'SIGKILL');

  t.is((await plane.up()).code, 0);
  const settled = await plane.status();
  t.is(threads(settled)?.taskDefinition, second, 'blue of the deployment that was interrupted');
  t.is(threads(settled)?.taskSets.length, 1);
  t.true(servesOnlyTheLiving(settled));
  t.deepEqual([...(await ask(urlOf(settled, 'interstella-forum')))], [200]);
  const interrupted = settled.blueGreen.find((one) => one.id === newest(shifting)?.id);
  t.is(interrupted?.status, 'Failed');
  t.regex(interrupted?.error?.message ?? '', /killed during AllowTraffic/);
  const rollback = settled.blueGreen.find((one) => one.id === interrupted?.rollbackDeploymentId);
  t.is(rollback?.status, 'Succeeded');

  t.is((await plane.down()).code, 0);
  t.deepEqual(await plane.leftovers(), []);
});
