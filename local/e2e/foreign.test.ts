/** Somebody else's Terraform: native syntax, modules of their own, files of values. It runs, serves, and is applied anew. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { cutover, TestPlane, until, urlOf } from './cutover.ts';

const FOREIGN = join(import.meta.dirname, 'foreign');

test.serial('modules in native syntax run, and what a module is given is applied by the addresses in it', async (t) => {
  const plane = new TestPlane(30_566);
  const dir = await mkdtemp(join(tmpdir(), 'cutover-foreign-'));
  t.teardown(async () => {
    await plane.down();
    await rm(dir, { recursive: true, force: true });
  });
  const stack = join(dir, 'foreign');
  await cp(FOREIGN, stack, { recursive: true });
  const check = await cutover('check', '--synth', stack);
  t.is(check.code, 0, check.stdout);
  const serve = `node ${join(FOREIGN, 'shop.mjs')}`;
  const up = await plane.up('--synth', stack, '--image', `catalog=${serve}`, '--image', `basket=${serve}`);
  t.is(up.code, 0, up.stderr);
  t.regex(up.stderr, /foreign\/module\.service\["catalog"\]\.aws_appautoscaling_policy\.cpu\[0\] {2}created/);

  // The stacks wait for no steady state, and so `up` does not.
  const stock = `${urlOf(await plane.status(), 'shop-dev')}/basket/stock`;
  let answer: unknown;
  await until('both services answer', async () => {
    const response = await fetch(stock);
    if (response.ok) answer = await response.json();
    return response.ok;
  });
  t.deepEqual(answer, {
    service: 'basket',
    stage: 'dev',
    token: 'for-${basket}',
    stock: { service: 'catalog', stage: 'dev', token: null },
  });
  t.is((await cutover('plan', ...plane.flags)).stdout.trim(), 'No changes.');

  const values = join(stack, 'terraform.tfvars');
  await writeFile(values, (await readFile(values, 'utf8')).replace('1.4.2', '1.5.0'));
  const plan = await cutover('plan', ...plane.flags);
  t.regex(plan.stdout, /± foreign\/module\.service\["catalog"\]\.aws_ecs_task_definition\.this/);
  t.regex(plan.stdout, /~ foreign\/module\.service\["catalog"\]\.aws_ecs_service\.this/);
  t.regex(plan.stdout, /Plan: 0 to add, 1 to change, 1 to replace, 0 to remove/);
});
