/** Everything `up` would check and change, without a running plane: what `plan` shows and what CI can hold. */
import { decideChanges } from './apply/decide-changes.ts';
import type { Change } from './contracts.ts';
import { checksFor, loadTopology } from './load.ts';
import type { PlaneConfig } from './plane.ts';

/** @throws CutoverError with every problem found */
export async function checkSource(dir: string, config: PlaneConfig): Promise<readonly Change[]> {
  const topology = await loadTopology(dir, { allow: config.allow, variables: config.variables }, checksFor(config));
  return decideChanges(new Map(), topology);
}
