/** What the requests to the forum say. Pure. */
import { type ForumLoad, requestsOf } from './forum-record.ts';
import { excludeAll, isSuccess, measureDropped, percentile, type Some, sortedLatencies } from './measurement.ts';

const FORUM_CRITERIA = [
  'forum-failed-requests',
  'forum-failed-checks',
  'forum-latency-p95',
  'forum-latency-p99',
  'forum-dropped-iterations',
] as const;

export function measureForum(load: ForumLoad | null): Some<(typeof FORUM_CRITERIA)[number]> {
  if (!load) return excludeAll(FORUM_CRITERIA, 'the forum was no part of this run');
  const requests = requestsOf(load);
  // An answer that is no 2xx has failed as a request already: its body says nothing more.
  const answered = requests.filter(isSuccess);
  const latencies = sortedLatencies(requests);
  const of = (value: number, samples: number) => ({ value: samples > 0 ? value : null, samples });
  return {
    'forum-failed-requests': of(requests.length - answered.length, requests.length),
    'forum-failed-checks': of(answered.filter((r) => r.failedCheck !== null).length, answered.length),
    'forum-latency-p95': { value: percentile(latencies, 0.95), samples: latencies.length },
    'forum-latency-p99': { value: percentile(latencies, 0.99), samples: latencies.length },
    'forum-dropped-iterations': measureDropped(requests.length, load.generator.droppedIterations),
  };
}
