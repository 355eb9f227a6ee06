import test from 'ava';
import type { BlueGreenStatusEntry, Status } from '../../local/status.ts';
import { FORUM } from '../systems.ts';
import { deployment, type ForumChange, threadsStatus } from '../testing/forum-status.ts';
import type { ShiftReading } from '../verdict/blue-green-record.ts';
import { isOver, mayFault } from './decide-shift.ts';
import { lifecycleOf } from './read-shift.ts';
import { ShiftWatch } from './shift-watch.ts';

const ID = 'd-NEW000001';

/** Watches a deployment through these statuses, one second apart; each read takes 0.1 s. */
function watched(...changes: readonly ForumChange[]): { watch: ShiftWatch; told: ShiftReading[] } {
  const told: ShiftReading[] = [];
  const watch = new ShiftWatch(ID, FORUM, (now) => told.push(now));
  changes.forEach((change, i) => {
    const seen: Status = threadsStatus({ status: 'InProgress', ...change }).status;
    watch.observe(seen, { askedMs: i * 1_000, gotMs: i * 1_000 + 100 });
  });
  return { watch, told };
}

test('each change is kept once: when it was got, and when the state before it was last asked for', (t) => {
  const { watch, told } = watched(
    {},
    {},
    { greenTasks: 2 },
    { greenTasks: 2, greenPercent: 10 },
    { greenTasks: 2, greenPercent: 10 },
  );
  t.deepEqual(
    watch.readings.map((r) => [r.atMs, r.beforeMs, r.greenTasks, r.greenPercent]),
    [
      [100, null, 0, 0],
      [2_100, 1_000, 2, 0],
      [3_100, 2_000, 2, 10],
    ],
  );
  t.deepEqual(told, watch.readings);
});

test('tasks of a set that the status no longer names as blue are still its tasks', (t) => {
  const gone: Partial<BlueGreenStatusEntry> = {
    blue: { targetGroup: 'threads-tg', taskSet: null, taskDefinition: null, trafficPercent: 0 },
  };
  const { watch } = watched(
    { greenTasks: 2, greenPercent: 100 },
    { greenTasks: 2, greenPercent: 100, blueTasks: 1, deployment: gone },
  );
  t.is(watch.readings.at(-1)?.blueTasks, 1);
});

test("the weight is the listener's, and null where it forwards to neither group", (t) => {
  const { status } = threadsStatus({ status: 'InProgress', greenPercent: 25 });
  const watch = new ShiftWatch(ID, FORUM, () => undefined);
  watch.observe(status, { askedMs: 0, gotMs: 1 });
  t.is(watch.readings[0]?.greenPercent, 25);
  const [lb] = status.loadBalancers;
  const listeners = lb?.listeners.map((l) => ({ ...l, rules: l.rules.filter((rule) => rule.priority === 'default') }));
  watch.observe({ ...status, loadBalancers: [{ ...lb, listeners }] } as Status, { askedMs: 2, gotMs: 3 });
  t.is(watch.readings.at(-1)?.greenPercent, null);
});

test('another deployment is none of its business', (t) => {
  const { watch } = watched({ deployment: { id: 'd-OTHER0001' } });
  t.is(watch.shift, null);
  t.deepEqual(watch.readings, []);
});

const ROLLBACK = deployment({
  status: 'InProgress',
  deployment: { id: 'd-BACK00001', creator: 'codeDeployRollback', triggeringDeploymentId: ID },
});
const DONE = { ...ROLLBACK, status: 'Succeeded' };

const ENDS: readonly (readonly [string, ForumChange, { waitsForBlue: boolean; over: boolean }])[] = [
  ['under way', { greenTasks: 2, greenPercent: 10 }, { waitsForBlue: true, over: false }],
  [
    'succeeded, blue is still kept',
    { status: 'Succeeded', greenTasks: 2, greenPercent: 100 },
    { waitsForBlue: true, over: false },
  ],
  [
    'succeeded, blue is kept for good',
    { status: 'Succeeded', greenTasks: 2, greenPercent: 100 },
    { waitsForBlue: false, over: true },
  ],
  [
    'succeeded, blue is gone',
    { status: 'Succeeded', greenTasks: 2, blueTasks: 0, greenPercent: 100 },
    { waitsForBlue: true, over: true },
  ],
  [
    'failed, being rolled back',
    { status: 'Failed', greenTasks: 2, more: [ROLLBACK] },
    { waitsForBlue: true, over: false },
  ],
  [
    'rolled back, green tasks still stop',
    { status: 'Failed', greenTasks: 1, more: [DONE] },
    { waitsForBlue: true, over: false },
  ],
  [
    'stopped, with traffic left to green',
    { status: 'Stopped', greenPercent: 10, more: [DONE] },
    { waitsForBlue: true, over: false },
  ],
  ['rolled back', { status: 'Stopped', more: [DONE] }, { waitsForBlue: true, over: true }],
  ['failed, and never rolled back', { status: 'Failed' }, { waitsForBlue: true, over: true }],
];

for (const [title, change, { waitsForBlue, over }] of ENDS) {
  test(`${title}: ${over ? 'over' : 'not over'}`, (t) => {
    t.is(isOver(watched(change).watch, waitsForBlue), over);
  });
}

test('nothing seen is not over; a fault waits until green has traffic', (t) => {
  t.false(isOver({ readings: [] }, true));
  t.false(mayFault({ readings: [] }));
  t.false(mayFault(watched({ greenTasks: 2 }).watch));
  t.true(mayFault(watched({ greenTasks: 2, greenPercent: 10 }).watch));
});

test('control time becomes wall time, for the deployment and its roll-back', (t) => {
  const event = (startedAt: string) => ({
    name: 'AllowTraffic',
    status: 'Succeeded',
    startedAt,
    endedAt: null,
    hook: null,
    message: null,
  });
  const own = deployment({ deployment: { lifecycleEvents: [event('2026-01-01T00:01:40.000Z')] } });
  const rollback = { ...ROLLBACK, lifecycleEvents: [event('2026-01-01T00:03:20.000Z')] };
  const anchor = { controlMs: Date.parse('2026-01-01T00:00:00.000Z'), wallMs: 5_000, rate: 10 };
  t.deepEqual(
    lifecycleOf({ deployment: own, rollback }, anchor).map((e) => [e.deploymentId, e.startedAtMs, e.endedAtMs]),
    [
      [ID, 15_000, null],
      ['d-BACK00001', 25_000, null],
    ],
  );
});
