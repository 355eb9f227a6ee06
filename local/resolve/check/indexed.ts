/** What is asked again and again of lists and topologies that never change: each is read once. */

/**
 * @param keysOf under which an item is found; the first item of a key counts
 * @returns a look-up by list and key that reads each list once
 */
export function indexed<T extends object, K>(
  keysOf: (item: T) => readonly K[],
): (items: readonly T[], key: K) => T | undefined {
  const indexes = new WeakMap<readonly T[], ReadonlyMap<K, T>>();
  return (items, key) => {
    let index = indexes.get(items);
    if (!index) {
      index = indexOf(items, keysOf);
      indexes.set(items, index);
    }
    return index.get(key);
  };
}

function indexOf<T, K>(items: readonly T[], keysOf: (item: T) => readonly K[]): ReadonlyMap<K, T> {
  const index = new Map<K, T>();
  for (const item of items) for (const key of keysOf(item)) if (!index.has(key)) index.set(key, item);
  return index;
}

/** @returns the same function, which computes once for each object it is given */
export function once<T extends object, R>(compute: (of: T) => R): (of: T) => R {
  const results = new WeakMap<T, { readonly result: R }>();
  return (of) => {
    let known = results.get(of);
    if (!known) {
      known = { result: compute(of) };
      results.set(of, known);
    }
    return known.result;
  };
}
