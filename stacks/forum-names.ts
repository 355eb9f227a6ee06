/**
 * What the forum's resources are called. An account and region hold each of these names once, so only the environment of
 * the workshop's own name has the workshop's; any other carries its name in them.
 */
import {
  FORUM_HOOK,
  FORUM_MICROSERVICES,
  FORUM_MONOLITH,
  FORUM_ROLES,
  type ForumMicroserviceFacts,
  type ForumNames,
} from './forum-services.ts';
import type { ForumMicroservice } from './stages.ts';

/** The workshop's EnvironmentName. */
export const WORKSHOP_ENVIRONMENT = 'interstella';

export interface ForumEnvironmentNames {
  readonly repositoryPrefix: string;
  readonly roles: { readonly [role in keyof typeof FORUM_ROLES]: string };
  /** CodeDeploy's own policy lets it call functions whose name begins with CodeDeployHook_. */
  readonly hook: string;
  readonly monolith: ForumNames & { readonly instanceTargetGroup: string; readonly healthPath: string };
  readonly microservices: Readonly<Record<ForumMicroservice, ForumMicroserviceFacts>>;
  application(service: ForumMicroservice): string;
  /** Of a deployment configuration that the stack makes. */
  configuration(name: string): string;
}

export function forumNames(environment: string): ForumEnvironmentNames {
  const isWorkshop = environment === WORKSHOP_ENVIRONMENT;
  const own = (name: string): string => (isWorkshop ? name : `${environment}-${name}`);
  const prefix = isWorkshop ? '' : `${environment}-forum-`;
  // 32 characters hold 16 of the environment's name, `-forum-`, and `threads-2`.
  const group = (workshops: string, short: string): string => (isWorkshop ? workshops : `${prefix}${short}`);
  const service = <T extends ForumNames>(facts: T, short: string): T => ({
    ...facts,
    family: `${prefix}${facts.family}`,
    targetGroup: group(facts.targetGroup, short),
  });
  return {
    repositoryPrefix: prefix,
    roles: {
      task: own(FORUM_ROLES.task),
      execution: own(FORUM_ROLES.execution),
      codeDeploy: own(FORUM_ROLES.codeDeploy),
    },
    hook: isWorkshop ? FORUM_HOOK.name : FORUM_HOOK.name.replace('_', `_${environment}-`),
    monolith: {
      ...service(FORUM_MONOLITH, 'monolith'),
      instanceTargetGroup: group(FORUM_MONOLITH.instanceTargetGroup, 'instances'),
    },
    microservices: {
      users: service(FORUM_MICROSERVICES.users, 'users'),
      posts: service(FORUM_MICROSERVICES.posts, 'posts'),
      threads: service(FORUM_MICROSERVICES.threads, 'threads'),
    },
    application: (name) => own(`${name}App`),
    configuration: own,
  };
}
