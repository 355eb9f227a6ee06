/** Values in which whole resources and modules stand are evaluated as far as somebody looks; here somebody looks at all of it. */

/** @returns the value itself @throws CutoverError where a part of it cannot be evaluated */
export function settled<T>(value: T, seen: Set<object> = new Set()): T {
  if (value === null || typeof value !== 'object' || seen.has(value)) return value;
  seen.add(value);
  for (const inner of Object.values(value)) settled(inner, seen);
  return value;
}
