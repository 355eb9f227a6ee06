/** One JSON line when an order is sent and one when it ends: the harness follows every MessageId from these. */
import type { RefinedResponse } from 'k6/http';

/** Written before the request, so that an order in flight when the generator ends is not forgotten. */
export function told(id: string, path: string): number {
  const sentAtMs = Date.now();
  console.log(JSON.stringify({ o: 's', id, path, at: sentAtMs }));
  return sentAtMs;
}

/** @param id the id that `told` was given; `as` is the MessageId where only the answer carries it */
export function ended(id: string, response: RefinedResponse<'text'>, as: string = id): void {
  const line = {
    o: 'e',
    id,
    as,
    status: response.status,
    ms: response.timings.duration,
    error: response.error || null,
  };
  console.log(JSON.stringify(line));
}
