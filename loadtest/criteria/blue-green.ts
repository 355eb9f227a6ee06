/** What a blue/green deployment under load must hold to. */
import { FAILS_ABOVE_ZERO as base, type Criterion } from './criterion.ts';

export const BLUE_GREEN_CRITERIA: readonly Criterion[] = [
  {
    ...base,
    name: 'version-mix',
    title: "largest gap between the new version's share and its weight",
    unit: 'points',
    bound: 2,
    // At 10 % the share of 2,000 answers has a standard deviation of 0.67 points: 2 are three of them.
    minSamples: 2_000,
  },
  {
    ...base,
    name: 'green-before-hook',
    title: 'production answers of the new version before traffic was allowed',
    unit: 'requests',
    minSamples: 100,
  },
  { ...base, name: 'failed-hooks', title: 'hooks that did not succeed', unit: 'hooks' },
  { ...base, name: 'blue-kept', title: 'control time that the old version was kept too short', unit: 'seconds' },
  { ...base, name: 'right-guard', title: 'drills that the wrong guard ended, or none', unit: 'deployments' },
  {
    ...base,
    name: 'rollback-time',
    title: 'control time from failure to the old version alone, steady',
    unit: 'seconds',
    bound: 300,
  },
];
