/** What a rehearsal of the forum must hold to. */
import { FAILS_ABOVE_ZERO as base, type Criterion } from './criterion.ts';

export const FORUM_CRITERIA: readonly Criterion[] = [
  {
    ...base,
    name: 'forum-failed-requests',
    title: 'forum requests not answered 2xx',
    unit: 'requests',
    minSamples: 100,
  },
  {
    ...base,
    name: 'forum-failed-checks',
    title: 'forum answers that are not what the path should give',
    unit: 'requests',
    minSamples: 100,
  },
  {
    ...base,
    name: 'forum-latency-p95',
    title: 'forum request time, 95th percentile',
    unit: 'ms',
    bound: 1_000,
    minSamples: 100,
  },
  {
    ...base,
    name: 'forum-latency-p99',
    title: 'forum request time, 99th percentile',
    unit: 'ms',
    bound: 3_000,
    minSamples: 500,
  },
  {
    ...base,
    name: 'forum-dropped-iterations',
    title: 'forum requests that the generator could not send on time',
    unit: 'percent',
    bound: 0.5,
    onMiss: 'INCONCLUSIVE',
  },
];
