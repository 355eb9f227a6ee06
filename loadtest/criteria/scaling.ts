/** What a system must hold to that scales out and back. Minutes are of control time: what the wall took is told beside the clock rate. */
import { FAILS_ABOVE_ZERO as base, type Criterion } from './criterion.ts';

export const SCALING_CRITERIA: readonly Criterion[] = [
  {
    ...base,
    name: 'errors-before-scale-out',
    title: 'requests not answered 2xx from the rise of the load until it had scaled out',
    unit: 'requests',
    minSamples: 100,
  },
  {
    ...base,
    name: 'scale-out-minutes',
    title: 'from the rise of the load to the last task that was wanted',
    unit: 'minutes',
    // Three minutes of datapoints, twice, and an instance that boots and warms up in between.
    bound: 12,
  },
  {
    ...base,
    name: 'scale-in-minutes',
    title: 'from the fall of the load to the counts of before',
    unit: 'minutes',
    // Fifteen minutes for tasks, fifteen for instances, cooldowns and drains.
    bound: 60,
  },
  { ...base, name: 'short-of-peak', title: 'tasks and instances that the peak lacked', unit: 'tasks', minSamples: 2 },
  { ...base, name: 'not-as-before', title: 'counts that are not as before the load', unit: 'services' },
  {
    ...base,
    name: 'scaling-flaps',
    title: 'changes of direction that the load did not ask for',
    unit: 'turns',
  },
  {
    ...base,
    name: 'capacity-limits',
    title: 'services held back by capacity without a word, or by their maximum',
    unit: 'services',
  },
  {
    ...base,
    name: 'ports-reused-unsafely',
    title: 'host ports given to a task while another still answered there',
    unit: 'ports',
  },
  {
    ...base,
    name: 'latency-p95-scaled-out',
    title: 'request time once scaled out, 95th percentile',
    unit: 'ms',
    bound: 1_000,
    minSamples: 100,
  },
];
