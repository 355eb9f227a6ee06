/** A capacity port whose instances come up after a while: for tests. */
import type { CapacityProvider } from '../../../topology.ts';
import type { Clock } from '../../clock.ts';
import type { CapacityInstance, CapacityPort, PendingTasks } from '../contracts.ts';

export const provider = (change: Partial<CapacityProvider> = {}): CapacityProvider => ({
  address: 'test/aws_ecs_capacity_provider.ec2',
  type: 'aws_ecs_capacity_provider',
  stack: 'test',
  digest: '1',
  dependsOn: [],
  ignoreChanges: [],
  attributes: {},
  tags: {},
  arn: 'arn:aws:ecs:us-east-1:000000000000:capacity-provider/ec2',
  name: 'ec2',
  autoScalingGroupArn: 'arn:asg',
  managedScaling: {
    enabled: true,
    targetCapacityPercent: 100,
    minimumStep: 1,
    maximumStep: 10_000,
    warmupSeconds: 300,
  },
  managedTerminationProtection: true,
  managedDraining: true,
  ...change,
});

export interface FakeFleet {
  readonly port: CapacityPort;
  readonly instances: CapacityInstance[];
  pending: PendingTasks[];
  readonly changes: { desired: number; ending: readonly string[] }[];
  /** Puts `tasks` on the instance at the index. */
  occupy(index: number, tasks: number): void;
  /** ECS drains it, its group keeps it. */
  drain(index: number): void;
  /** Its group has given it up. */
  leave(index: number): void;
}

export function fakeFleet(clock: Clock, options: { bootMs: number; maxSize: number; minSize?: number }): FakeFleet {
  const instances: CapacityInstance[] = [];
  let desired = options.minSize ?? 0;
  const update = (id: string, change: Partial<CapacityInstance>): void => {
    const at = instances.findIndex((i) => i.id === id);
    const known = instances[at];
    if (known) instances[at] = { ...known, ...change };
  };
  const launch = (): void => {
    const id = `i-${instances.length}`;
    instances.push({
      id,
      zone: 'ab'[instances.length % 2] ?? 'a',
      status: 'PENDING',
      launchedAtMs: clock.now(),
      tasks: 0,
    });
    clock.after(options.bootMs, () => update(id, { status: 'ACTIVE' }));
  };
  const fleet: FakeFleet = {
    instances,
    pending: [],
    changes: [],
    occupy: (index, tasks) => update(instances[index]?.id ?? '', { tasks }),
    drain: (index) => update(instances[index]?.id ?? '', { status: 'DRAINING' }),
    leave(index) {
      update(instances[index]?.id ?? '', { leaving: true });
      desired -= 1;
    },
    port: {
      instances: () => instances.filter((i) => i.status !== 'TERMINATED'),
      group: () => ({
        name: 'asg',
        minSize: options.minSize ?? 0,
        maxSize: options.maxSize,
        desired,
        size: { cpuUnits: 1024, memoryMiB: 2048 },
      }),
      pending: () => fleet.pending,
      clusterOf: () => 'shop',
      setDesired(_group, next, { ending }) {
        for (let n = desired; n < next; n++) launch();
        for (const id of ending) update(id, { status: 'TERMINATED' });
        desired = next;
        fleet.changes.push({ desired: next, ending });
      },
    },
  };
  return fleet;
}
