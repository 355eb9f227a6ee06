/** ECS's own blue/green deployments on a real plane, of stacks that somebody else wrote: `up --synth` and nothing else. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
} from '@aws-sdk/client-ecs';
import test, { type ExecutionContext } from 'ava';
import { zipSync } from 'fflate';
import type { Status } from '../status.ts';
import { TestPlane, urlOf } from './cutover.ts';
import { POT, TASTER, teaHouse } from './tea.ts';

const plane = new TestPlane(26_566);
const SERVICE = 'pot';
const HOUSE = 'tea-house';

async function write(t: ExecutionContext) {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-e2e-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  const pot = join(dir, 'pot.mjs');
  await writeFile(pot, POT);
  const stack = join(dir, 'stack.tf.json');
  await writeFile(join(dir, 'taster.zip'), zipSync({ 'taster.js': new TextEncoder().encode(TASTER) }));
  return {
    image: ['--image', `teapot=node ${pot}`],
    async brew(tea: string) {
      await writeFile(stack, JSON.stringify(teaHouse(tea)));
      return ['--synth', dir];
    },
  };
}

const deployment = (status: Status) => status.services.find(({ name }) => name === SERVICE)?.serviceDeployment;

/** Guests that order one after another until told to stop. @returns what was poured, and what went wrong */
function serve(t: ExecutionContext, url: string): { poured: Map<string, number>; stop(): Promise<readonly string[]> } {
  const poured = new Map<string, number>();
  const failed: string[] = [];
  let open = true;
  const guest = async (): Promise<void> => {
    while (open) {
      const answer = await fetch(url, { signal: AbortSignal.timeout(20_000) }).catch(String);
      const tea = typeof answer === 'string' ? answer : (await answer.text()).trim();
      if (typeof answer === 'string' || answer.status !== 200) failed.push(tea);
      else poured.set(tea, (poured.get(tea) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const guests = Promise.all([guest(), guest()]);
  t.teardown(() => {
    open = false;
    return guests;
  });
  return {
    poured,
    async stop() {
      open = false;
      await guests;
      return failed;
    },
  };
}

/** As the AWS CLI and the SDKs see it. */
async function seen() {
  const ecs = new ECSClient({
    endpoint: `http://127.0.0.1:${plane.portBase}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const { services } = await ecs.send(new DescribeServicesCommand({ cluster: 'tea', services: [SERVICE] }));
  const { serviceDeployments: all } = await ecs.send(
    new ListServiceDeploymentsCommand({ cluster: 'tea', service: SERVICE }),
  );
  const serviceDeploymentArns = [all?.[0]?.serviceDeploymentArn ?? ''];
  const described = await ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns }));
  const [current] = described.serviceDeployments ?? [];
  const arns = services?.[0]?.currentServiceRevisions?.map(({ arn }) => arn ?? '') ?? [];
  const revisions = await ecs.send(new DescribeServiceRevisionsCommand({ serviceRevisionArns: arns }));
  return { service: services?.[0], all, current, revisions: revisions.serviceRevisions };
}

test.serial(
  'a canary takes over under guests; a bad one is refused by its taster; a kill leaves one that serves',
  async (t) => {
    t.teardown(() => plane.down());
    const { image, brew } = await write(t);
    const up = await plane.up(...(await brew('green')), ...image, '--clock-rate', '20');
    t.is(up.code, 0, up.stderr);
    const first = await plane.until('the first revision serves', (s) => deployment(s)?.status === 'SUCCESSFUL');
    const url = urlOf(first, HOUSE);

    const guests = serve(t, url);
    const changed = await plane.up(...(await brew('oolong')));
    t.is(changed.code, 0, changed.stderr);
    await plane.until('a quarter goes to green', (s) => deployment(s)?.greenPercent === 25);
    const tasting = await seen();
    t.like(tasting.current, { status: 'IN_PROGRESS', lifecycleStage: 'PRODUCTION_TRAFFIC_SHIFT' });
    t.like(tasting.current?.deploymentConfiguration, { strategy: 'CANARY', bakeTimeInMinutes: 2 });
    t.is(tasting.service?.currentServiceDeployment, tasting.current?.serviceDeploymentArn);
    t.is(tasting.revisions?.length, 2, 'both revisions run');
    await plane.until('oolong is the tea', (s) => deployment(s)?.status === 'SUCCESSFUL', 180);
    t.deepEqual(await guests.stop(), [], 'no guest went without');
    t.true((guests.poured.get('green') ?? 0) > 0 && (guests.poured.get('oolong') ?? 0) > 0);
    t.deepEqual([...guests.poured.keys()].sort(), ['green', 'oolong']);

    const others = serve(t, url);
    t.is((await plane.up(...(await brew('cold')))).code, 0);
    const refused = await plane.until(
      'cold tea is refused',
      (s) => deployment(s)?.status === 'ROLLBACK_SUCCESSFUL',
      180,
    );
    t.regex(
      deployment(refused)?.statusReason ?? '',
      /hook taster of POST_TEST_TRAFFIC_SHIFT failed: it answered FAILED/,
    );
    await plane.until('green’s pots are gone', (s) => s.services[0]?.steady === true);
    t.deepEqual(await others.stop(), []);
    t.deepEqual([...others.poured.keys()], ['oolong'], 'no guest was given cold tea');
    const after = await seen();
    t.like(after.current, { status: 'ROLLBACK_SUCCESSFUL' });
    t.truthy(after.current?.rollback?.serviceRevisionArn);
    t.is(after.all?.length, 3);
    t.is(after.service?.currentServiceDeployment, undefined);

    t.is((await plane.up(...(await brew('white')))).code, 0);
    const half = await plane.until('white tea is tried', (s) => deployment(s)?.greenPercent === 25);
    process.kill(half.pid, 'SIGKILL');
    const back = await plane.up();
    t.is(back.code, 0, back.stderr);
    const served = await plane.until('oolong again', (s) => s.services[0]?.steady === true);
    t.is(deployment(served)?.status, 'ROLLBACK_SUCCESSFUL');
    const answers = await Promise.all([1, 2, 3, 4].map(async () => (await fetch(url)).text()));
    t.deepEqual([...new Set(answers)], ['oolong\n']);
    t.is((await plane.down()).code, 0);
    t.deepEqual(await plane.leftovers(), []);
  },
);
