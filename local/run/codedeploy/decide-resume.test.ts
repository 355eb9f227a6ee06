import test from 'ava';
import fc from 'fast-check';
import { LIFECYCLE_EVENTS } from '../contracts-delivery.ts';
import type { SavedService } from '../deployer/saved-service.ts';
import { decideResume, type Interrupted } from './decide-resume.ts';
import { type DeploymentRecord, isOver, pendingEvents } from './deployment.ts';
import {
  BLUE,
  forward,
  GREEN,
  PRODUCTION,
  RULE,
  record,
  SERVICE,
  TEST,
  TO_BLUE,
  taskDefinition,
} from './testing/builders.ts';

const set = (id: string, status: 'PRIMARY' | 'ACTIVE', group: string, revision: number) => ({
  id,
  externalId: null,
  startedBy: 'CODE_DEPLOY' as const,
  status,
  scalePercent: 100,
  taskDefinitionArn: taskDefinition(revision).arn,
  targetGroupArn: group,
  containerName: 'threads',
  containerPort: 3000,
  subnetIds: [],
  securityGroupIds: [],
});

/** A deployment that was under way in the given event, everything before it done. */
function during(event: (typeof LIFECYCLE_EVENTS)[number] | 'retention', greenPercent: number): Interrupted {
  const at = event === 'retention' ? LIFECYCLE_EVENTS.length : LIFECYCLE_EVENTS.indexOf(event);
  const lifecycleEvents = pendingEvents().map((one, index) =>
    index < at
      ? { ...one, status: 'Succeeded' as const, startedAtMs: 1000, endedAtMs: 2000 }
      : index === at
        ? { ...one, status: 'InProgress' as const, startedAtMs: 3000 }
        : one,
  );
  const shifted = at > LIFECYCLE_EVENTS.indexOf('AllowTraffic');
  const deployment = record({
    status: 'InProgress',
    green: { targetGroupArn: GREEN.arn, targetGroupName: GREEN.name, taskSetId: at > 0 ? 'ecs-svc/2' : null },
    before:
      at > 0
        ? {
            production: [{ listenerArn: PRODUCTION.arn, ruleArn: RULE.arn, actions: TO_BLUE }],
            test: [{ listenerArn: TEST.arn, ruleArn: null, actions: TO_BLUE }],
          }
        : null,
    lifecycleEvents,
    shift: { percent: greenPercent, nextAtMs: 5000 },
    blueEndsAtMs: event === 'retention' ? 300_000 : null,
  });
  const service: SavedService = {
    arn: SERVICE.arn,
    digest: SERVICE.digest,
    desiredCount: 3,
    taskSets: [
      set('ecs-svc/1', shifted ? 'ACTIVE' : 'PRIMARY', BLUE.arn, 1),
      ...(at > 0 ? [set('ecs-svc/2', shifted ? 'PRIMARY' : 'ACTIVE', GREEN.arn, 2)] : []),
    ],
  };
  const weights = [forward({ [BLUE.arn]: 100 - greenPercent, [GREEN.arn]: greenPercent })];
  return {
    deployments: [deployment],
    services: [service],
    actions: [
      { arn: RULE.arn, digest: RULE.digest, actions: weights },
      { arn: TEST.arn, digest: TEST.digest, actions: [forward({ [BLUE.arn]: 0, [GREEN.arn]: 100 })] },
    ],
  };
}

const clock = { nowMs: 1_000_000, savedAtMs: 4000, newId: () => 'd-ROLLBACK0' };
const newest = (settled: Interrupted): DeploymentRecord => settled.deployments[0] as DeploymentRecord;

for (const event of LIFECYCLE_EVENTS.slice(1, LIFECYCLE_EVENTS.indexOf('AllowTraffic') + 1))
  test(`killed during ${event}: failed, rolled back, blue has everything`, (t) => {
    const settled = decideResume(during(event, event === 'AllowTraffic' ? 40 : 0), clock);
    const [rollback, failed] = settled.deployments;
    t.is(failed?.status, 'Failed');
    t.regex(failed?.error?.message ?? '', new RegExp(`killed during ${event}`));
    t.is(failed?.rollback.rollbackDeploymentId, 'd-ROLLBACK0');
    t.is(rollback?.status, 'Succeeded');
    t.is(rollback?.rollback.triggeringDeploymentId, failed?.id);
    t.deepEqual(
      settled.services[0]?.taskSets.map((one) => [one.id, one.status]),
      [['ecs-svc/1', 'PRIMARY']],
    );
    t.deepEqual(
      settled.actions.map((one) => one.actions),
      [TO_BLUE, TO_BLUE],
    );
  });

test('killed before anything was touched: failed, and there is nothing to roll back', (t) => {
  const settled = decideResume({ ...during('BeforeInstall', 0), actions: [] }, clock);
  t.deepEqual(
    settled.deployments.map((one) => one.status),
    ['Failed'],
  );
});

test('without automatic rollback there is no rollback deployment, and blue has everything all the same', (t) => {
  const before = during('AllowTraffic', 40);
  const settings = { ...newest(before).settings, autoRollback: { enabled: false, events: [] } };
  const settled = decideResume({ ...before, deployments: [{ ...newest(before), settings }] }, clock);
  t.deepEqual(
    settled.deployments.map((one) => one.status),
    ['Failed'],
  );
  t.deepEqual(settled.actions[0]?.actions, TO_BLUE);
});

test('killed while blue was kept: green stays primary, both come back, and the wait goes on', (t) => {
  const before = during('retention', 100);
  const settled = decideResume(before, clock);
  const deployment = newest(settled);
  t.is(deployment.status, 'InProgress');
  t.is(deployment.blueEndsAtMs, 300_000 - clock.savedAtMs + clock.nowMs, 'as far away as it was');
  t.is(deployment.resumedAtMs, clock.nowMs);
  t.deepEqual(settled.services, before.services);
  t.deepEqual(settled.actions, before.actions);
});

test('killed during AfterAllowTraffic: its hook runs anew', (t) => {
  const deployment = newest(decideResume(during('AfterAllowTraffic', 100), clock));
  const event = deployment.lifecycleEvents.at(-1);
  t.deepEqual([event?.status, event?.hook, event?.startedAtMs], ['Pending', null, null]);
});

test('killed during a rollback: it is done, nothing of green is left', (t) => {
  const before = during('AllowTraffic', 40);
  const deployments = [{ ...newest(before), creator: 'codeDeployRollback' as const }];
  const settled = decideResume({ ...before, deployments }, clock);
  t.is(newest(settled).status, 'Succeeded');
  t.is(settled.services[0]?.taskSets.length, 1);
  t.deepEqual(settled.actions[0]?.actions, TO_BLUE);
});

test('property: after a kill at any event no route leads to a task set that does not come back', (t) => {
  const events = fc.constantFrom<Parameters<typeof during>[0]>(...LIFECYCLE_EVENTS.slice(1), 'retention');
  t.notThrows(() =>
    fc.assert(
      fc.property(events, fc.integer({ min: 0, max: 99 }), fc.boolean(), (event, percent, enabled) => {
        const shifted = event === 'retention' || event === 'AfterAllowTraffic';
        const before = during(event, shifted ? 100 : percent);
        const autoRollback = { ...newest(before).settings.autoRollback, enabled };
        const deployment = { ...newest(before), settings: { ...newest(before).settings, autoRollback } };
        const settled = decideResume({ ...before, deployments: [deployment] }, clock);
        const there = new Set(settled.services[0]?.taskSets.map((one) => one.targetGroupArn));
        const primaries = settled.services[0]?.taskSets.filter((one) => one.status === 'PRIMARY').length;
        const reached = settled.actions
          .flatMap((one) => one.actions)
          .flatMap((action) => (action.type === 'forward' ? action.targetGroups : []))
          .filter(({ weight }) => weight > 0);
        return (
          primaries === 1 &&
          reached.every(({ arn }) => there.has(arn)) &&
          settled.deployments.every((one) => isOver(one) || shifted)
        );
      }),
    ),
  );
});
