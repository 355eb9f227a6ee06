/** What a system must hold to whose tasks or instances are killed. */
import { FAILS_ABOVE_ZERO as base, type Criterion } from './criterion.ts';

export const KILL_CRITERIA: readonly Criterion[] = [
  {
    ...base,
    name: 'recovery-minutes',
    title: 'control time from the kill to as many healthy tasks and instances as before',
    unit: 'minutes',
    bound: 10,
  },
  { ...base, name: 'not-recovered', title: 'kills that were never recovered from', unit: 'services' },
  {
    ...base,
    name: 'failed-at-the-kill',
    title: 'requests around the kill that were not answered 2xx',
    unit: 'percent',
    // Half of the tasks are gone until ECS has seen it.
    bound: 50,
  },
];
