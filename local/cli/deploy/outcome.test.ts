import test from 'ava';
import { type Outcome, rollingFailure, rollingOutcome } from './outcome.ts';
import { type BlueGreenSnapshot, changesBetween, type RollingDeployment, type RollingSnapshot } from './snapshot.ts';

const OWN = 'ecs-svc/2';
const one = (id: string, change: Partial<RollingDeployment> = {}): RollingDeployment => ({
  id,
  status: 'PRIMARY',
  taskDefinition: `orders:${id.at(-1)}`,
  version: 'v2',
  running: 1,
  desired: 2,
  pending: 1,
  failed: 0,
  rolloutState: 'IN_PROGRESS',
  reason: `ECS deployment ${id} in progress.`,
  ...change,
});
const at = (...deployments: RollingDeployment[]): RollingSnapshot => ({
  kind: 'rolling',
  deploymentId: OWN,
  cluster: 'shop',
  service: 'orders',
  deployments,
  messages: [],
});
const active = one('ecs-svc/1', { status: 'ACTIVE', rolloutState: 'COMPLETED' });
const failed = one(OWN, { rolloutState: 'FAILED', reason: 'tasks failed to start.' });
const rollback = one('ecs-svc/3', {
  reason: 'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1.',
});

const CASES: [string, RollingSnapshot, string | null, Outcome | null][] = [
  ['under way', at(one(OWN), active), null, null],
  ['completed', at(one(OWN, { rolloutState: 'COMPLETED' })), null, 'SUCCEEDED'],
  ['failed without rollback', at(failed, active), null, 'FAILED'],
  ['rolling back', at(rollback, { ...failed, status: 'ACTIVE' }), null, null],
  ['rolled back', at({ ...rollback, rolloutState: 'COMPLETED' }), 'it failed', 'ROLLED_BACK'],
  ['replaced by another', at(one('ecs-svc/9'), { ...one(OWN), status: 'ACTIVE' }), null, 'SUPERSEDED'],
];
for (const [name, snapshot, failure, outcome] of CASES)
  test(`a rolling deployment that is ${name}`, (t) => {
    t.is(rollingOutcome(snapshot, failure)?.outcome ?? null, outcome);
  });

test('a failure is seen in the deployment, and in the rollback that came between two looks', (t) => {
  t.is(rollingFailure(at(failed)), 'tasks failed to start.');
  t.regex(rollingFailure(at(rollback)) ?? '', /rolling back/);
  t.is(rollingFailure(at(one(OWN))), null);
});

const GREEN = {
  taskSet: 'ecs-svc/22',
  targetGroup: 'threads-tg-2',
  taskDefinition: 'threads:2',
  version: 'v2',
  status: 'ACTIVE',
  running: 1,
  desired: 1,
  weight: 0,
};
const seen = (change: Partial<BlueGreenSnapshot> = {}): BlueGreenSnapshot => ({
  kind: 'blue-green',
  deploymentId: 'd-AAAAAAAA1',
  status: 'InProgress',
  cluster: 'shop',
  service: 'threads',
  config: 'CodeDeployDefault.ECSAllAtOnce',
  rollsBack: null,
  rollbackDeploymentId: null,
  error: null,
  lifecycleEvents: [
    { name: 'Install', status: 'Succeeded', startedAt: null, endedAt: null, hook: null, message: null },
    { name: 'BeforeAllowTraffic', status: 'Pending', startedAt: null, endedAt: null, hook: 'check', message: null },
  ],
  blue: null,
  green: GREEN,
  blueWaits: false,
  ...change,
});

test('a line for each thing that changed, none for what did not', (t) => {
  const first = seen();
  t.deepEqual(changesBetween(null, first), [
    'Install                Succeeded',
    'green    0 %  threads:2 (v2)  1/1 running  threads-tg-2  ACTIVE',
    'd-AAAAAAAA1  InProgress',
  ]);
  t.deepEqual(changesBetween(first, seen()), []);
  const hook = { ...first.lifecycleEvents[1]!, status: 'Failed', message: '500 on /api/threads' };
  const later = seen({ green: { ...GREEN, weight: 10 }, lifecycleEvents: [first.lifecycleEvents[0]!, hook] });
  t.deepEqual(changesBetween(first, later), [
    'BeforeAllowTraffic     Failed  (check): 500 on /api/threads',
    'green   10 %  threads:2 (v2)  1/1 running  threads-tg-2  ACTIVE',
  ]);
  t.deepEqual(changesBetween(later, seen({ ...later, green: null, status: 'Failed' })), [
    'green  gone',
    'd-AAAAAAAA1  Failed',
  ]);
});
