/** AWS/ECS CPUUtilization and MemoryUtilization of services, from what their processes really use. */
import type { Clock } from '../clock.ts';
import type { MetricStore, ProcessRunner } from '../contracts.ts';
import type { Task } from './task.ts';

/** Every control minute gets samples, or policies would see minutes without data: three a minute, as far as the wall allows. */
const SAMPLE_MS = 20_000;
const SAMPLE_WALL_MS = { least: 250, most: 5000 } as const;
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
  const everyMs = Math.min(SAMPLE_WALL_MS.most, Math.max(SAMPLE_WALL_MS.least, SAMPLE_MS / clock.rate));
  const tick = (): void => {
    if (ended) return;
    clock.afterWall(everyMs, () => void sample().finally(tick));
  };
  tick();
  return () => {
    ended = true;
  };
}
