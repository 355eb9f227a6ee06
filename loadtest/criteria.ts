/** What a run must hold to, as data. The judge evaluates them; k6 reads the latency and error bounds as thresholds. */

/** Names are part of verdict.json. */
export type CriterionName =
  | 'lost-orders'
  | 'duplicated-orders'
  | 'rejected-orders'
  | 'dead-lettered-orders'
  | 'error-rate'
  | 'server-errors'
  | 'latency-p95'
  | 'latency-p99'
  | 'dropped-iterations'
  | 'generator-cpu'
  | 'steady-stages'
  | 'failed-deployments'
  | 'rollback-clean'
  | 'tasks-sharing-an-instance'
  | 'host-ports-clashing'
  | 'host-ports-out-of-range'
  | 'host-ports-without-traffic'
  | 'forum-failed-requests'
  | 'forum-failed-checks'
  | 'forum-latency-p95'
  | 'forum-latency-p99'
  | 'forum-dropped-iterations'
  | 'version-mix'
  | 'green-before-hook'
  | 'failed-hooks'
  | 'blue-kept'
  | 'right-guard'
  | 'rollback-time'
  | 'errors-before-scale-out'
  | 'scale-out-minutes'
  | 'scale-in-minutes'
  | 'short-of-peak'
  | 'not-as-before'
  | 'scaling-flaps'
  | 'capacity-limits'
  | 'ports-reused-unsafely'
  | 'latency-p95-scaled-out'
  | 'recovery-minutes'
  | 'not-recovered'
  | 'failed-at-the-kill';

export type Unit =
  | 'orders'
  | 'requests'
  | 'percent'
  | 'points'
  | 'ms'
  | 'seconds'
  | 'minutes'
  | 'turns'
  | 'stages'
  | 'deployments'
  | 'hooks'
  | 'services'
  | 'tasks'
  | 'ports';

export interface Criterion {
  readonly name: CriterionName;
  readonly title: string;
  readonly unit: Unit;
  /** `max`: value ≤ bound passes. `min`: value ≥ bound passes. */
  readonly direction: 'max' | 'min';
  readonly bound: number;
  /** Fewer samples than this (but not none) leave it undecided. No samples at all fail. */
  readonly minSamples: number;
  /** What a value past the bound means: the system's failure, or a run that proves nothing. */
  readonly onMiss: 'FAIL' | 'INCONCLUSIVE';
}

const base = { direction: 'max', bound: 0, minSamples: 1, onMiss: 'FAIL' } as const;

export const CRITERIA: readonly Criterion[] = [
  { ...base, name: 'lost-orders', title: 'orders sent and never fulfilled', unit: 'orders', minSamples: 100 },
  { ...base, name: 'duplicated-orders', title: 'orders fulfilled twice or more', unit: 'orders', minSamples: 100 },
  { ...base, name: 'rejected-orders', title: 'valid orders refused for good (4xx)', unit: 'orders', minSamples: 100 },
  { ...base, name: 'dead-lettered-orders', title: 'orders given up after every retry', unit: 'orders' },
  { ...base, name: 'error-rate', title: 'requests not answered 2xx', unit: 'percent', minSamples: 100 },
  { ...base, name: 'server-errors', title: 'requests answered 5xx', unit: 'orders', minSamples: 100 },
  { ...base, name: 'latency-p95', title: 'request time, 95th percentile', unit: 'ms', bound: 1_000, minSamples: 100 },
  { ...base, name: 'latency-p99', title: 'request time, 99th percentile', unit: 'ms', bound: 3_000, minSamples: 500 },
  {
    ...base,
    name: 'dropped-iterations',
    title: 'orders that the generator could not send on time',
    unit: 'percent',
    bound: 0.5,
    onMiss: 'INCONCLUSIVE',
  },
  {
    ...base,
    name: 'generator-cpu',
    title: "the generator's share of the machine's CPU",
    unit: 'percent',
    bound: 60,
    minSamples: 3,
    onMiss: 'INCONCLUSIVE',
  },
  { ...base, name: 'steady-stages', title: 'stages that never became steady', unit: 'stages' },
  { ...base, name: 'failed-deployments', title: 'deployments that failed', unit: 'deployments' },
  {
    ...base,
    name: 'rollback-clean',
    title: 'services not steady on the old revision after a roll-back',
    unit: 'services',
  },
  {
    ...base,
    name: 'tasks-sharing-an-instance',
    title: 'most tasks of one service on one instance',
    unit: 'tasks',
    direction: 'min',
    bound: 2,
  },
  { ...base, name: 'host-ports-clashing', title: 'host ports used twice on an instance', unit: 'ports', minSamples: 2 },
  {
    ...base,
    name: 'host-ports-out-of-range',
    title: "host ports outside the instance's range",
    unit: 'ports',
    minSamples: 2,
  },
  {
    ...base,
    name: 'host-ports-without-traffic',
    title: 'host ports that served no request',
    unit: 'ports',
    minSamples: 2,
  },
  ...forumCriteria(),
  ...blueGreenCriteria(),
  ...scalingCriteria(),
  ...killCriteria(),
];

function forumCriteria(): Criterion[] {
  return [
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
}

function blueGreenCriteria(): Criterion[] {
  return [
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
}

function killCriteria(): Criterion[] {
  return [
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
}

/** Minutes are of control time: what the wall took is told beside the clock rate. */
function scalingCriteria(): Criterion[] {
  return [
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
}

/** @throws RangeError where the table has no such criterion (a programming error). */
export function criterion(name: CriterionName, table: readonly Criterion[] = CRITERIA): Criterion {
  const found = table.find((entry) => entry.name === name);
  if (!found) throw new RangeError(`no criterion ${name}`);
  return found;
}
