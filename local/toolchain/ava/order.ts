/**
 * The order of the fast suite's files. Those that mostly wait, for k6, for processes and for their ends, are begun
 * among the others from the start, the longest first: each leaves the processor to the files beside it, and none is
 * left over for the end, when nothing is there to use the processor while it waits.
 */
export const WAITING = [
  'loadtest/harness/rehearse',
  'loadtest/harness/blue-green',
  'local/run/functions/functions',
  'loadtest/harness/forum',
  'loadtest/harness/load',
  'services/logistics/monolith/src/monolith',
  'local/run/console/page',
  'services/forum/monolith/src/cluster/cluster',
  'local/cli/main',
  'services/forum/monolith/src/cluster/end',
  'services/logistics/monolith/src/drain',
  'local/cli/images/images',
  'local/run/instances/instances',
  'local/cli/commands/check',
  'services/logistics/hq/src/hq',
  'stacks/main',
  'loadtest/harness/load-scaling',
  'loadtest/verdict/html/layout',
  'local/run/tables/tables',
  'local/cli/images/ends',
  'local/run/processes/processes',
  'loadtest/harness/publish',
  'services/forum/threads/src/builds',
  'services/forum/lib/src/microservice',
  'services/logistics/iridium/src/iridium',
  'local/cli/launcher',
].map((file) => `/${file}.test.ts`);

/** The waiting files begin within this part of the run, evenly. */
const PART = 0.7;

/** For ava's `sortTestFiles`: it compares two absolute paths, and is told of no others. */
export function byPlace(a: string, b: string): number {
  return placeOf(a) - placeOf(b) || (a < b ? -1 : 1);
}

/** From 0, first, to 1: of a waiting file by its line above, of any other by a sum over its name, as good as at random. */
export function placeOf(path: string): number {
  const file = path.replaceAll('\\', '/');
  const waiting = WAITING.findIndex((end) => file.endsWith(end));
  if (waiting >= 0) return (PART * waiting) / WAITING.length;
  let sum = 0;
  for (const unit of file.slice(file.lastIndexOf('/', file.lastIndexOf('/') - 1)))
    sum = (sum * 31 + unit.charCodeAt(0)) % 9973;
  return sum / 9973;
}
