/** Every request of a run, whatever its system. Pure. */
import { type ForumRequest, requestsOf } from './forum-record.ts';
import type { Outcome, RunRecord } from './record.ts';

export function answersOf({ orders, forum }: Pick<RunRecord, 'orders' | 'forum'>): readonly (Outcome | ForumRequest)[] {
  return [...(orders?.outcomes ?? []), ...(forum ? requestsOf(forum) : [])];
}
