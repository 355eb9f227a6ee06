import test from 'ava';
import type { Topology } from '../../topology.ts';
import { checkScaling } from './check-scaling.ts';
import { scheduledScaling, stepPolicy, trackingPolicy } from './testing/builders.ts';

const topology = (change: Partial<Topology>): Topology =>
  ({ scalingPolicies: [], scheduledScalings: [], ...change }) as unknown as Topology;

const requests = (label: string) => trackingPolicy('requests', { metric: { kind: 'ALBRequestCountPerTarget', label } });
const steps = (...bounds: readonly (readonly [number | null, number | null])[]) =>
  stepPolicy('step', {
    steps: bounds.map(([lowerBound, upperBound]) => ({ lowerBound, upperBound, adjustment: 1 })),
  });

for (const [name, change, codes, message] of [
  [
    'nothing wrong',
    { scalingPolicies: [requests('app/main/1/targetgroup/orders/2'), steps([0, 10], [10, null])] },
    0,
    /^$/,
  ],
  ['a malformed label', { scalingPolicies: [requests('targetgroup/orders/2')] }, 1, /does not name/],
  ['a target of zero', { scalingPolicies: [trackingPolicy('cpu', { targetValue: 0 })] }, 1, /not above 0/],
  ['steps with a gap', { scalingPolicies: [steps([0, 10], [20, null])] }, 1, /leave a gap/],
  ['steps that overlap', { scalingPolicies: [steps([0, 30], [20, null])] }, 1, /overlap/],
  ['a step turned round', { scalingPolicies: [steps([10, 0])] }, 1, /not below its upper bound/],
  ['no steps', { scalingPolicies: [steps()] }, 1, /no step/],
  ['a schedule that is none', { scheduledScalings: [scheduledScaling({ schedule: 'daily' })] }, 1, /none of at/],
  ['a weekday that is none', { scheduledScalings: [scheduledScaling({ schedule: 'cron(0 8 ? * MOO *)' })] }, 1, /MOO/],
  [
    'bounds turned round',
    { scheduledScalings: [scheduledScaling({ minCapacity: 5, maxCapacity: 4 })] },
    1,
    /minimum 5 is above the maximum 4/,
  ],
  ['several at once', { scalingPolicies: [steps(), requests('x')] }, 2, /./],
] as const)
  test(name, (t) => {
    const problems = checkScaling(topology(change as unknown as Partial<Topology>));
    t.deepEqual(
      problems.map((p) => p.code),
      Array.from({ length: codes }, () => 'INVALID_ATTRIBUTE'),
    );
    t.regex(problems.map((p) => p.message).join('\n'), message);
  });
