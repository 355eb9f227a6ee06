/** `check` as a user runs it: what it prints, and how it exits. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { CheckReport } from '../../check/contracts.ts';
import { RULES } from '../../check/rules/index.ts';
import { type Change, rawOf, soundStack, the } from '../../check/testing/system.ts';
import { root } from '../paths.ts';

const MAIN = join(root, 'local', 'cli', 'main.ts');

function check(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'check', ...args], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      texts[name] += chunk;
    });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...texts }));
  });
}

async function folder(change: Change): Promise<{ dir: string; remove: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-check-'));
  const stack = soundStack();
  change(stack);
  await writeFile(join(dir, 'main.tf.json'), JSON.stringify(rawOf(stack).stacks[0]?.json));
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

test.serial('nothing found: exit 0, and one line', async (t) => {
  const { dir, remove } = await folder(() => undefined);
  t.teardown(remove);
  const [{ code, stdout }, house] = await Promise.all([check('--synth', dir, '--no-house'), check('--synth', dir)]);
  t.is(code, 0, stdout);
  t.is(stdout.trim(), `${RULES.length} rules: passed, 0 errors, 0 warnings, 0 pieces of advice`);
  // What keeps AWS's rules may break those of the house, which somebody else's stacks need not keep.
  t.is(house.code, 0, house.stdout);
  t.regex(house.stdout, /^warning ports-closed: /m);
});

test.serial('an error: exit 3, the place, the rule and the fix; as JSON the same', async (t) => {
  const { dir, remove } = await folder((s) => delete the(s, 'aws_lb_listener_rule', 'shop')['lifecycle']);
  t.teardown(remove);
  const [told, asJson] = await Promise.all([
    check('--synth', dir, '--no-house'),
    check('--synth', dir, '--no-house', '--json'),
  ]);
  t.is(told.code, 3);
  for (const part of ['error listener-reverted: ', 'aws_lb_listener_rule.shop.lifecycle', 'fix: add lifecycle'])
    t.true(told.stdout.includes(part), told.stdout);
  t.is(asJson.code, 3);
  const report = JSON.parse(asJson.stdout) as CheckReport;
  t.deepEqual(Object.keys(report), ['version', 'passed', 'strict', 'counts', 'rules', 'findings']);
  t.deepEqual([report.version, report.passed, report.counts], [1, false, { error: 1, warning: 0, advice: 0 }]);
  const [finding] = report.findings;
  t.deepEqual(Object.keys(finding ?? {}).sort(), [
    'address',
    'fix',
    'message',
    'page',
    'rule',
    'severity',
    'text',
    'value',
  ]);
});

test.serial('a warning passes, and fails with --strict; a boot that is given is judged', async (t) => {
  const { dir, remove } = await folder(() => undefined);
  t.teardown(remove);
  const [warned, strict] = await Promise.all([
    check('--synth', dir, '--boot', 'api=70'),
    check('--synth', dir, '--boot', 'api=70', '--strict'),
  ]);
  t.deepEqual([warned.code, strict.code], [0, 3], strict.stdout);
  t.true(warned.stdout.includes('warning grace-period'), warned.stdout);
});

test.serial('what cannot be read, and flags that are none', async (t) => {
  const { dir, remove } = await folder(() => undefined);
  t.teardown(remove);
  const nowhere = await check('--synth', '/nowhere/at/all', '--json');
  const [file, boot] = await Promise.all([
    check('--synth', dir, '--measured', join(dir, 'main.tf.json')),
    check('--synth', dir, '--boot', 'api=soon'),
  ]);
  t.is(nowhere.code, 3);
  t.is((JSON.parse(nowhere.stdout) as { error: { code: string } }).error.code, 'STACK_UNREADABLE');
  t.is(file.code, 3);
  t.true(file.stderr.includes('it holds no events'), file.stderr);
  t.is(boot.code, 2);
});
