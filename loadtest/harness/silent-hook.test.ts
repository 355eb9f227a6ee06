import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { unzipSync } from 'fflate';
import { CutoverError } from '../../local/errors.ts';
import { addSilentHook, SILENT_HOOK } from './silent-hook.ts';

const MODEL = {
  function_name: 'CodeDeployHook_real',
  filename: 'assets/real.zip',
  handler: 'real.handler',
  role: '${aws_iam_role.hook.arn}',
  timeout: 60,
  environment: { variables: { TargetUrl: 'http://x' } },
};

async function stage(t: { teardown(fn: () => Promise<void>): void }, stacks: Record<string, object>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-silent-test-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  for (const [name, json] of Object.entries(stacks)) {
    await mkdir(join(dir, 'stacks', name), { recursive: true });
    await writeFile(join(dir, 'stacks', name, 'cdk.tf.json'), JSON.stringify(json));
  }
  return dir;
}

test('a function that says nothing stands beside the hook, with its role and network', async (t) => {
  const dir = await stage(t, {
    a: { resource: { aws_lb: { x: {} } } },
    b: { resource: { aws_lambda_function: { hook: MODEL }, aws_lb: { y: {} } }, output: { o: { value: 1 } } },
  });
  await addSilentHook(dir);
  const stack = JSON.parse(await readFile(join(dir, 'stacks', 'b', 'cdk.tf.json'), 'utf8'));
  const { hook, 'drill-silent-hook': silent } = stack.resource.aws_lambda_function;
  t.deepEqual(hook, MODEL);
  t.is(silent.function_name, SILENT_HOOK);
  t.is(silent.role, MODEL.role);
  t.is(silent.timeout, 60);
  t.false('environment' in silent);
  t.deepEqual(stack.output, { o: { value: 1 } });
  const zip = unzipSync(await readFile(join(dir, 'stacks', 'b', silent.filename)));
  const module = { exports: {} as { handler?: () => Promise<unknown> } };
  new Function('exports', Buffer.from(zip['silent.js'] ?? []).toString())(module.exports);
  t.is(silent.handler, 'silent.handler');
  t.truthy(await module.exports.handler?.());
});

test('a stage without a function to take after is refused', async (t) => {
  const dir = await stage(t, { a: { resource: { aws_lb: { x: {} } } } });
  const error = await t.throwsAsync(addSilentHook(dir), { instanceOf: CutoverError });
  t.is(error.code, 'MISSING_ATTRIBUTE');
});
