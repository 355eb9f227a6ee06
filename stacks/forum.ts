import type { Construct } from '../modules/cdktf.ts';
import { ForumEdgeStack } from './forum-edge-stack.ts';
import { forumNames } from './forum-names.ts';
import { FORUM_REPOSITORIES } from './forum-services.ts';
import { ForumServicesStack } from './forum-services-stack.ts';
import type { NetworkStack } from './network-stack.ts';
import { RegistryStack } from './registry-stack.ts';
import type { Settings } from './settings.ts';

/**
 * The forum at one stage, inside an existing network. In the workshop's environment services, families and target groups
 * keep the workshop's own names.
 */
export function addForum(scope: Construct, settings: Settings, { network }: NetworkStack): void {
  const { environment, stage, tags, providerVersion } = settings;
  const common = { environment, providerVersion, system: 'forum' };
  const id = (suffix: string): string => `${environment.name}-forum-${suffix}`;

  const registry = new RegistryStack(scope, id('registry'), {
    ...common,
    services: FORUM_REPOSITORIES,
    prefix: forumNames(environment.name).repositoryPrefix,
  });
  const edge = new ForumEdgeStack(scope, id('edge'), { ...common, network });
  new ForumServicesStack(scope, id('services'), { ...common, stage, tags, network, registry, edge });
}
