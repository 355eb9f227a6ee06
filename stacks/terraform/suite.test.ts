import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { withWorkDir } from './deployment.ts';
import { startEmulator } from './emulator.ts';
import { heldBy } from './held.ts';
import { grown, toolchain } from './suite.ts';
import { command } from './terraform.ts';

const HOME = join(import.meta.dirname, '..', '..', '.cutover');
const TIMEOUT_MS = 60_000;

test('what has grown is told by kind; what was there, or went, is not', (t) => {
  t.deepEqual(grown({ bucket: ['a'], topic: ['b'] }, { bucket: ['a'] }), {});
  t.deepEqual(grown({ bucket: ['a'] }, { bucket: ['a', 'c'], queue: ['d'] }), { bucket: ['c'], queue: ['d'] });
});

const run = 'missing' in toolchain ? test.skip : test;
const why = 'missing' in toolchain ? ` (skipped: ${toolchain.missing})` : '';

run(`a resource that a destroy left behind is named${why}`, async (t) => {
  t.timeout(3 * 60_000);
  await withWorkDir(join(tmpdir(), 'cutover-terraform-census-'), async (cwd) => {
    const emulator = await startEmulator(HOME);
    try {
      const aws = async (...args: string[]): Promise<void> => {
        const { code, output } = await command('aws', args, { cwd, env: emulator.env, timeoutMs: TIMEOUT_MS });
        t.is(code, 0, output);
      };
      const held = heldBy(emulator);
      const before = await held.census();
      await aws('s3', 'mb', 's3://left-behind');
      await aws('logs', 'create-log-group', '--log-group-name', 'left-log');
      await aws('ssm', 'put-parameter', '--name', '/left/key', '--type', 'SecureString', '--value', 'a-real-value');
      t.deepEqual(grown(before, await held.census()), {
        bucket: ['left-behind'],
        'log group': ['left-log'],
        parameter: ['/left/key'],
      });
      t.deepEqual(await held.secrets(), [{ name: '/left/key', value: 'a-real-value' }]);
      await aws('s3', 'rb', 's3://left-behind');
      await aws('ssm', 'delete-parameter', '--name', '/left/key');
      t.deepEqual(grown(before, await held.census()), { 'log group': ['left-log'] });
    } finally {
      await emulator.stop();
    }
  });
});
