import test from 'ava';
import type { InvocationResult } from '../contracts-delivery.ts';
import { answered } from './decide-hooks.ts';
import { hookEvent } from './hook-event.ts';
import { hooksOf, type ServiceDeployment } from './service-deployment.ts';

const STRATEGY = {
  type: 'BLUE_GREEN',
  routing: { type: 'AllAtOnce' },
  bakeTimeMinutes: 0,
  hooks: [{ functionArn: 'arn:f', roleArn: 'r', stages: ['PRODUCTION_TRAFFIC_SHIFT'], details: { a: 1 } }],
} as const;
const [HOOK] = hooksOf(STRATEGY, 'PRODUCTION_TRAFFIC_SHIFT');

const result = (payload: unknown, outcome: InvocationResult['outcome'] = 'returned'): InvocationResult => ({
  requestId: 'r',
  outcome,
  payload,
  error: outcome === 'returned' ? null : `it ${outcome}`,
  durationMs: 1,
  logTail: '',
});

for (const [what, given, expected] of [
  ['SUCCEEDED', result({ hookStatus: 'SUCCEEDED' }), { status: 'SUCCEEDED' }],
  ['FAILED', result({ hookStatus: 'FAILED' }), { status: 'FAILED', why: 'it answered FAILED' }],
  ['IN_PROGRESS', result({ hookStatus: 'IN_PROGRESS' }), { status: 'PENDING', nextAtMs: 31_000, details: { a: 1 } }],
  ['a delay', result({ hookStatus: 'IN_PROGRESS', callBackDelay: 60 }), { status: 'PENDING', nextAtMs: 61_000 }],
  ['a delay as text', result({ hookStatus: 'IN_PROGRESS', callBackDelay: '5' }), { nextAtMs: 6000 }],
  ['no delay', result({ hookStatus: 'IN_PROGRESS', callBackDelay: 0 }), { nextAtMs: 1000 }],
  ['a wrong delay', result({ hookStatus: 'IN_PROGRESS', callBackDelay: -1 }), { nextAtMs: 31_000 }],
  ['details', result({ hookStatus: 'IN_PROGRESS', hookDetails: { b: 2 } }), { details: { b: 2 } }],
  ['nothing', result(null), { status: 'FAILED' }],
  ['another word', result({ hookStatus: 'Succeeded' }), { status: 'FAILED' }],
  ['a text', result('SUCCEEDED'), { status: 'FAILED' }],
  ['an error', result({ hookStatus: 'SUCCEEDED' }, 'threw'), { status: 'FAILED', why: 'it threw' }],
  ['a time-out', result(undefined, 'timed-out'), { status: 'FAILED', why: 'it timed-out' }],
  ['no function', result(undefined, 'not-found'), { status: 'FAILED', why: 'it not-found' }],
] as const)
  test(`a hook’s answer: ${what}`, (t) => {
    t.like(answered(HOOK!, given, 1000), expected);
  });

test('a hook is called with ECS’s payload: weights by revision where its stage moves them', (t) => {
  const d = {
    arn: 'arn:aws:ecs:r:1:service-deployment/c/s/id',
    serviceArn: 'arn:aws:ecs:r:1:service/c/s',
    green: { id: 'ecs-svc/2', taskDefinitionArn: 't:2' },
    blue: { id: 'ecs-svc/1', taskDefinitionArn: 't:1' },
    shift: { percent: 12.5, nextAtMs: null },
    tested: true,
  } as unknown as ServiceDeployment;
  t.deepEqual(hookEvent(d, HOOK!, 'e'), {
    executionId: 'e',
    lifecycleStage: 'PRODUCTION_TRAFFIC_SHIFT',
    resourceArn: d.arn,
    executionDetails: {
      serviceArn: d.serviceArn,
      targetServiceRevisionArn: 'arn:aws:ecs:r:1:service-revision/c/s/2',
      testTrafficWeights: {},
      productionTrafficWeights: {
        'arn:aws:ecs:r:1:service-revision/c/s/2': 12.5,
        'arn:aws:ecs:r:1:service-revision/c/s/1': 87.5,
      },
    },
    hookDetails: { a: 1 },
  });
});
