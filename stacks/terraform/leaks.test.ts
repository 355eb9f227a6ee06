import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { withWorkDir } from './deployment.ts';
import { leaks } from './leaks.ts';

const SECRETS = [{ name: '/hq/api-key', value: 'drawn-by-AWS-0123456789' }];

test('a secret in a file, a state or an output is found and not told', async (t) => {
  await withWorkDir(join(tmpdir(), 'cutover-leaks-'), async (dir) => {
    const stack = join(dir, 'stacks', 'hq');
    await mkdir(stack, { recursive: true });
    await writeFile(join(stack, 'cdk.tf.json'), '{"value":"${data.drawn.random_password}"}');
    t.deepEqual(await leaks(SECRETS, dir, { plan: 'value = (sensitive value)' }), []);
    await writeFile(join(stack, 'cdk.tf.json'), `{"value":"${SECRETS[0]?.value}"}`);
    t.deepEqual(await leaks(SECRETS, dir, { plan: `+ value = ${SECRETS[0]?.value}` }), [
      '/hq/api-key in plan',
      `/hq/api-key in ${join('stacks', 'hq', 'cdk.tf.json')}`,
    ]);
    await writeFile(join(stack, 'cdk.tf.json'), '{}');
    await writeFile(join(dir, 'terraform.hq.tfstate'), SECRETS[0]?.value ?? '');
    t.deepEqual(await leaks(SECRETS, dir, {}), ['/hq/api-key in terraform.hq.tfstate']);
  });
});
