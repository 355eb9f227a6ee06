/** Node's flat list of header fields as pairs, and by name. Pure. */
import type { Headers } from './values.ts';

export function pairsOf(raw: readonly string[]): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) pairs.push([raw[i] ?? '', raw[i + 1] ?? '']);
  return pairs;
}

export const headersOf = (pairs: readonly (readonly [string, string])[]): Headers =>
  new Map([...Map.groupBy(pairs, ([name]) => name.toLowerCase())].map(([name, own]) => [name, own.map(([, v]) => v)]));
