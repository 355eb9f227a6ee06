/** Comparing secrets without telling how much of a guess was right. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Digests make the lengths equal, so that the comparison's time tells nothing of the key. */
export function keysEqual(given: string, key: string): boolean {
  return timingSafeEqual(digest(given), digest(key));
}

/** Compares with every key, whether or not one has matched already. */
export function anyKeyEquals(given: string, keys: readonly string[]): boolean {
  let found = false;
  for (const key of keys) found = keysEqual(given, key) || found;
  return found;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
