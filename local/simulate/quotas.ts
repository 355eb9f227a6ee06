/** AWS quotas that a run went past: defaults that an account has until it asks for more. Pure. */
import type { Minute, SimulatedService } from './contracts.ts';

export interface QuotaNote {
  readonly quota: string;
  readonly limit: number;
  readonly value: number;
  readonly subject: string;
  readonly source: string;
}

/** ECS service-quotas; ELB load-balancer-limits. */
const TASKS_PER_SERVICE = 5000;
const INSTANCES_PER_CLUSTER = 5000;
const TARGETS_PER_GROUP = 1000;

export function findQuotas(minutes: readonly Minute[], services: readonly SimulatedService[]): QuotaNote[] {
  const most = (read: (minute: Minute) => number): number => minutes.reduce((max, m) => Math.max(max, read(m)), 0);
  const of = (minute: Minute, name: string): number => {
    const s = minute.services[name];
    return s ? s.running + s.starting : 0;
  };
  const notes = services.flatMap(({ name }): QuotaNote[] => {
    const tasks = most((m) => of(m, name));
    return [
      {
        quota: 'tasks per service',
        limit: TASKS_PER_SERVICE,
        value: tasks,
        subject: name,
        source: 'ECS service-quotas',
      },
      {
        quota: 'targets per target group',
        limit: TARGETS_PER_GROUP,
        value: tasks,
        subject: name,
        source: 'ELB load-balancer-limits',
      },
    ];
  });
  const instances = most((m) => m.instances.running);
  const cluster: QuotaNote = {
    quota: 'container instances per cluster',
    limit: INSTANCES_PER_CLUSTER,
    value: instances,
    subject: 'cluster',
    source: 'ECS service-quotas',
  };
  return [...notes, cluster].filter((note) => note.value > note.limit);
}
