/** What the requests to the forum say. Pure. */
import { type ForumLoad, requestsOf } from './forum-record.ts';
import type { KillRecord } from './kill-record.ts';
import { isAtTheKill } from './measure-kill.ts';
import { excludeAll, isSuccess, measureDropped, type Some } from './measurement.ts';
import type { Sample } from './record.ts';
import { measureLatency } from './saturation.ts';

const FORUM_CRITERIA = [
  'forum-failed-requests',
  'forum-failed-checks',
  'forum-latency-p95',
  'forum-latency-p99',
  'forum-dropped-iterations',
] as const;

export function measureForum(
  load: ForumLoad | null,
  samples: readonly Sample[],
  kill: KillRecord | null,
): Some<(typeof FORUM_CRITERIA)[number]> {
  if (!load) return excludeAll(FORUM_CRITERIA, 'the forum was no part of this run');
  const requests = requestsOf(load);
  // An answer that is no 2xx has failed as a request already: its body says nothing more.
  const answered = requests.filter(isSuccess);
  const of = (value: number, samples: number) => ({ value: samples > 0 ? value : null, samples });
  return {
    // Those around a kill are that drill's own criterion.
    'forum-failed-requests': of(
      requests.filter((r) => !isSuccess(r) && !(kill && isAtTheKill(kill, r))).length,
      requests.length,
    ),
    'forum-failed-checks': of(answered.filter((r) => r.failedCheck !== null).length, answered.length),
    'forum-latency-p95': measureLatency(requests, 'forum-latency-p95', samples),
    'forum-latency-p99': measureLatency(requests, 'forum-latency-p99', samples),
    'forum-dropped-iterations': measureDropped(requests.length, load.generator.droppedIterations),
  };
}
