/** Which builds a service's workspace has: `cutover.image.builds` of its package.json, tag → entry. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param folder absolute path of the workspace
 * @returns tag → absolute path of the entry
 */
export function serviceBuilds(folder: string): ReadonlyMap<string, string> {
  const workspace = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    cutover?: { image?: { builds?: Record<string, string> } };
  };
  const builds = Object.entries(workspace.cutover?.image?.builds ?? {});
  return new Map(builds.map(([tag, entry]) => [tag, join(folder, entry)]));
}
