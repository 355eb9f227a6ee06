/** Gathering, with the lines that the workshop prints. Waits never block other orders. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '../log.ts';
import type { Items, Resource } from './order.ts';

const TITLE: Readonly<Record<Resource, string>> = { iridium: 'Iridium', magnesite: 'Magnesite' };

/**
 * Gathers one resource after the other: all of them for a bundle, else those that are ordered.
 * @param options.gatherMs how long each takes, milliseconds
 * @returns what was gathered, with the bundle itself where one was ordered
 */
export async function gather(
  items: Items,
  options: { resources: readonly Resource[]; gatherMs: number; log: Log },
): Promise<Items> {
  const { resources, gatherMs, log } = options;
  log.line('Gathering Requested Items');
  const gathered: { -readonly [K in keyof Items]: Items[K] } = items.bundle ? { bundle: items.bundle } : {};
  for (const resource of resources) {
    const quantity = (items.bundle ?? 0) + (items[resource] ?? 0);
    if (quantity === 0) continue;
    log.line(`Getting ${TITLE[resource]}`);
    if (gatherMs > 0) await wait(gatherMs);
    gathered[resource] = quantity;
  }
  return gathered;
}
