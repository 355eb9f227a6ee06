/** A container instance that is ended with all its tasks, by signal and by EC2, on a real plane: everything heals. */
import test from 'ava';
import type { Status } from '../status.ts';
import { allSteady, sendOrder, TestPlane, urlOf } from './cutover.ts';

const SERVICE = 'interstella-monolith';
const plane = new TestPlane(22_566);
test.after.always(() => plane.down());

const tasksOn = (status: Status, id: string) =>
  status.services.flatMap(({ tasks }) => tasks.filter((task) => task.instanceId === id));
const activeIds = ({ instances }: Status) => instances.filter((one) => one.status === 'ACTIVE').map(({ id }) => id);

test('one of two instances dies with its tasks: another comes, every wanted task runs and is healthy', async (t) => {
  const up = await plane.up('--system', 'logistics', '--stage', 'monolith', '--clock-rate', '10');
  t.is(up.code, 0, up.stderr);
  const before = await plane.until('every service is steady', allSteady);
  t.is(activeIds(before).length, 2);
  const [victim = ''] = activeIds(before);
  const lost = tasksOn(before, victim);
  t.true(lost.length > 0);
  for (const { pid } of lost) if (pid !== null) process.kill(pid, 'SIGKILL');
  const body = new URLSearchParams({ Version: '2016-11-15', Action: 'TerminateInstances', 'InstanceId.1': victim });
  const answer = await fetch(`http://127.0.0.1:${plane.portBase}`, { method: 'POST', body });
  t.is(answer.status, 200, await answer.text());

  const gone = new Set(lost.map(({ arn }) => arn));
  const after = await plane.until(
    'two instances, and as many tasks as before, none of them the killed ones',
    (now) =>
      allSteady(now) &&
      activeIds(now).length === 2 &&
      !activeIds(now).includes(victim) &&
      now.services.every(({ desiredCount, runningCount }) => runningCount === desiredCount) &&
      now.services.every(({ tasks }) => tasks.every(({ arn }) => !gone.has(arn))) &&
      now.targetGroups.every(({ targets }) => targets.every(({ state }) => state === 'healthy')),
    90,
  );
  const monolith = (status: Status) => status.services.find(({ name }) => name === SERVICE);
  t.is(monolith(after)?.runningCount, monolith(before)?.runningCount);
  t.is((await sendOrder(urlOf(after))).status, 200);
});
