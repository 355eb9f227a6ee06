/** Tasks in the order in which they are looked at: those that scale-in takes first come first. */
import type { Task } from '../ecs/task.ts';
import { instanceState } from '../instances/instance.ts';
import { reservationOf } from '../scheduler/task-size.ts';
import { decideScaleIn, type PlacedTask } from './decide-scale-in.ts';
import type { ServiceRecord } from './service-record.ts';

/** @param tasks of one deployment or task set, oldest first; stopping, draining and older ones keep their places behind */
export function inScaleInOrder(
  { definition }: Pick<ServiceRecord, 'definition'>,
  tasks: readonly Task[],
  deploymentId: string,
  desiredCount: number,
): readonly Task[] {
  const own = tasks.filter(
    (task) =>
      task.deploymentId === deploymentId && task.desiredStatus !== 'STOPPED' && task.instance?.status !== 'DRAINING',
  );
  const [first] = own;
  if (!first || own.length <= desiredCount) return tasks;
  const size = reservationOf(first.definition);
  const ids = decideScaleIn(own.map(placed), definition.placementStrategies, size, own.length - desiredCount);
  const rank = new Map(ids.map((id, i) => [id, i]));
  const rankOf = (task: Task): number => rank.get(task.id) ?? ids.length;
  return tasks.toSorted((a, b) => rankOf(a) - rankOf(b));
}

function placed({ id, zone, instance }: Task): PlacedTask {
  if (!instance) return { id, zone, instance: null };
  const { instanceType, remaining } = instanceState(instance, '');
  return { id, zone, instance: { id: instance.id, instanceType, ...remaining } };
}
