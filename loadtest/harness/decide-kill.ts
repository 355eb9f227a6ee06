/** Whom a kill drill hits, and when everything is as before. Pure. */
import type { Status } from '../../local/status.ts';
import type { Kill, KilledTask } from '../verdict/kill-record.ts';
import { whatIsMissing } from './decide-steady.ts';

export interface Victims {
  readonly tasks: readonly KilledTask[];
  readonly instanceId: string | null;
}

/** @returns the victims, or why there are none */
export function chooseVictims(status: Status, what: Kill): Victims | string {
  return what === 'tasks' ? halfOfTheTasks(status) : oneInstance(status);
}

/** Half of each service's tasks, rounded down: a service with one task keeps it. */
function halfOfTheTasks(status: Status): Victims | string {
  const tasks = status.services.flatMap((service) => {
    const running = service.tasks.filter((task) => task.lastStatus === 'RUNNING' && task.pid !== null);
    const half = running.slice(0, Math.floor(running.length / 2));
    return half.map(({ arn, pid }) => ({ service: service.name, taskArn: arn, pid }));
  });
  return tasks.length > 0 ? { tasks, instanceId: null } : 'no service runs two tasks, half of which could be killed';
}

/** The instance with most tasks; another one must be left. */
function oneInstance(status: Status): Victims | string {
  const tasksOf = (id: string): KilledTask[] =>
    status.services.flatMap((service) =>
      service.tasks
        .filter((task) => task.instanceId === id && task.lastStatus === 'RUNNING')
        .map(({ arn, pid }) => ({ service: service.name, taskArn: arn, pid })),
    );
  const active = status.instances.filter((instance) => instance.status === 'ACTIVE');
  if (active.length < 2) return `${active.length} instance(s) are active: two are needed, so that one is left`;
  const most = active
    .map(({ id }) => ({ instanceId: id, tasks: tasksOf(id) }))
    .reduce((a, b) => (b.tasks.length > a.tasks.length ? b : a));
  return most.tasks.length > 0 ? most : 'no task runs on an instance';
}

/** What is still missing; empty: as many tasks and instances as before, steady, and no victim among them. */
export function notRecovered(before: Status, now: Status, victims: Victims): string[] {
  const missing = whatIsMissing(now);
  const gone = new Set(victims.tasks.map((task) => task.taskArn));
  const left = now.services
    .flatMap((s) => s.tasks)
    .filter((task) => gone.has(task.arn) && task.lastStatus === 'RUNNING');
  if (left.length > 0) missing.push(`${left.length} killed task(s) still count as running`);
  const active = (status: Status): number => status.instances.filter(({ status: s }) => s === 'ACTIVE').length;
  if (active(now) < active(before)) missing.push(`${active(now)} of ${active(before)} instances are active`);
  for (const { name, runningCount } of before.services) {
    const running = now.services.find((service) => service.name === name)?.runningCount ?? 0;
    if (running < runningCount) missing.push(`${name}: ${running} of ${runningCount} tasks run`);
  }
  return missing;
}
