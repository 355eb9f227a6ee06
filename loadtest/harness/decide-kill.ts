/** Whom a kill drill hits, and when everything is as before. Pure. */
import type { InstanceStatus, ServiceStatus, Status, TaskStatusEntry } from '../../local/status.ts';
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
    const running = runningTasks(service).filter((task) => task.pid !== null);
    return running.slice(0, Math.floor(running.length / 2)).map((task) => victim(service, task));
  });
  return tasks.length > 0 ? { tasks, instanceId: null } : 'no service runs two tasks, half of which could be killed';
}

/** The instance with most tasks; another one must be left. */
function oneInstance(status: Status): Victims | string {
  const active = activeInstances(status);
  if (active.length < 2) return `${active.length} instance(s) are active: two are needed, so that one is left`;
  const most = active
    .map(({ id }) => ({
      instanceId: id,
      tasks: status.services.flatMap((service) =>
        runningTasks(service)
          .filter((task) => task.instanceId === id)
          .map((task) => victim(service, task)),
      ),
    }))
    .reduce((a, b) => (b.tasks.length > a.tasks.length ? b : a));
  return most.tasks.length > 0 ? most : 'no task runs on an instance';
}

const runningTasks = ({ tasks }: ServiceStatus): TaskStatusEntry[] =>
  tasks.filter((task) => task.lastStatus === 'RUNNING');

const activeInstances = ({ instances }: Status): InstanceStatus[] =>
  instances.filter((instance) => instance.status === 'ACTIVE');

const victim = (service: ServiceStatus, { arn, pid }: TaskStatusEntry): KilledTask => ({
  service: service.name,
  taskArn: arn,
  pid,
});

/** What is still missing; empty: as many tasks and instances as before, steady, and no victim among them. */
export function notRecovered(before: Status, now: Status, victims: Victims): string[] {
  const missing = whatIsMissing(now);
  const gone = new Set(victims.tasks.map((task) => task.taskArn));
  const left = now.services.flatMap(runningTasks).filter((task) => gone.has(task.arn));
  if (left.length > 0) missing.push(`${left.length} killed task(s) still count as running`);
  const [active, wanted] = [activeInstances(now).length, activeInstances(before).length];
  if (active < wanted) missing.push(`${active} of ${wanted} instances are active`);
  for (const { name, runningCount } of before.services) {
    const running = now.services.find((service) => service.name === name)?.runningCount ?? 0;
    if (running < runningCount) missing.push(`${name}: ${running} of ${runningCount} tasks run`);
  }
  return missing;
}
