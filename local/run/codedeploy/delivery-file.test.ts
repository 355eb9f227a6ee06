import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { createClock } from '../clock.ts';
import { createRandom } from '../random.ts';
import { type Delivery, NOTHING_SAVED, openDeliveryFile } from './delivery-file.ts';
import { APPLICATION, BLUE, forward, group, RULE, record, SERVICE, taskDefinition } from './testing/builders.ts';

async function folder(t: { teardown: (fn: () => Promise<void>) => void }): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'delivery-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

const open = (stateDir: string, resume = true, warnings: string[] = []) =>
  openDeliveryFile({
    stateDir,
    resume,
    clock: createClock(),
    random: createRandom('x'),
    onWarn: (message) => void warnings.push(message),
  });

const FULL: Delivery = {
  revisions: [{ family: 'threads', last: 2, known: { abc: 1 } }],
  ecs: {
    services: [{ arn: SERVICE.arn, digest: SERVICE.digest, desiredCount: 2, taskSets: [] }],
    taskDefinitions: [taskDefinition(2)],
  },
  actions: [{ arn: RULE.arn, digest: RULE.digest, actions: [forward({ [BLUE.arn]: 100 })] }],
  codedeploy: {
    applications: [APPLICATION],
    groups: [group()],
    configs: [],
    deployments: [record({ status: 'Succeeded' })],
  },
};

test('what is written comes back whole', async (t) => {
  const dir = await folder(t);
  const file = await open(dir);
  t.deepEqual(file.saved, NOTHING_SAVED);
  file.collect(() => FULL);
  file.changed();
  file.close();
  t.deepEqual(await readdir(dir), ['delivery.json'], 'nothing half-written is left');
  const again = await open(dir);
  t.deepEqual({ ...again.saved.codedeploy, deployments: [] }, { ...FULL.codedeploy, deployments: [] });
  t.deepEqual(again.saved.ecs, FULL.ecs);
  t.is(again.saved.codedeploy.deployments[0]?.id, 'd-AAAAAAAAA');
});

test('changes of a moment are written once, and the last state is the one that is kept', async (t) => {
  const dir = await folder(t);
  const file = await open(dir);
  let collected = 0;
  let last = 1;
  file.collect(() => {
    collected += 1;
    return { ...FULL, revisions: [{ family: 'threads', last, known: {} }] };
  });
  for (let i = 1; i <= 50; i++) {
    last = i;
    file.changed();
  }
  file.close();
  t.true(collected <= 2, `${collected} snapshots`);
  t.is((await open(dir)).saved.revisions[0]?.last, 50);
});

for (const [name, content] of [
  ['cut off', '{"version":1,"savedAt'],
  ['of another version', JSON.stringify({ ...FULL, version: 9, savedAtMs: 1 })],
  [
    'with a deployment that is none',
    JSON.stringify({ ...FULL, version: 1, savedAtMs: 1, codedeploy: { ...FULL.codedeploy, deployments: [{}] } }),
  ],
  [
    'with a weight that is a text',
    JSON.stringify({
      ...FULL,
      version: 1,
      savedAtMs: 1,
      actions: [
        {
          arn: 'a',
          digest: 'd',
          actions: [{ type: 'forward', targetGroups: [{ arn: 'a', weight: 'x' }], stickinessSeconds: null }],
        },
      ],
    }),
  ],
  ['empty', ''],
] as const)
  test(`a file ${name} is warned about and ignored`, async (t) => {
    const dir = await folder(t);
    await writeFile(join(dir, 'delivery.json'), content);
    const warnings: string[] = [];
    const file = await open(dir, true, warnings);
    t.deepEqual(file.saved, NOTHING_SAVED);
    t.regex(warnings.join(), /cannot be read and is ignored.*kept as .*delivery\.json\.unreadable/);
  });

test('a plane that does not resume forgets what another one has left', async (t) => {
  const dir = await folder(t);
  await writeFile(join(dir, 'delivery.json'), JSON.stringify({ ...FULL, version: 1, savedAtMs: 1 }));
  t.deepEqual((await open(dir, false)).saved, NOTHING_SAVED);
  await t.throwsAsync(readFile(join(dir, 'delivery.json')));
});

test('a folder that cannot be written to is warned about, and nothing throws', async (t) => {
  const dir = await folder(t);
  const warnings: string[] = [];
  const file = await open(join(dir, 'none'), true, warnings);
  file.collect(() => FULL);
  file.changed();
  file.close();
  t.regex(warnings.join(), /was not written/);
});
