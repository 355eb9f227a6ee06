/** Commands that meet each other, and planes whose record is not what it was. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { stateDirOf } from '../cli/paths.ts';
import { cutover, sendOrder, start, TestPlane, urlOf } from './cutover.ts';

test.serial('two ups at once: one runs, the other says so; a damaged record hides no plane from down', async (t) => {
  const plane = new TestPlane(19_566);
  t.teardown(() => plane.down());
  const both = await Promise.all([plane.up('--stage', 'monolith'), plane.up('--stage', 'monolith')]);
  t.deepEqual(both.map(({ code }) => code).sort(), [0, 4], both.map(({ stderr }) => stderr).join('\n'));
  t.regex(both.find(({ code }) => code === 4)?.stderr ?? '', /PLANE_ALREADY_RUNNING|starting/);
  const status = await plane.status();
  t.is((await sendOrder(urlOf(status))).status, 200);

  await writeFile(join(stateDirOf(plane.portBase), 'plane.json'), '{"version":1,');
  const down = await plane.down();
  t.regex(down.stderr, /The plane is down/);
  t.deepEqual(await plane.leftovers(), []);
});

test.serial('down, twice at once, ends a plane that has hardly begun', async (t) => {
  const plane = new TestPlane(19_566);
  t.teardown(() => plane.down());
  const up = start(['up', '--detach', '--stage', 'monolith', ...plane.flags]);
  await up.shows('created');
  const downs = await Promise.all([plane.down(), plane.down()]);
  t.deepEqual(
    downs.map(({ code }) => code),
    [0, 0],
  );
  await up.finished;
  t.deepEqual(await plane.leftovers(), []);
});

/** One topic: enough to be up. */
const SMALL = { provider: { aws: [{ region: 'us-east-1' }] }, resource: { aws_sns_topic: { t: { name: 'small' } } } };

async function small(t: ExecutionContext): Promise<{ plane: TestPlane; dir: string }> {
  const plane = new TestPlane(19_566);
  const dir = await mkdtemp(join(tmpdir(), 'cutover-races-'));
  t.teardown(async () => {
    await plane.down();
    await rm(dir, { recursive: true, force: true });
  });
  await writeFile(join(dir, 'small.tf.json'), JSON.stringify(SMALL));
  return { plane, dir };
}

test.serial('a plane of a given folder: who follows it and leaves, and flags about stages', async (t) => {
  const { plane, dir } = await small(t);
  t.is((await plane.up('--synth', dir)).code, 0);
  const first = ['events', '-f', ...plane.flags];
  const [leaves, interrupted] = [start(first), start(first)];
  for (const one of [leaves, interrupted]) await one.shows('aws_sns_topic.t: created');
  interrupted.child.kill('SIGINT');
  t.is((await interrupted.finished).code, 130);
  leaves.child.stdout?.destroy();
  // Whoever writes to nobody finds out by writing.
  await rm(join(dir, 'small.tf.json'));
  await writeFile(join(dir, 'other.tf.json'), JSON.stringify(SMALL).replaceAll('small', 'other'));
  t.is((await plane.up('--synth', dir)).code, 0);
  const left = await leaves.finished;
  t.is(left.code, 0, left.stderr);

  for (const command of ['up', 'plan']) {
    const tagged = await cutover(command, '--tag', 'monolith=v2', ...plane.flags);
    t.is(tagged.code, 2);
    t.regex(tagged.stderr, /the plane runs .*cutover-races/);
  }
  t.is((await cutover('plan', ...plane.flags)).stdout.trim(), 'No changes.');
  t.is((await cutover('plan', '--allow', 'aws_x', ...plane.flags)).code, 2, 'only a start takes it');
});

for (const [what, end, code, told, left] of [
  ['Ctrl-C', (_plane, up) => void up.child.kill('SIGINT'), 130, /Stopping/, 0],
  ['another command', async (plane) => void (await plane.down()), 0, /The plane was taken down/, 0],
  [
    'kill -9 of the plane',
    async (plane) => void process.kill((await plane.status()).pid, 'SIGKILL'),
    4,
    /by itself/,
    1,
  ],
] as const satisfies readonly (readonly [
  string,
  (plane: TestPlane, up: ReturnType<typeof start>) => unknown,
  number,
  RegExp,
  number,
])[]) {
  test.serial(`up in the foreground, ended by ${what}: ${code}`, async (t) => {
    const { plane, dir } = await small(t);
    const up = start(['up', '--synth', dir, ...plane.flags]);
    await up.shows('Running; Ctrl-C');
    await plane.until('it runs', (status) => status.state === 'running');
    await end(plane, up);
    const finished = await up.finished;
    t.is(finished.code, code, finished.stderr);
    t.regex(finished.stderr, told);
    // What a plane that died had accepted is for the next `up`: its folder alone stays.
    const leftovers = await plane.leftovers();
    t.is(leftovers.length, left, leftovers.join('\n'));
  });
}
