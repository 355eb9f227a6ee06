import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { VARIANTS } from '../policy/variants.ts';
import { stacksFrom } from '../testing/stacks.ts';
import { askAt } from './ask.ts';
import { affectedBy, wavesOf, withWorkDir } from './deployment.ts';
import { startEmulator } from './emulator.ts';
import { heldBy } from './held.ts';
import { kindOf, unseen } from './kinds.ts';
import { grown, toolchain } from './suite.ts';
import { command } from './terraform.ts';

const HOME = join(import.meta.dirname, '..', '..', '.cutover');
/** For what hangs: the suite may run behind other work. */
const TIMEOUT_MS = 15 * 60_000;

test('what has grown is told by kind; what was there, or went, is not', (t) => {
  t.deepEqual(grown({ bucket: ['a'], topic: ['b'] }, { bucket: ['a'] }), {});
  t.deepEqual(grown({ bucket: ['a'] }, { bucket: ['a', 'c'], queue: ['d'] }), { bucket: ['c'], queue: ['d'] });
});

test('every resource type of every variant has a kind of the census, or is known to need none', (t) => {
  const types = VARIANTS.flatMap(({ settings }) =>
    Object.values(stacksFrom(settings)).flatMap(({ json }) => Object.keys(json.resource ?? {})),
  );
  t.true(types.includes('aws_api_gateway_rest_api') && types.includes('aws_codedeploy_app'));
  t.deepEqual(
    [...new Set(types)].filter((type) => kindOf(type) === undefined),
    [],
  );
});

test('a type that the census shows nothing of is told; a part is shown with its whole', (t) => {
  t.deepEqual(unseen(['aws_route', 'aws_vpc', 'aws_kinesis_stream'], { 'ec2 route table': ['rtb-1'] }), [
    'aws_vpc',
    'aws_kinesis_stream',
  ]);
  t.deepEqual(unseen(['terraform_data'], {}), []);
});

test('what has changed is deployed again, and what depends on it, however far', (t) => {
  const stacks = [
    { name: 'network', dependencies: [] },
    { name: 'registry', dependencies: [] },
    { name: 'edge', dependencies: ['network'] },
    { name: 'services', dependencies: ['edge', 'registry'] },
  ];
  t.deepEqual(affectedBy(stacks, new Set()), []);
  t.deepEqual(affectedBy(stacks, new Set(['services'])), ['services']);
  t.deepEqual(affectedBy(stacks, new Set(['network'])), ['network', 'edge', 'services']);
  t.deepEqual(affectedBy(stacks, new Set(['registry', 'edge'])), ['registry', 'edge', 'services']);
});

test('stacks of one wave depend on none of it; what is left out is waited for by nobody', (t) => {
  const stacks = [
    { name: 'network', dependencies: [] },
    { name: 'registry', dependencies: [] },
    { name: 'edge', dependencies: ['network'] },
    { name: 'services', dependencies: ['edge', 'registry'] },
  ];
  t.deepEqual(wavesOf(stacks, []), []);
  t.deepEqual(wavesOf(stacks, ['registry', 'edge', 'services']), [['registry', 'edge'], ['services']]);
  t.deepEqual(wavesOf(stacks, ['network', 'registry', 'edge', 'services']), [
    ['network', 'registry'],
    ['edge'],
    ['services'],
  ]);
});

const run = 'missing' in toolchain ? test.skip : test;
const why = 'missing' in toolchain ? ` (skipped: ${toolchain.missing})` : '';

run(`a call that is refused is told, and a resource that a destroy left behind is named${why}`, async (t) => {
  t.timeout(40 * 60_000);
  await withWorkDir(join(tmpdir(), 'cutover-terraform-census-'), async (cwd) => {
    const emulator = await startEmulator(HOME);
    try {
      const aws = async (...args: string[]): Promise<void> => {
        const { code, output } = await command('aws', args, { cwd, env: emulator.env, timeoutMs: TIMEOUT_MS });
        t.is(code, 0, output);
      };
      const [held, ask] = [heldBy(emulator), askAt(emulator)];
      const nobody = [
        'sns',
        'get_topic_attributes',
        { TopicArn: 'arn:aws:sns:us-east-1:123456789012:nobody' },
      ] as const;
      await t.throwsAsync(ask(nobody), { message: /NotFound.*GetTopicAttributes/ });
      t.deepEqual(await Promise.all([ask(['sns', 'list_topics', {}]), ask()]), [[{ Topics: [] }], []], 'it goes on');
      const before = await held.census();
      await aws('s3', 'mb', 's3://left-behind');
      await aws('logs', 'create-log-group', '--log-group-name', 'left-log');
      await aws('ssm', 'put-parameter', '--name', '/left/key', '--type', 'SecureString', '--value', 'a-real-value');
      t.deepEqual(grown(before, await held.census()), {
        bucket: ['left-behind'],
        'log group': ['left-log'],
        parameter: ['/left/key'],
      });
      await aws('apigateway', 'create-api-key', '--name', 'left', '--value', 'another-real-value-of-20');
      t.deepEqual(await held.secrets(), [
        { name: '/left/key', value: 'a-real-value' },
        { name: 'API key left', value: 'another-real-value-of-20' },
      ]);
      await aws('s3', 'rb', 's3://left-behind');
      await aws('ssm', 'delete-parameter', '--name', '/left/key');
      t.deepEqual(grown(before, await held.census()), { 'API key': ['left'], 'log group': ['left-log'] });
    } finally {
      await emulator.stop();
    }
  });
});
