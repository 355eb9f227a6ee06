/** Works on several things at a time. */

/**
 * @param items taken in this order @param jobs how many at a time, at least 1
 * @returns the results, in the items' order
 * @throws the first error; nothing is begun after it, and what was begun has ended
 */
export async function inTurns<T, R>(
  items: readonly T[],
  jobs: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const waiting = [...items.entries()];
  const errors: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next && errors.length === 0; next = waiting.shift())
      try {
        results[next[0]] = await work(next[1], next[0]);
      } catch (error) {
        errors.push(error);
      }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, items.length) }, worker));
  if (errors.length > 0) throw errors[0];
  return results;
}
