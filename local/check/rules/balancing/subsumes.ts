/** Whether everything that one rule's conditions match is matched by another's. Sound: in doubt it says no. Pure. */
import { BlockList, isIPv6 } from 'node:net';
import type { Condition } from '../../../topology.ts';

/** True where no request could match `narrow` and not `wide`. Conditions are ANDed, their values ORed. */
export const subsumes = (wide: readonly Condition[], narrow: readonly Condition[]): boolean =>
  wide.every((w) => narrow.some((n) => covers(w, n)));

function covers(wide: Condition, narrow: Condition): boolean {
  if (wide.field !== narrow.field) return false;
  if (wide.field === 'query-string')
    return (
      narrow.field === 'query-string' &&
      narrow.pairs.every((n) =>
        wide.pairs.some(
          (w) =>
            (w.key === null || (n.key !== null && includes(lower(w.key), lower(n.key)))) &&
            includes(lower(w.value), lower(n.value)),
        ),
      )
    );
  if (narrow.field === 'query-string') return false;
  if (wide.field === 'http-header' && (narrow.field !== 'http-header' || lower(wide.name) !== lower(narrow.name)))
    return false;
  return narrow.values.every((n) => wide.values.some((w) => coversValue(wide.field, w, n)));
}

function coversValue(field: Condition['field'], wide: string, narrow: string): boolean {
  if (field === 'http-request-method') return wide === narrow;
  if (field === 'source-ip') return coversNetwork(wide, narrow);
  if (field === 'path-pattern') return includes(wide, narrow);
  return includes(lower(wide), lower(narrow));
}

const lower = (text: string): string => text.toLowerCase();

/**
 * Whether every text that `narrow` matches is matched by `wide`: a star takes anything, wildcards included; a question
 * mark takes one character or question mark, never a star.
 */
export function includes(wide: string, narrow: string): boolean {
  let reach = new Set([0]);
  for (const [i, w] of [...wide].entries()) {
    const next = new Set<number>();
    for (const at of reach) {
      if (w === '*') for (let to = at; to <= narrow.length; to++) next.add(to);
      else if (at < narrow.length && (narrow[at] === w || (w === '?' && narrow[at] !== '*'))) next.add(at + 1);
    }
    if (next.size === 0) return false;
    reach = next;
    // `**` and the like add nothing.
    if (w === '*' && i === wide.length - 1) return true;
  }
  return reach.has(narrow.length);
}

function coversNetwork(wide: string, narrow: string): boolean {
  const [address = '', bits = ''] = wide.split('/');
  const [inner = '', innerBits = ''] = narrow.split('/');
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  if (isIPv6(inner) !== isIPv6(address) || Number(innerBits) < Number(bits)) return false;
  try {
    const list = new BlockList();
    list.addSubnet(address, Number(bits), family);
    return list.check(inner, family);
  } catch {
    // It is no address block, which the resolver says.
    return false;
  }
}
