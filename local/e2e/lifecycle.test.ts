/** A plane from up to down, with a task killed in between, and a plane killed itself. */
import test from 'ava';
import { allSteady, cutover, scratchOf, sendOrder, start, TestPlane, until, urlOf } from './cutover.ts';

test.serial(
  'up, an order, a task killed with -9 is replaced and its target returns, down leaves nothing',
  async (t) => {
    const plane = new TestPlane(21_566);
    t.teardown(() => plane.down());
    const up = await plane.up('--stage', 'monolith');
    t.is(up.code, 0, up.stderr);
    t.regex(up.stdout, /http:\/\/127\./);

    const before = await plane.status();
    const url = urlOf(before);
    const order = await sendOrder(url);
    t.is(order.status, 200);
    t.is((await order.text()).trim(), 'Your order has been fulfilled');

    const monolith = before.services.find((s) => s.name === 'interstella-monolith');
    const victim = monolith?.tasks[0];
    t.truthy(victim?.pid);
    process.kill(victim?.pid ?? -1, 'SIGKILL');
    const after = await plane.until(
      'the killed task is replaced and every target is healthy',
      (s) => {
        const service = s.services.find((x) => x.name === 'interstella-monolith');
        const group = s.targetGroups.find((g) => g.name === 'interstella-monolith');
        return (
          service?.runningCount === service?.desiredCount &&
          !service?.tasks.some((task) => task.pid === victim?.pid) &&
          group?.targets.length === service?.desiredCount &&
          group?.targets.every((target) => target.state === 'healthy') === true
        );
      },
      90,
    );
    t.true(
      after.services
        .find((s) => s.name === 'interstella-monolith')
        ?.tasks.every((task) => task.lastStatus === 'RUNNING'),
    );
    const events = await cutover('events', ...plane.flags);
    t.regex(events.stdout, /stopped|Essential container/i);
    t.regex(events.stdout, /has started 1 tasks/);

    const second = await plane.up();
    t.is(second.code, 0);
    t.regex(second.stderr, /nothing to apply/);

    const down = await plane.down();
    t.is(down.code, 0, down.stderr);
    t.deepEqual(await plane.leftovers(), []);
    await t.throwsAsync(fetch(url, { signal: AbortSignal.timeout(2000) }));
  },
);

test.serial('a plane killed with -9 leaves no process; up brings the same stage back', async (t) => {
  const plane = new TestPlane(22_566);
  t.teardown(() => plane.down());
  const up = await plane.up('--stage', 'strangler');
  t.is(up.code, 0, up.stderr);
  const before = await plane.status();
  t.is((await sendOrder(urlOf(before), '/iridium/', { iridium: 1 })).status, 200);
  const refused = await plane.up('--tag', 'iridium=no-such-build');
  t.is(refused.code, 3, 'and is not what comes back');
  process.kill(before.pid, 'SIGKILL');

  const again = await plane.up();
  t.is(again.code, 0, again.stderr);
  const after = await plane.status();
  t.is(after.stage, 'strangler');
  t.not(after.pid, before.pid);
  const oldPids = new Set(before.services.flatMap((s) => s.tasks.map((task) => task.pid)));
  for (const pid of oldPids) t.throws(() => process.kill(pid ?? -1, 0), { code: 'ESRCH' }, `pid ${pid} is still there`);
  t.is((await sendOrder(urlOf(after), '/iridium/', { iridium: 1 })).status, 200);
  await plane.until('every service is steady', allSteady);
  await plane.down();
  t.deepEqual(await plane.leftovers(), []);
});

for (const [moment, text] of [
  ['while the plane starts', 'Starting the plane'],
  ['while it applies', 'Applying'],
  ['while services start', 'created'],
  ['when it runs', 'Running; Ctrl-C'],
] as const) {
  test.serial(`Ctrl-C ${moment} leaves nothing`, async (t) => {
    const plane = new TestPlane(23_566);
    const up = start(['up', '--stage', 'monolith', ...plane.flags]);
    await up.shows(text);
    up.child.kill('SIGINT');
    const { code, stderr } = await up.finished;
    t.is(code, 130, stderr);
    t.deepEqual(await plane.leftovers(), []);
  });
}

test.serial('Ctrl-C as a terminal sends it, to the app that synthesizes too, is no failure of that app', async (t) => {
  const plane = new TestPlane(23_566);
  const up = start(['up', '--stage', 'monolith', '--json', ...plane.flags], {}, true);
  await up.shows('Applying');
  process.kill(-(up.child.pid ?? 0), 'SIGINT');
  const { code, stdout, stderr } = await up.finished;
  t.is(code, 130, stderr);
  t.like(JSON.parse(stdout), { error: { code: 'INTERRUPTED' } });
  t.deepEqual(await plane.leftovers(), []);
});

test.serial('Ctrl-C in the middle of a rehearsal leaves nothing', async (t) => {
  const plane = new TestPlane(24_566);
  const rehearsal = start(['rehearse', '--profile', 'smoke', ...plane.flags]);
  await rehearsal.shows('stage strangler: applying');
  rehearsal.child.kill('SIGINT');
  const { code, stdout } = await rehearsal.finished;
  t.is(code, 130, stdout);
  t.deepEqual(await plane.leftovers(), []);
  t.deepEqual(await scratchOf(rehearsal), [], 'temporary folders');
});

test.serial('a rehearsal killed with -9 takes its plane with it', async (t) => {
  const plane = new TestPlane(25_566);
  const rehearsal = start(['rehearse', '--profile', 'smoke', ...plane.flags]);
  await rehearsal.shows('stage strangler: applying');
  rehearsal.child.kill('SIGKILL');
  await rehearsal.finished;
  await until('its plane is gone', async () => (await plane.leftovers()).length === 0);
  await cutover('down', ...plane.flags);
  t.deepEqual(await scratchOf(rehearsal), [], 'its temporary folders went with the next command');
});
