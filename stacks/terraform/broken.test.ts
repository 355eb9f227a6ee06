/**
 * Stacks broken on purpose: `./cutover check` or `terraform validate` fails and names what is broken. What only a deployment
 * shows is in forum-breakages.ts.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { createApp } from '../app.ts';
import { readSettings } from '../settings.ts';
import { withWorkDir } from './deployment.ts';
import { toolchain } from './suite.ts';
import { type CommandResult, command, stackDir, stacksInOrder, writeCliConfig } from './terraform.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const STACK = 'interstella-services';
/** For what hangs: the suite may run behind other work. */
const TIMEOUT_MS = 15 * 60_000;
const VALID = 0;
const INVALID_INPUT = 3;

// biome-ignore lint/suspicious/noExplicitAny: Terraform JSON of any shape
type Json = any;

interface Breakage {
  readonly what: string;
  /** Changes the services' stack. */
  readonly change: (resources: Json) => void;
  /** What the refusal must name. */
  readonly names: readonly RegExp[];
}

const first = (resources: Json, type: string): Json => Object.values(resources[type])[0];

const CAUGHT_BY_CHECK: readonly Breakage[] = [
  {
    what: 'two rules of one priority',
    change: (resources) => {
      const rules = Object.values<Json>(resources.aws_lb_listener_rule);
      for (const rule of rules) rule.priority = rules[0].priority;
    },
    names: [/aws_lb_listener_rule/, /priority/],
  },
  {
    what: 'a service whose rule is missing',
    change: (resources) => {
      delete resources.aws_lb_listener_rule;
      for (const service of Object.values<Json>(resources.aws_ecs_service)) delete service.depends_on;
      for (const subscription of Object.values<Json>(resources.aws_sns_topic_subscription ?? {}))
        delete subscription.depends_on;
    },
    names: [/group-unattached/, /aws_ecs_service/],
  },
  {
    what: 'a reference to a role that is not there',
    change: (resources) => {
      first(resources, 'aws_ecs_task_definition').execution_role_arn = '$' + '{aws_iam_role.nobody.arn}';
    },
    names: [/aws_ecs_task_definition/, /aws_iam_role\.nobody/],
  },
  {
    what: 'the role of another service',
    change: (resources) => {
      for (const role of Object.values<Json>(resources.aws_iam_role))
        role.assume_role_policy = role.assume_role_policy.replace('ecs-tasks.amazonaws.com', 'lambda.amazonaws.com');
    },
    names: [/role-untrusted/, /aws_ecs_task_definition/, /ecs-tasks\.amazonaws\.com/],
  },
];

const CAUGHT_BY_VALIDATE: readonly Breakage[] = [
  {
    what: 'a reference to a role that is not there',
    change: CAUGHT_BY_CHECK[2]?.change as Breakage['change'],
    names: [/aws_iam_role/, /nobody/, /undeclared resource/],
  },
  {
    what: 'a role ARN that is none',
    change: (resources) => {
      first(resources, 'aws_ecs_task_definition').execution_role_arn = 'ecsTaskExecutionRole';
    },
    names: [/execution_role_arn/, /invalid ARN/],
  },
  {
    what: 'a rule without an action',
    change: (resources) => {
      delete first(resources, 'aws_lb_listener_rule').action;
    },
    names: [/aws_lb_listener_rule/, /action/],
  },
];

/** Synthesizes logistics at its last stage into a folder of its own, and hands on what breaks it there. */
async function withStacks(
  providerVersion: string | undefined,
  use: (outDir: string, broken: (breakage: Breakage | null) => Promise<void>, workDir: string) => Promise<void>,
): Promise<void> {
  await withWorkDir(join(tmpdir(), 'cutover-terraform-broken-'), async (workDir) => {
    const outDir = join(workDir, 'cdktf.out');
    const version = providerVersion ? { CUTOVER_AWS_PROVIDER_VERSION: providerVersion } : {};
    const settings = readSettings({ CUTOVER_SYSTEM: 'logistics', CUTOVER_STAGE: 'microservices', ...version });
    createApp({ ...settings, outDir }).synth();
    const file = join(stackDir(outDir, STACK), 'cdk.tf.json');
    const whole = await readFile(file, 'utf8');
    const broken = async (breakage: Breakage | null): Promise<void> => {
      const stack = JSON.parse(whole);
      breakage?.change(stack.resource);
      await writeFile(file, JSON.stringify(stack));
    };
    await use(outDir, broken, workDir);
  });
}

test('./cutover check fails a broken stack and names what is broken', async (t) => {
  t.timeout(40 * 60_000);
  await withStacks(undefined, async (outDir, broken) => {
    const main = join(ROOT, 'local', 'cli', 'main.ts');
    const check = (): Promise<CommandResult> =>
      command(process.execPath, [main, 'check', '--synth', outDir, '--json'], {
        cwd: ROOT,
        env: process.env,
        timeoutMs: TIMEOUT_MS,
      });
    await broken(null);
    const whole = await check();
    t.is(whole.code, VALID, whole.output);
    for (const breakage of CAUGHT_BY_CHECK) {
      await broken(breakage);
      const { code, output } = await check();
      t.is(code, INVALID_INPUT, `${breakage.what}: ${output}`);
      for (const name of breakage.names) t.regex(output, name, breakage.what);
    }
  });
});

const run = 'missing' in toolchain ? test.skip : test;
const why = 'missing' in toolchain ? ` (skipped: ${toolchain.missing})` : '';

run(`terraform validate fails a broken stack and names what is broken${why}`, async (t) => {
  if ('missing' in toolchain) throw new Error(toolchain.missing);
  const tools = toolchain;
  t.timeout(40 * 60_000);
  await withStacks(tools.providerVersion, async (outDir, broken, workDir) => {
    t.true((await stacksInOrder(outDir)).includes(STACK));
    const env = { ...process.env, TF_CLI_CONFIG_FILE: await writeCliConfig(workDir, tools), CHECKPOINT_DISABLE: '1' };
    const terraform = (...args: string[]): Promise<CommandResult> =>
      command('terraform', [...args, '-no-color'], { cwd: stackDir(outDir, STACK), env, timeoutMs: TIMEOUT_MS });
    await broken(null);
    const init = await terraform('init', '-backend=false', '-input=false');
    t.is(init.code, 0, init.output);
    t.is((await terraform('validate')).code, 0);
    for (const breakage of CAUGHT_BY_VALIDATE) {
      await broken(breakage);
      const { code, output } = await terraform('validate');
      t.not(code, 0, breakage.what);
      for (const name of breakage.names) t.regex(output, name, breakage.what);
    }
  });
});
