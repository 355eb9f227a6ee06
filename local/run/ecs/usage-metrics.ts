/** AWS/ECS CPUUtilization and MemoryUtilization of services, from what their processes really use. */
import type { Clock } from '../clock.ts';
import type { MetricStore, ProcessRunner } from '../contracts.ts';
import type { Task } from './task.ts';

const SAMPLE_WALL_MS = 5000;
const UNITS_PER_CPU = 1024;

/** @returns a function that ends the sampling */
export function publishUsage(options: {
  clock: Clock;
  processes: ProcessRunner;
  metrics: MetricStore;
  tasks: () => readonly Task[];
}): () => void {
  const { clock } = options;
  const before = new Map<number, { cpuSeconds: number; atMs: number }>();
  let ended = false;
  const sample = async (): Promise<void> => {
    for (const task of options.tasks()) {
      if (!task.service) continue;
      for (const { pid } of task.containers) if (pid !== null) await sampleOne(task, pid);
    }
  };
  const sampleOne = async (task: Task, pid: number): Promise<void> => {
    const usage = await options.processes.usage(pid);
    if (!usage || !task.service) return;
    const atMs = clock.monotonicMs();
    const last = before.get(pid);
    before.set(pid, { cpuSeconds: usage.cpuSeconds, atMs });
    const dimensions = { ClusterName: task.clusterName, ServiceName: task.service.name };
    if (last && atMs > last.atMs && task.cpuUnits > 0) {
      const units = ((usage.cpuSeconds - last.cpuSeconds) / ((atMs - last.atMs) / 1000)) * UNITS_PER_CPU;
      options.metrics.put({
        namespace: 'AWS/ECS',
        name: 'CPUUtilization',
        dimensions,
        value: (units / task.cpuUnits) * 100,
        unit: 'Percent',
      });
    }
    if (task.memoryMiB > 0)
      options.metrics.put({
        namespace: 'AWS/ECS',
        name: 'MemoryUtilization',
        dimensions,
        value: (usage.rssMiB / task.memoryMiB) * 100,
        unit: 'Percent',
      });
  };
  const tick = (): void => {
    if (ended) return;
    clock.afterWall(SAMPLE_WALL_MS, () => void sample().finally(tick));
  };
  tick();
  return () => {
    ended = true;
  };
}
