import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { withWorkDir } from './deployment.ts';
import { leaks } from './leaks.ts';

const SECRETS = [{ name: '/hq/api-key', value: 'drawn-by-AWS-0123456789' }];

test('a secret in a file or an output is found and not told; the state is no such file', async (t) => {
  await withWorkDir(join(tmpdir(), 'cutover-leaks-'), async (dir) => {
    const stack = join(dir, 'stacks', 'hq');
    await mkdir(stack, { recursive: true });
    await writeFile(join(stack, 'cdk.tf.json'), '{"value":"${data.drawn.random_password}"}');
    await writeFile(join(dir, 'terraform.hq.tfstate'), SECRETS[0]?.value ?? '');
    t.deepEqual(await leaks(SECRETS, dir, { plan: 'value = (sensitive value)' }), []);
    await writeFile(join(stack, 'cdk.tf.json'), `{"value":"${SECRETS[0]?.value}"}`);
    t.deepEqual(await leaks(SECRETS, dir, { plan: `+ value = ${SECRETS[0]?.value}` }), [
      '/hq/api-key in plan',
      `/hq/api-key in ${join('stacks', 'hq', 'cdk.tf.json')}`,
    ]);
    const drawn = `hq  data.aws_secretsmanager_random_password.key (key/value): Read complete after 0s [id=${SECRETS[0]?.value}]`;
    await writeFile(join(stack, 'cdk.tf.json'), '{}');
    t.deepEqual(await leaks(SECRETS, dir, { deploy: `${drawn}\nthen` }), []);
    t.deepEqual(await leaks(SECRETS, dir, { deploy: `${drawn}\n${SECRETS[0]?.value}` }), ['/hq/api-key in deploy']);
  });
});
