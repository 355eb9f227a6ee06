/** Names, ports and paths of the forum, as the second workshop gives them. */
import { fileURLToPath } from 'node:url';
import type { BalancerAlarm } from '../modules/deployment-alarms.ts';
import type { ForumMicroservice } from './stages.ts';

export const FORUM_PORT = 3000;
export const FORUM_PRODUCTION_PORT = 80;
export const FORUM_TEST_PORT = 8080;

/** Names of the roles; an account has each of them once. */
export const FORUM_ROLES = {
  task: 'ECSTaskRole',
  execution: 'ECSTaskExecutionRole',
  codeDeploy: 'ecsCodeDeployServiceRole',
} as const;

/** Names of one service's resources. */
export interface ForumNames {
  readonly repository: string;
  readonly service: string;
  readonly family: string;
  readonly container: string;
  readonly targetGroup: string;
}

/** The whole forum in one container, and the same application on instances. */
export const FORUM_MONOLITH = {
  repository: 'api',
  service: 'monolith-service',
  family: 'monolith-task-def',
  container: 'monolith-cntr',
  targetGroup: 'monolith-cntr-tg',
  /** Group of the uncontainerised instances. */
  instanceTargetGroup: 'monolith-tg',
  healthPath: '/',
} as const;

export interface ForumMicroserviceFacts extends ForumNames {
  readonly priority: number;
  readonly pathPattern: string;
  readonly healthPath: string;
}

export const FORUM_MICROSERVICES: Readonly<Record<ForumMicroservice, ForumMicroserviceFacts>> = {
  users: microservice('users', 1),
  posts: microservice('posts', 2),
  threads: microservice('threads', 3),
};

/** Everything that no other rule takes. Lower wins: what is newer stands in front of what it replaces. */
export const FORUM_CATCH_ALL = { pathPattern: '/*', usersPriority: 800, containersPriority: 900 } as const;

/** Sources of what is deployed as files. */
export const FORUM_SOURCES = {
  monolith: fileURLToPath(new URL('../services/forum/monolith', import.meta.url)),
  hook: fileURLToPath(new URL('../services/hooks/pre-traffic/src/pre-traffic-hook.ts', import.meta.url)),
};

/** The hook that asks green on the test listener, before any production traffic moves to it. */
export const FORUM_HOOK = {
  name: 'CodeDeployHook_pre-traffic-hook',
  handler: 'pre-traffic-hook.handler',
  event: 'BeforeAllowTraffic',
} as const;

/** Server errors of either target group stop a deployment: five of them in one minute. */
export const FORUM_ALARMS: readonly BalancerAlarm[] = [
  { name: 'forum-5xx', on: 'target-groups', metricName: 'HTTPCode_Target_5XX_Count', statistic: 'Sum', threshold: 5 },
];

/** Keys of CUTOVER_TAGS and of desired counts. `forum` is the monolith. */
export const FORUM_SERVICES = ['forum', 'users', 'posts', 'threads'] as const;
export type ForumService = (typeof FORUM_SERVICES)[number];

export const FORUM_REPOSITORIES = [FORUM_MONOLITH.repository, 'users', 'posts', 'threads'] as const;

function microservice(name: ForumMicroservice, priority: number): ForumMicroserviceFacts {
  return {
    repository: name,
    service: name,
    family: `${name}-task-def`,
    container: `${name}-cntr`,
    targetGroup: `${name}-tg`,
    priority,
    pathPattern: `/api/${name}*`,
    healthPath: '/',
  };
}
