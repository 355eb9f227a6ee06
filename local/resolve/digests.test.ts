/** What is a difference to a resource, and what is not: apply goes by digests. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { ResourceBase } from '../topology.ts';
import { resolve } from './index.ts';
import { type GoldenInput, goldenInput } from './testing/golden-input.ts';

const digests = (...resources: readonly (readonly ResourceBase[])[]): Record<string, string> =>
  Object.fromEntries(resources.flat().map((r) => [r.address, r.digest]));

const packaged = (input: GoldenInput): Record<string, string> => {
  const { functions, objects } = resolve(input.raw());
  return digests(functions, objects);
};

test('where packages and objects lie is no difference; their bytes are', async (t) => {
  const [here, there] = await Promise.all([
    goldenInput('function-from-an-object'),
    goldenInput('function-from-an-object'),
  ]);
  t.teardown(here.remove);
  t.teardown(there.remove);
  const before = packaged(here);
  t.deepEqual(packaged(there), before);
  appendFileSync(join(there.raw().dir, 'build/hook.zip'), 'more');
  const after = packaged(there);
  t.deepEqual(
    Object.keys(before).filter((address) => before[address] !== after[address]),
    ['golden/aws_lambda_function.h', 'golden/aws_s3_object.p'],
  );
});

test('a changed command is no difference, another trigger is another resource', async (t) => {
  const input = await goldenInput('blue-green-service');
  t.teardown(input.remove);
  const wait = () => resolve(input.raw()).commandWaits[0];
  const before = wait();
  const resource = input.resources['terraform_data']?.['w'] ?? {};
  resource['provisioner'] = [
    {
      'local-exec': { command: 'aws elbv2 wait target-in-service --target-group-arn ${aws_lb_target_group.blue.arn}' },
    },
  ];
  t.is(wait()?.digest, before?.digest);
  t.is(wait()?.id, before?.id);
  resource['triggers_replace'] = ['another'];
  t.not(wait()?.digest, before?.digest);
  t.not(wait()?.id, before?.id);
  delete resource['provisioner'];
  const { commandWaits, inert } = resolve(input.raw());
  t.is(commandWaits.length, 0);
  t.is(inert.find((r) => r.type === 'terraform_data')?.digest === before?.digest, false);
});

test('a wait that loses its command keeps its digest: Terraform sees no change', async (t) => {
  const input = await goldenInput('blue-green-service');
  t.teardown(input.remove);
  const before = resolve(input.raw()).commandWaits[0];
  delete input.resources['terraform_data']?.['w']?.['provisioner'];
  t.is(resolve(input.raw()).inert.find((r) => r.type === 'terraform_data')?.digest, before?.digest);
});
