/** State in S3, with its lock file, by the real Terraform against an emulator of S3. */
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { createApp } from '../app.ts';
import { readSettings } from '../settings.ts';
import { withWorkDir } from './deployment.ts';
import { startEmulator } from './emulator.ts';
import { toolchain } from './suite.ts';
import { type CommandResult, command, stackDir, stacksInOrder, writeCliConfig } from './terraform.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const BUCKET = 'acme-terraform-state';
const STACK = 'interstella-registry';
const STATE = `s3://${BUCKET}/cutover/prod/${STACK}.tfstate`;
/** For what hangs: the suite may run behind other work. */
const TIMEOUT_MS = 15 * 60_000;
/** An emulator has no host name for each bucket. */
const EMULATED = ['-backend-config=use_path_style=true'];

const run = 'missing' in toolchain ? test.skip : test;
const why = 'missing' in toolchain ? ` (skipped: ${toolchain.missing})` : '';

run(`state in S3: valid in every stack; written, locked and released${why}`, async (t) => {
  if ('missing' in toolchain) throw new Error(toolchain.missing);
  const tools = toolchain;
  t.timeout(40 * 60_000);
  await withWorkDir(join(tmpdir(), 'cutover-terraform-state-'), async (workDir) => {
    const outDir = join(workDir, 'cdktf.out');
    createApp(settingsFor(tools.providerVersion, outDir)).synth();
    const emulator = await startEmulator(join(ROOT, '.cutover'));
    try {
      const env = { ...emulator.env, TF_CLI_CONFIG_FILE: await writeCliConfig(workDir, tools) };
      const terraform = (stack: string, ...args: string[]): Promise<CommandResult> =>
        command('terraform', [...args, '-no-color'], { cwd: stackDir(outDir, stack), env, timeoutMs: TIMEOUT_MS });
      const aws = (...args: string[]): Promise<CommandResult> =>
        command('aws', args, { cwd: workDir, env, timeoutMs: TIMEOUT_MS });

      for (const stack of await stacksInOrder(outDir)) {
        t.like(await terraform(stack, 'init', '-backend=false', '-input=false'), { code: 0 }, `init of ${stack}`);
        const valid = await terraform(stack, 'validate');
        t.is(valid.code, 0, `${stack}: ${valid.output}`);
      }

      const first = await terraform(STACK, 'init', '-input=false', ...EMULATED);
      t.not(first.code, 0, 'the bucket is made beforehand');
      t.regex(first.output, new RegExp(BUCKET));
      t.is((await aws('s3', 'mb', `s3://${BUCKET}`)).code, 0);
      const init = await terraform(STACK, 'init', '-input=false', ...EMULATED);
      t.is(init.code, 0, init.output);
      const applied = await terraform(STACK, 'apply', '-auto-approve', '-input=false');
      t.is(applied.code, 0, applied.output);
      t.regex((await aws('s3', 'cp', STATE, '-')).output, /"type": "aws_ecr_repository"/);
      t.is(
        (await aws('s3', 'ls', '--recursive', `s3://${BUCKET}`)).output.match(/cutover/g)?.length,
        1,
        'no lock is left',
      );

      const lock = { ID: '0a1b', Operation: 'OperationTypeApply', Who: 'somebody@elsewhere', Version: '1.11.4' };
      await writeFile(join(workDir, 'lock'), JSON.stringify(lock));
      t.is((await aws('s3', 'cp', 'lock', `${STATE}.tflock`)).code, 0);
      const refused = await terraform(STACK, 'plan', '-input=false');
      t.not(refused.code, 0);
      t.regex(refused.output, /Error acquiring the state lock[\s\S]*somebody@elsewhere/);
      t.is((await aws('s3', 'rm', `${STATE}.tflock`)).code, 0);
      t.is((await terraform(STACK, 'plan', '-detailed-exitcode', '-input=false')).code, 0, 'a plan once it is free');
    } finally {
      await emulator.stop();
    }
  });
});

function settingsFor(providerVersion: string, outDir: string) {
  const env = { CUTOVER_BACKEND: 's3', CUTOVER_STATE_BUCKET: BUCKET, CUTOVER_ENVIRONMENT: 'prod' };
  return { ...readSettings({ ...env, CUTOVER_AWS_PROVIDER_VERSION: providerVersion }), outDir };
}
