/**
 * What the load of each system is, stage by stage, as data: paths, weights, messages, what an answer must be, and where
 * the ledger reads. Also imported by k6, so no Node modules here.
 */

/** One path that the load asks for. */
export interface Route {
  /** Path at the load balancer; `:name` stands for an id. */
  readonly path: string;
  /** Share relative to the other routes of the mix. */
  readonly weight: number;
}

/** One way for an order to come in. Its path is also that of the SNS subscription's endpoint. */
export interface OrderRoute extends Route {
  /** The order, as the `Message` of the SNS envelope carries it (JSON text). */
  readonly message: Readonly<Record<string, number | string>>;
}

/** One path of the forum, and what must come back. */
export interface BrowseRoute extends Route {
  /** The microservice that takes the path over; null: whoever the catch-all names. */
  readonly service: string | null;
  readonly answer: BrowseAnswer;
}

/** Members that every object must have, and of which type. */
export type Members = Readonly<Record<string, 'number' | 'string'>>;

export type BrowseAnswer =
  | { readonly kind: 'text' }
  /** `equals`: the member of each object that must be the id in the path. */
  | { readonly kind: 'list'; readonly members: Members; readonly equals?: string }
  | { readonly kind: 'object'; readonly members: Members; readonly equals: string };

export type Mix = readonly Route[];

export interface OrderLedger {
  /** The order table's name ends like this; its hash key is `keyAttribute`. */
  readonly tableSuffix: string;
  readonly keyAttribute: string;
  /** `event` of the JSON log line that is written each time an order is fulfilled. */
  readonly fulfilledEvent: string;
}

export interface System {
  readonly name: 'logistics' | 'forum';
  /** Stages in the order of the move. */
  readonly stages: readonly string[];
  /** Stages that are the same system as the stage before under another name. */
  readonly sameAsBefore: readonly string[];
  /** Stage → what is asked for. */
  readonly mixes: Readonly<Record<string, Mix>>;
  /** Terraform outputs that hold the URL or host of the load balancer that the load enters by. */
  readonly entryOutputs: readonly string[];
  /** Null: nothing is ordered here. */
  readonly ledger: OrderLedger | null;
  /** Blue/green service → builds that are broken on purpose → what may take them back. */
  readonly brokenBuilds: Readonly<Record<string, Readonly<Record<string, readonly ('install' | 'hook' | 'alarm')[]>>>>;
}

const BUNDLE: OrderRoute = { path: '/order/', weight: 1, message: { bundle: '1' } };
const IRIDIUM: OrderRoute = { path: '/iridium/', weight: 1, message: { iridium: 1 } };
const MAGNESITE: OrderRoute = { path: '/magnesite/', weight: 1, message: { magnesite: 1 } };

const STAGES = ['monolith', 'containers', 'strangler', 'microservices'] as const;

export const LOGISTICS: System = {
  name: 'logistics',
  stages: STAGES,
  sameAsBefore: ['containers'],
  mixes: {
    monolith: [BUNDLE],
    containers: [BUNDLE],
    strangler: [BUNDLE, IRIDIUM],
    microservices: [IRIDIUM, MAGNESITE],
  },
  entryOutputs: [],
  ledger: { tableSuffix: '-orders', keyAttribute: 'MessageId', fulfilledEvent: 'order.fulfilled' },
  brokenBuilds: {},
};

const USER: Members = { id: 'number', username: 'string', name: 'string', bio: 'string' };
const THREAD: Members = { id: 'number', title: 'string', createdBy: 'number' };
const POST: Members = { thread: 'number', text: 'string', user: 'number' };

/** People look at threads most, then at who wrote in them. */
export const BROWSE: readonly BrowseRoute[] = [
  { path: '/', weight: 2, service: null, answer: { kind: 'text' } },
  { path: '/api', weight: 1, service: null, answer: { kind: 'text' } },
  { path: '/api/users', weight: 3, service: 'users', answer: { kind: 'list', members: USER } },
  {
    path: '/api/users/:userId',
    weight: 5,
    service: 'users',
    answer: { kind: 'object', members: USER, equals: 'id' },
  },
  { path: '/api/threads', weight: 6, service: 'threads', answer: { kind: 'list', members: THREAD } },
  {
    path: '/api/threads/:threadId',
    weight: 8,
    service: 'threads',
    answer: { kind: 'object', members: THREAD, equals: 'id' },
  },
  {
    path: '/api/posts/in-thread/:threadId',
    weight: 8,
    service: 'posts',
    answer: { kind: 'list', members: POST, equals: 'thread' },
  },
  {
    path: '/api/posts/by-user/:userId',
    weight: 3,
    service: 'posts',
    answer: { kind: 'list', members: POST, equals: 'user' },
  },
];

export const FORUM: System = {
  name: 'forum',
  stages: STAGES,
  sameAsBefore: [],
  // Its clients see the same paths at every stage.
  mixes: Object.fromEntries(STAGES.map((stage) => [stage, BROWSE])),
  entryOutputs: ['forum_url', 'forum_load_balancer'],
  ledger: null,
  brokenBuilds: {
    threads: {
      'broken-crash': ['install'],
      'broken-hang': ['install'],
      // The hook's own requests are answered 5xx by the new version's group, which an alarm may see first.
      'broken-500': ['hook', 'alarm'],
      'broken-late': ['alarm'],
    },
  },
};

export const SYSTEMS: Readonly<Record<string, System>> = { logistics: LOGISTICS, forum: FORUM };

/** How much more a service's paths are asked for while it is deployed: each weight phase needs enough of its answers. */
const FOCUS = 8;

/** The mix with most of the requests on one service's paths; the mix itself where no path is known to be its own. */
export function focusOn(mix: Mix, service: string): Mix {
  const own = new Set(BROWSE.filter((route) => route.service === service).map((route) => route.path));
  return mix.map((route) => (own.has(route.path) ? { ...route, weight: route.weight * FOCUS } : route));
}

/** Share of a mix's requests that go to the paths of one service, 0–1. */
export function shareOf(mix: Mix, service: string): number {
  const own = new Set(BROWSE.filter((route) => route.service === service).map((route) => route.path));
  const weightOf = (routes: Mix): number => routes.reduce((sum, route) => sum + route.weight, 0);
  return weightOf(mix.filter((route) => own.has(route.path))) / weightOf(mix);
}

/** Any path may be aimed at with `./cutover load --path`; its message is then that of the route that shares it, else a bundle. */
export function routeFor(path: string): OrderRoute {
  return [BUNDLE, IRIDIUM, MAGNESITE].find((route) => route.path === path) ?? { ...BUNDLE, path };
}

/** A path that a rule can be looked up for: ids are 1. */
export function samplePath(path: string): string {
  return path.replace(/:[A-Za-z]+/g, '1');
}
