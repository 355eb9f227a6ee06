/** What several rules ask of one estate is found once. */
import type { Estate } from './estate.ts';

export function once<R>(find: (estate: Estate) => R): (estate: Estate) => R {
  const found = new WeakMap<Estate, { readonly result: R }>();
  return (estate) => {
    let known = found.get(estate);
    if (!known) {
      known = { result: find(estate) };
      found.set(estate, known);
    }
    return known.result;
  };
}
