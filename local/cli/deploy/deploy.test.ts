/** Deployments through the SDK against an in-process endpoint: what is found, refused, changed and shown. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetDeploymentCommand } from '@aws-sdk/client-codedeploy';
import test, { type ExecutionContext } from 'ava';
import { CutoverError } from '../../errors.ts';
import { startApi } from '../../run/api/testing/plane.ts';
import { type DeployOrder, deploy, exitCodeOf } from './deploy.ts';
import { continueDeployment, stopDeployment } from './manage.ts';
import { lineReporter, type Reporter } from './reporter.ts';
import type { Snapshot } from './snapshot.ts';
import { type DeployTarget, deployTarget } from './target.ts';

interface Stage {
  readonly api: Awaited<ReturnType<typeof startApi>>;
  readonly target: DeployTarget;
  readonly lines: string[];
  readonly prepared: string[];
  run(change?: Partial<DeployOrder>, onShow?: (snapshot: Snapshot) => void): ReturnType<typeof deploy>;
}

/** @param noImage the plane has no build of the image */
async function stage(t: ExecutionContext, noImage = false): Promise<Stage> {
  const api = await startApi();
  t.teardown(() => api.close());
  const stateDir = await mkdtemp(join(tmpdir(), 'cutover-deploy-'));
  t.teardown(() => rm(stateDir, { recursive: true, force: true }));
  const lines: string[] = [];
  const prepared: string[] = [];
  const plane = {
    async prepareImage(image: string) {
      prepared.push(image);
      if (noImage) throw new CutoverError({ code: 'IMAGE_NOT_FOUND', message: `no build of ${image}` });
    },
  };
  const endpoint = await deployTarget({ endpoint: api.endpoint, stateDir });
  const target: DeployTarget = { ...endpoint, plane, pollMs: 5 };
  const printed = lineReporter(
    (line) => lines.push(line),
    () => '2026-01-01T00:00:00Z',
  );
  return {
    api,
    target,
    lines,
    prepared,
    run(change = {}, onShow = () => undefined) {
      const reporter: Reporter = {
        note: printed.note,
        show(snapshot) {
          printed.show(snapshot);
          onShow(snapshot);
        },
      };
      const order = { service: 'threads', tag: 'v2', hooks: {}, fresh: false, watch: true, ...change };
      return deploy(order, { target, reporter, signal: new AbortController().signal, onStarted: () => undefined });
    },
  };
}

const STORED = JSON.stringify({
  version: 0,
  Resources: [
    {
      TargetService: {
        Type: 'AWS::ECS::Service',
        Properties: {
          TaskDefinition: '<TASK_DEFINITION>',
          LoadBalancerInfo: { ContainerName: 'threads-cntr', ContainerPort: 3000 },
        },
      },
    },
  ],
  Hooks: [{ BeforeAllowTraffic: 'CodeDeployHook_pre-traffic-hook' }],
});

test('a rolling service gets a revision with the tag, and is watched to its end', async (t) => {
  const s = await stage(t);
  const result = await s.run({ service: 'orders' });
  t.like(result, {
    outcome: 'SUCCEEDED',
    controller: 'ECS',
    cluster: 'shop',
    taskDefinition: { before: 'orders:1', after: 'orders:2' },
    tag: { before: 'latest', after: 'v2' },
  });
  t.is(exitCodeOf(result.outcome), 0);
  const made = s.api.ecs.taskDefinitions().at(-1);
  t.regex(made?.containers[0]?.image ?? '', /shop-orders:v2$/);
  t.deepEqual(s.prepared, [made?.containers[0]?.image]);
  t.true(s.lines.some((line) => line.includes('orders:1 (latest) → orders:2 (v2)')));
});

test('a CODE_DEPLOY service: its group is found, the stored AppSpec filled in, the shift shown', async (t) => {
  const s = await stage(t);
  s.api.parameters.put('/shop/codedeploy/threadsApp/appspec', STORED);
  s.api.parameters.put('/shop/codedeploy/threadsApp/appspec/old', 'not this one');
  const steps = [
    () => move({ green: { ...green(), trafficPercent: 10 }, blue: { ...blue(), trafficPercent: 90 } }),
    () => move({ status: 'Succeeded', blue: { ...blue(), taskSet: null, trafficPercent: 0 } }),
  ];
  const now = () => s.api.codedeploy.deployments()[0]!;
  const green = () => now().green;
  const blue = () => now().blue;
  const move = (change: Parameters<typeof s.api.codedeploy.move>[1]) => s.api.codedeploy.move(now().id, change);
  const result = await s.run({ config: 'CodeDeployDefault.ECSCanary10Percent5Minutes' }, () => steps.shift()?.());
  t.like(result, { outcome: 'SUCCEEDED', controller: 'CODE_DEPLOY', tag: { before: 'v1', after: 'v2' } });
  const { content } = now().revision;
  const arn = s.api.ecs.taskDefinitions().at(-1)?.arn;
  t.is(JSON.parse(content).Resources[0].TargetService.Properties.TaskDefinition, arn);
  t.deepEqual(JSON.parse(content).Hooks, [{ BeforeAllowTraffic: 'CodeDeployHook_pre-traffic-hook' }]);
  t.is(now().configName, 'CodeDeployDefault.ECSCanary10Percent5Minutes');
  const { deploymentInfo } = await s.target.codedeploy.send(
    new GetDeploymentCommand({ deploymentId: result.deploymentId }),
  );
  t.is(deploymentInfo?.description, 'threads v1 to v2');
  t.true(s.lines.some((line) => line.includes('BeforeAllowTraffic     InProgress  (CodeDeployHook_pre-traffic-hook)')));
  t.true(s.lines.some((line) => /green +10 %/.test(line)));
  t.true(s.lines.some((line) => /blue +gone/.test(line)));
});

test('a failed deployment is followed through its rollback, and the exit code says so', async (t) => {
  const s = await stage(t);
  let looks = 0;
  const result = await s.run({ hooks: { BeforeAllowTraffic: 'check' } }, () => {
    looks += 1;
    const [newest, older] = s.api.codedeploy.deployments();
    if (looks === 1 && newest) {
      const error = { code: 'HOOK_EXECUTION_FAILURE', message: 'the hook answered Failed' };
      s.api.codedeploy.move(newest.id, { status: 'Failed', error });
      const undo = s.api.codedeploy.createDeployment({
        applicationName: 'threadsApp',
        groupName: 'threadsDG',
        content: newest.revision.content,
      });
      const none = { rollbackDeploymentId: null, triggeringDeploymentId: null, message: null };
      s.api.codedeploy.move(newest.id, { rollback: { ...none, rollbackDeploymentId: undo.id } });
      s.api.codedeploy.move(undo.id, { rollback: { ...none, triggeringDeploymentId: newest.id } });
    } else if (older && newest?.status === 'InProgress') s.api.codedeploy.move(newest.id, { status: 'Succeeded' });
  });
  t.like(result, { outcome: 'ROLLED_BACK', deploymentId: 'd-AAAAAAAA1', rollbackDeploymentId: 'd-AAAAAAAA2' });
  t.regex(result.reason, /HOOK_EXECUTION_FAILURE/);
  t.is(exitCodeOf(result.outcome), 10);
});

test('an AppSpec file is used as it is, but for the revision', async (t) => {
  const s = await stage(t);
  const dir = await mkdtemp(join(tmpdir(), 'cutover-appspec-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  const file = join(dir, 'appspec.json');
  await writeFile(file, STORED.replace('CodeDeployHook_pre-traffic-hook', 'from-the-file'));
  const result = await s.run({ appSpecFile: file, watch: false });
  t.is(result.outcome, 'STARTED');
  t.deepEqual(JSON.parse(s.api.codedeploy.deployments()[0]?.revision.content ?? '').Hooks, [
    { BeforeAllowTraffic: 'from-the-file' },
  ]);
});

test('stop and continue act on a deployment, and refuse one that is not there', async (t) => {
  const s = await stage(t);
  const { deploymentId } = await s.run({ watch: false });
  s.api.codedeploy.move(deploymentId, { status: 'Ready' });
  t.is(await continueDeployment(s.target, deploymentId), 'READY_WAIT');
  t.is((await stopDeployment(s.target, deploymentId, true)).status, 'Succeeded');
  await t.throwsAsync(stopDeployment(s.target, deploymentId, true), { message: /DeploymentAlreadyCompleted/ });
  await t.throwsAsync(stopDeployment(s.target, 'd-ZZZZZZZZZ', true), { message: /DEPLOYMENT_NOT_FOUND/ });
});

const REFUSALS: [string, Partial<DeployOrder>, string, number][] = [
  ['a service that is not there', { service: 'none' }, 'SERVICE_NOT_FOUND', 3],
  ['a cluster that is not there', { cluster: 'none' }, 'SERVICE_NOT_FOUND', 3],
  ['a container that is not there', { container: 'none' }, 'BAD_FLAG', 2],
  ['hooks of a rolling service', { service: 'orders', hooks: { AfterInstall: 'x' } }, 'BAD_FLAG', 2],
  ['an AppSpec file that is not there', { appSpecFile: '/nowhere/appspec.json' }, 'INVALID_APPSPEC', 3],
  ['a hook at an event that takes none', { hooks: { Install: 'x' } }, 'INVALID_APPSPEC', 3],
];
for (const [name, order, code, exitCode] of REFUSALS)
  test(`refused before anything changes: ${name}`, async (t) => {
    const s = await stage(t);
    const before = s.api.ecs.taskDefinitions().length;
    const error = await t.throwsAsync<CutoverError>(s.run(order), { instanceOf: CutoverError });
    t.is(error?.code, code as never);
    t.is(error?.exitCode, exitCode as never);
    t.is(s.api.ecs.taskDefinitions().length, before);
  });

test('refused before anything changes: a tag that the plane has no build of', async (t) => {
  const s = await stage(t, true);
  const before = s.api.ecs.taskDefinitions().length;
  await t.throwsAsync(s.run({ tag: 'v9' }), { message: /IMAGE_NOT_FOUND.*forum-threads:v9/ });
  t.is(s.api.ecs.taskDefinitions().length, before);
  t.is(s.api.codedeploy.deployments().length, 0);
});

test('what AWS refuses is told with its own name', async (t) => {
  const s = await stage(t);
  await s.run({ watch: false });
  const error = await t.throwsAsync<CutoverError>(s.run({ watch: false }), { instanceOf: CutoverError });
  t.is(error?.code, 'AWS_REFUSED');
  t.regex(error?.message ?? '', /DeploymentLimitExceededException/);
});

test('nobody there is told, too', async (t) => {
  const s = await stage(t);
  await s.api.close();
  const error = await t.throwsAsync<CutoverError>(s.run(), { instanceOf: CutoverError });
  t.is(error?.exitCode, 4);
});
