import test from 'ava';
import type { Service } from '../../topology.ts';
import { SERVICE, taskDefinition } from '../codedeploy/testing/builders.ts';
import { newRecord, type ServiceRecord } from '../deployer/service-record.ts';
import { type Instance, tasksBesideDaemons } from '../instances/instance.ts';
import { groupOf } from '../instances/testing/fleet.ts';
import { createDaemons } from './daemons.ts';

const DEFINITION = { ...taskDefinition(1), cpuUnits: 100, memoryMiB: 200 };
const daemon = (change: Partial<Service> = {}): Service => ({
  ...SERVICE,
  name: 'agent',
  clusterName: 'main',
  schedulingStrategy: 'DAEMON',
  deploymentController: 'ECS',
  launchType: 'EC2',
  ...change,
});
const record = (service: Service, rolloutState: 'IN_PROGRESS' | 'FAILED' = 'IN_PROGRESS') =>
  ({
    ...newRecord(service),
    deployments: [{ status: 'PRIMARY', rolloutState, definition: DEFINITION }],
  }) as ServiceRecord;
const instance = (change: Partial<Instance> = {}): Instance =>
  ({
    id: 'i-1',
    zone: 'us-east-1a',
    status: 'ACTIVE',
    group: groupOf({ clusterName: 'main', instanceType: 't3.small', cpuUnits: 2048, memoryMiB: 2048 }),
    reservations: new Map(),
    ...change,
  }) as Instance;
const reserved = (taskGroup: string, isDaemon: boolean) =>
  new Map([['t', { taskGroup, cpuUnits: 1, memoryMiB: 1, ports: [], isDaemon }]]);
const NOTHING = { cpuUnits: 0, memoryMiB: 0, ports: [] };

// ECS ecs_services, "Daemon": tasks of daemons come first.
for (const [what, records, on, held] of [
  ['one that is to come', [record(daemon())], instance(), { cpuUnits: 100, memoryMiB: 200, ports: [] }],
  [
    'two of them',
    [record(daemon()), record(daemon({ name: 'b' }))],
    instance(),
    { cpuUnits: 200, memoryMiB: 400, ports: [] },
  ],
  ['it is there', [record(daemon())], instance({ reservations: reserved('service:agent', true) }), NOTHING],
  ['a replica', [record(daemon({ schedulingStrategy: 'REPLICA' }))], instance(), NOTHING],
  ['of another cluster', [record(daemon({ clusterName: 'other' }))], instance(), NOTHING],
  ['it has failed', [record(daemon(), 'FAILED')], instance(), NOTHING],
  [
    'it could never fit',
    [record(daemon())],
    instance({ group: groupOf({ clusterName: 'main', cpuUnits: 50, memoryMiB: 2048 }) }),
    NOTHING,
  ],
  [
    'its constraint keeps it away',
    [
      record(
        daemon({ placementConstraints: [{ type: 'memberOf', expression: 'attribute:ecs.instance-type == m5.large' }] }),
      ),
    ],
    instance(),
    NOTHING,
  ],
] as const)
  test(`room that is kept for daemons: ${what}`, (t) => {
    t.deepEqual(createDaemons({ all: () => [] }, () => records).heldOn(on), held);
  });

test('instances as a daemon sees them: eligible where ACTIVE and inside its constraints', (t) => {
  const all = [
    instance(),
    instance({ id: 'i-2', status: 'DRAINING', reservations: reserved('service:web', false) }),
    instance({ id: 'i-3', status: 'PENDING' }),
    instance({ id: 'i-4', zone: 'us-east-1b' }),
    instance({ id: 'i-5', group: groupOf({ clusterName: 'other' }) }),
  ];
  const constraint = { type: 'memberOf', expression: 'attribute:ecs.availability-zone == us-east-1a' } as const;
  const seen = createDaemons({ all: () => all }, () => []).instancesFor(
    daemon({ placementConstraints: [constraint] }),
    DEFINITION,
  );
  t.deepEqual(seen, [
    { id: 'i-1', eligible: true, draining: false, others: 0 },
    { id: 'i-2', eligible: false, draining: true, others: 1 },
    { id: 'i-4', eligible: false, draining: false, others: 0 },
  ]);
});

test('an instance with daemons alone counts as empty', (t) => {
  t.is(tasksBesideDaemons(instance({ reservations: reserved('service:agent', true) })), 0);
  t.is(tasksBesideDaemons(instance({ reservations: reserved('service:web', false) })), 1);
});
