/** The environment of a program on an instance. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { HostContext } from './host.ts';
import { inFolder } from './user-data/paths.ts';
import type { Argument } from './user-data/plan.ts';

export interface ProcessPlace {
  /** The instance's `/` on this machine. */
  readonly root: string;
  readonly address: string;
  readonly port: (wished: number) => number;
  /** Those that its target groups expect it at. */
  readonly ports: readonly number[];
  readonly context: HostContext;
}

/** Sees to it that a Node program listens at its instance's address, and finds its instance's modules only. */
const PRELOAD = pathToFileURL(join(import.meta.dirname, 'runtime', 'preload.mjs')).href;

/**
 * HOST is the instance's own address, whatever was set: `0.0.0.0` would be every instance's. PORT is where it is bound.
 * @param isConfined whether it has the modules of its instance only
 */
export function environmentOfProcess(
  own: Readonly<Record<string, Argument>>,
  { root, address, port, ports, context }: ProcessPlace,
  isConfined: boolean,
): Record<string, string> {
  const values = Object.entries(own).map(([name, value]) => [
    name,
    typeof value === 'string' ? context.addresses.localise(value) : value.before + inFolder(root, value.path),
  ]);
  const set = Object.fromEntries(values) as Record<string, string>;
  const wished = Number(set['PORT']);
  const hasPort = Number.isInteger(wished) && wished >= 1 && wished <= 65_535;
  const mapped = ports.map((one) => [one, port(one)]).filter(([one, bound]) => one !== bound);
  return {
    LANG: 'C.UTF-8',
    ...set,
    PATH: process.env['PATH'] ?? '',
    ...context.environment(),
    HOST: address,
    ...(hasPort ? { PORT: String(port(wished)) } : {}),
    NODE_OPTIONS: `${set['NODE_OPTIONS'] ?? ''} --import=${PRELOAD}`.trim(),
    CUTOVER_INSTANCE: JSON.stringify({ root: isConfined ? root : null, address, ports: Object.fromEntries(mapped) }),
  };
}
