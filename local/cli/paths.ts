/** Where the project keeps things on this machine: all below the checkout, all ignored by git. */
import { join, resolve } from 'node:path';

/** The checkout's folder. */
export const root = resolve(import.meta.dirname, '..', '..');

/** Tools, caches and running planes. */
export const home = join(root, '.cutover');

/** The plane's default port base: the AWS-compatible endpoint; the console and helpers follow it. */
export const DEFAULT_PORT_BASE = 4566;

/** State of the plane on a port base: process list, keys, logs, tables. `down` removes it. */
export function stateDirOf(portBase: number): string {
  return join(home, `plane-${portBase}`);
}

/** Temporary folders, each of one process. */
export const scratchDir = join(home, 'scratch');

/** Service bundles and other things worth keeping between runs. */
export const cacheDir = join(home, 'cache');
