/** Commands that meet each other, and planes whose record is not what it was. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { stateDirOf } from '../cli/paths.ts';
import { sendOrder, start, TestPlane, urlOf } from './cutover.ts';

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
