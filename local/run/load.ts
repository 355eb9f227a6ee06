/** Stack JSON → frozen topology, with every check that needs no running plane. All problems at once, nothing started. */
import { CutoverError, type Problem } from '../errors.ts';
import { readStacks } from '../read/index.ts';
import { type ResolveOptions, resolve } from '../resolve/index.ts';
import type { Topology } from '../topology.ts';
import { checkScaling } from './autoscaler/check-scaling.ts';
import { createImageResolver } from './images/images.ts';
import type { PlaneConfig } from './plane.ts';
import { checkPlacement } from './scheduler/check-placement.ts';
import { checkSubscriptions } from './topics/check-subscriptions.ts';

/** A further check over a whole topology. */
export type Check = (topology: Topology) => readonly Problem[] | Promise<readonly Problem[]>;

/** The checks of this machine and its project: placement, and whether every image has a build. */
export function checksFor(config: Pick<PlaneConfig, 'projectDir' | 'cacheDir' | 'images'>): readonly Check[] {
  const images = createImageResolver({
    projectDir: config.projectDir,
    cacheDir: config.cacheDir,
    overrides: config.images,
  });
  return [checkPlacement, checkScaling, checkSubscriptions, (topology) => images.check(topology)];
}

/**
 * @param dir a cdktf.out folder, a folder of `*.tf` and `*.tf.json`, or one such file
 * @throws CutoverError with every problem found
 */
export async function loadTopology(dir: string, options: ResolveOptions, checks: readonly Check[]): Promise<Topology> {
  const topology = resolve(await readStacks(dir), options);
  const problems = (await Promise.all(checks.map((check) => check(topology)))).flat();
  if (problems.length > 0) throw new CutoverError(problems);
  return topology;
}
