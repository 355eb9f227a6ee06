import test from 'ava';
import type { Topology } from '../../topology.ts';
import { checkScaling } from './check-scaling.ts';
import { scalableTarget, scheduledScaling, stepPolicy, trackingPolicy } from './testing/builders.ts';

const topology = (change: Partial<Topology>): Topology =>
  ({
    services: [{ name: 'orders', clusterName: 'shop' }],
    loadBalancers: [{ arnSuffix: 'app/main/1' }],
    targetGroups: [{ arnSuffix: 'targetgroup/orders/2' }],
    scalableTargets: [scalableTarget()],
    scalingPolicies: [],
    scheduledScalings: [],
    ...change,
  }) as unknown as Topology;

const requests = (label: string) => trackingPolicy('requests', { metric: { kind: 'ALBRequestCountPerTarget', label } });
const steps = (...bounds: readonly (readonly [number | null, number | null])[]) =>
  stepPolicy('step', {
    steps: bounds.map(([lowerBound, upperBound]) => ({ lowerBound, upperBound, adjustment: 1 })),
  });

for (const [name, change, codes, message] of [
  [
    'nothing wrong',
    { scalingPolicies: [requests('app/main/1/targetgroup/orders/2'), steps([0, 10], [10, null])] },
    [],
    /^$/,
  ],
  ['no such service', { services: [] }, ['DANGLING_REFERENCE'], /no service orders in cluster shop/],
  [
    'minimum above maximum',
    { scalableTargets: [scalableTarget({ minCapacity: 11 })] },
    ['INVALID_ATTRIBUTE'],
    /minimum 11 is above the maximum 10/,
  ],
  [
    'a policy without a target',
    { scalableTargets: [], scalingPolicies: [trackingPolicy('cpu')] },
    ['DANGLING_REFERENCE'],
    /registers service\/shop\/orders/,
  ],
  [
    'a malformed label',
    { scalingPolicies: [requests('targetgroup/orders/2')] },
    ['INVALID_ATTRIBUTE'],
    /does not name/,
  ],
  [
    'a label of elsewhere',
    { scalingPolicies: [requests('app/main/1/targetgroup/other/2')] },
    ['DANGLING_REFERENCE'],
    /see no data/,
  ],
  ['steps with a gap', { scalingPolicies: [steps([0, 10], [20, null])] }, ['INVALID_ATTRIBUTE'], /leave a gap/],
  ['steps that overlap', { scalingPolicies: [steps([0, 30], [20, null])] }, ['INVALID_ATTRIBUTE'], /overlap/],
  ['no steps', { scalingPolicies: [steps()] }, ['INVALID_ATTRIBUTE'], /no step/],
  [
    'a schedule that is none',
    { scheduledScalings: [scheduledScaling({ schedule: 'daily' })] },
    ['INVALID_ATTRIBUTE'],
    /none of at/,
  ],
  [
    'several at once',
    { services: [], scalingPolicies: [steps(), requests('x')] },
    ['DANGLING_REFERENCE', 'INVALID_ATTRIBUTE', 'INVALID_ATTRIBUTE'],
    /./,
  ],
] as const)
  test(name, (t) => {
    const problems = checkScaling(topology(change as unknown as Partial<Topology>));
    t.deepEqual(
      problems.map((p) => p.code),
      [...codes],
    );
    t.regex(problems.map((p) => p.message).join('\n'), message);
  });
