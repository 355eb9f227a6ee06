/** The environment of a program on an instance. */
import type { HostContext } from './host.ts';
import { inFolder } from './user-data/paths.ts';
import type { Argument } from './user-data/plan.ts';

export interface ProcessPlace {
  /** The instance's `/` on this machine. */
  readonly root: string;
  readonly address: string;
  readonly port: (wished: number) => number;
  readonly context: HostContext;
}

/** HOST is the instance's own address, whatever was set: `0.0.0.0` would be every instance's. PORT is where it is bound. */
export function environmentOfProcess(
  own: Readonly<Record<string, Argument>>,
  { root, address, port, context }: ProcessPlace,
): Record<string, string> {
  const values = Object.entries(own).map(([name, value]) => [
    name,
    typeof value === 'string' ? context.addresses.localise(value) : value.before + inFolder(root, value.path),
  ]);
  const set = Object.fromEntries(values) as Record<string, string>;
  const wished = Number(set['PORT']);
  return {
    LANG: 'C.UTF-8',
    ...set,
    PATH: process.env['PATH'] ?? '',
    ...context.environment(),
    HOST: address,
    ...(Number.isInteger(wished) && wished >= 1 && wished <= 65_535 ? { PORT: String(port(wished)) } : {}),
  };
}
