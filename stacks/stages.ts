/** The stages of both moves, as typed data. What a stage runs is said here and nowhere else. */

/** In the order of the move. */
export const STAGE_NAMES = ['monolith', 'containers', 'strangler', 'microservices'] as const;
export type StageName = (typeof STAGE_NAMES)[number];

export const SYSTEM_NAMES = ['logistics', 'forum', 'all'] as const;
export type SystemName = (typeof SYSTEM_NAMES)[number];

export type LogisticsMicroservice = 'iridium' | 'magnesite';

export interface LogisticsStage {
  readonly summary: string;
  /** Build of the monolith: all of it, less what a microservice does, or fulfilment only. */
  readonly monolithTag: 'latest' | 'noiridium' | 'fulfillment';
  /** True while the monolith takes orders itself: then it is subscribed to the Orders topic. */
  readonly monolithTakesOrders: boolean;
  /** On Fargate behind their own rules, subscribed to their own topics. */
  readonly microservices: readonly LogisticsMicroservice[];
}

const WHOLE_MONOLITH: LogisticsStage = {
  summary: 'the monolith on EC2 instances, bridge network, dynamic host ports',
  monolithTag: 'latest',
  monolithTakesOrders: true,
  microservices: [],
};

export const LOGISTICS_STAGES: Readonly<Record<StageName, LogisticsStage>> = {
  monolith: WHOLE_MONOLITH,
  // The logistics monolith is containerised from the start of the workshop.
  containers: WHOLE_MONOLITH,
  strangler: {
    summary: 'iridium on Fargate; the monolith gathers magnesite only',
    monolithTag: 'noiridium',
    monolithTakesOrders: true,
    microservices: ['iridium'],
  },
  microservices: {
    summary: 'iridium and magnesite on Fargate; the monolith only fulfils',
    monolithTag: 'fulfillment',
    monolithTakesOrders: false,
    microservices: ['iridium', 'magnesite'],
  },
};

export type ForumMicroservice = 'users' | 'posts' | 'threads';

export interface ForumStage {
  readonly summary: string;
  /** Where the monolith runs. `nowhere` keeps its service and its instances' group at zero: the way back. */
  readonly monolith: 'instances' | 'containers' | 'nowhere';
  readonly microservices: readonly ForumMicroservice[];
  /** Those of them that CodeDeploy deploys; the others roll. */
  readonly blueGreen: readonly ForumMicroservice[];
}

export const FORUM_STAGES: Readonly<Record<StageName, ForumStage>> = {
  monolith: {
    summary: 'the monolith on EC2 instances, without containers',
    monolith: 'instances',
    microservices: [],
    blueGreen: [],
  },
  containers: { summary: 'the monolith on Fargate', monolith: 'containers', microservices: [], blueGreen: [] },
  strangler: {
    summary: 'users and posts on Fargate; the monolith serves threads',
    monolith: 'containers',
    microservices: ['users', 'posts'],
    blueGreen: [],
  },
  microservices: {
    summary: 'users, posts and threads on Fargate, threads blue/green; no monolith',
    monolith: 'nowhere',
    microservices: ['users', 'posts', 'threads'],
    blueGreen: ['threads'],
  },
};
