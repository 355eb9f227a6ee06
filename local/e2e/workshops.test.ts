/**
 * docs/labs/*.sh, the workshops' labs as AWS CLI lines, against a running plane: what a learner types works, what is
 * refused says why, and nothing that was made by hand is left. Skipped where there is no AWS CLI (CUTOVER_AWS_CLI).
 */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { root } from '../cli/paths.ts';
import type { Status } from '../status.ts';
import { cutover, TestPlane } from './cutover.ts';

/** Exit code of a verdict that is neither PASS nor FAIL. */
const INCONCLUSIVE = 11;
const CLI = process.env['CUTOVER_AWS_CLI'] ?? 'aws';
const run = promisify(execFile);
const present = await run(CLI, ['--version']).then(
  () => true,
  () => false,
);

/** Runs a lab's script as a learner would, the chosen CLI as `aws`. @returns what it printed, errors too */
async function runLab(t: ExecutionContext, name: string, endpoint: string): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'cutover-labs-'));
  t.teardown(() => rm(home, { recursive: true, force: true }));
  const aws = join(home, 'aws');
  await writeFile(aws, `#!/bin/sh\nexec "$CUTOVER_LAB_CLI" "$@"\n`);
  await chmod(aws, 0o755);
  const { stdout: cli } = await run('sh', ['-c', 'command -v "$1"', 'sh', CLI]);
  const env = {
    PATH: `${home}:${process.env['PATH']}`,
    HOME: home,
    TMPDIR: home,
    CUTOVER_LAB_CLI: cli.trim(),
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_DEFAULT_REGION: 'us-east-1',
  };
  const { stdout, stderr } = await run('bash', [join(root, 'docs', 'labs', `${name}.sh`)], { env, timeout: 270_000 });
  return stdout + stderr;
}

/** docker ps, docker logs and the workshop's order generator, as the plane has them. */
async function inspect(t: ExecutionContext, plane: TestPlane): Promise<void> {
  const call = async (command: 'ps' | 'logs' | 'load', ...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await cutover(command, ...plane.flags, ...args);
    t.true(code === 0 || (command === 'load' && code === INCONCLUSIVE), `${command}: ${code} ${stderr}`);
    return stdout;
  };
  t.regex(await call('ps'), /interstella-monolith/);
  t.regex(await call('logs', 'interstella-monolith', '--contains', 'Bundle fulfilled'), /Bundle fulfilled/);
  const reports = await mkdtemp(join(tmpdir(), 'cutover-labs-'));
  t.teardown(() => rm(reports, { recursive: true, force: true }));
  // Ten seconds may be too few samples for a verdict on latency; where the orders went is certain all the same.
  const { ledger } = JSON.parse(
    await call('load', 'orders', '--rate', '5', '--duration', '10', '--report', reports, '--json'),
  );
  t.true(ledger.sent > 0);
  t.like(ledger, { fulfilled: ledger.sent, duplicated: 0, lost: 0 });
}

const labTest = present ? test.serial : test.serial.skip;

interface Lab {
  readonly plane: TestPlane;
  readonly before: Status;
  /** What the script printed. */
  readonly printed: string;
}

/** Runs a lab on a plane of its own, at a stage of its system. */
async function labOn(t: ExecutionContext, name: string, system: 'logistics' | 'forum', stage: string): Promise<Lab> {
  const plane = new TestPlane(25_566);
  t.teardown(() => plane.down());
  const up = await plane.up('--system', system, '--stage', stage, '--clock-rate', '10');
  t.is(up.code, 0, up.stderr);
  const before = await plane.status();
  return { plane, before, printed: await runLab(t, name, before.endpoints.aws) };
}

labTest('Interstella: the labs run from the key to the clean-up', async (t) => {
  const { plane, before, printed } = await labOn(t, 'interstella', 'logistics', 'monolith');
  t.is(printed.match(/Your order has been fulfilled/g)?.length, 3);
  t.regex(printed, /"messageId":"lab","status":"fulfilled"/);
  t.regex(printed, /lab-monolith:3/);
  t.regex(printed, /== Done/);
  const after = await plane.status();
  const names = (status: Status) => ({
    loadBalancers: status.loadBalancers.map(({ name }) => name),
    targetGroups: status.targetGroups.map(({ name }) => name).sort(),
    services: status.services.filter(({ desiredCount }) => desiredCount > 0).map(({ name }) => name),
    subscriptions: status.topics.flatMap(({ subscriptions }) => subscriptions.map(({ endpoint }) => endpoint)),
  });
  t.deepEqual(names(after), names(before));
  await inspect(t, plane);
  t.is((await plane.down()).code, 0);
  t.deepEqual(await plane.leftovers(), []);
});

labTest('the container workshop: calls, repositories and roles', async (t) => {
  const { printed } = await labOn(t, 'forum', 'forum', 'monolith');
  for (const shown of [
    /"username":/,
    /latest/,
    /keeps no images and runs no registry/,
    /AWS has it as arn:aws:iam::aws:policy\/AWSCodeDeployRoleForECS/,
    /DeleteStack is not offered here/,
    /Cloud9 is not offered here/,
    /== Done/,
  ])
    t.regex(printed, shown);
});

labTest('going back by hand: a revision, and a path of the forum', async (t) => {
  const { plane, before, printed } = await labOn(t, 'go-back', 'forum', 'microservices');
  for (const shown of [/users-task-def:2/, /healthy\thealthy/, /by the monolith/, /== Done/]) t.regex(printed, shown);
  const after = await plane.status();
  const runs = (status: Status) => status.services.map((s) => [s.name, s.desiredCount, s.taskDefinition]);
  t.deepEqual(runs(after), runs(before));
});
