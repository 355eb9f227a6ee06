/** k6 options out of a profile: no scenario holds a number of its own. */
import type { Options } from 'k6/options';
import { type CriterionName, criterion } from '../../criteria.ts';
import { type Profile, stepsFor } from '../../profiles.ts';

/** What the harness hands to a scenario, as one JSON file named by `CUTOVER_LOAD`. */
export interface LoadPlan {
  readonly profile: Profile;
  /** Run for this long, unless the harness ends it before. */
  readonly seconds: number;
  /** Load balancer, e.g. `http://127.10.0.1:80`, no trailing slash. */
  readonly baseUrl: string;
  /** For a plane's HTTPS listeners, whose authority is the plane's own. Default: certificates are checked. */
  readonly anyCertificate?: boolean;
  /** The harness's own loopback server: the current mix, and when to stop. */
  readonly controlUrl: string;
  /** Are the orders signed? */
  readonly signed: boolean;
  /** For `publish`: the AWS-compatible endpoint. */
  readonly aws: {
    readonly endpoint: string;
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string | null;
  } | null;
  readonly summaryFile: string;
}

/** Reads the plan; only in the init context. */
export function readPlan(): LoadPlan {
  const file = __ENV.CUTOVER_LOAD;
  if (!file) throw new Error('CUTOVER_LOAD must name the load plan: run this through `./cutover load`');
  return JSON.parse(open(file)) as LoadPlan;
}

/** What a scenario sends, and by which of its functions. */
export interface Sending {
  /** The exported function, and the tag `kind` of its requests. */
  readonly exec: 'order' | 'browse';
  readonly userAgent: string;
}

export const ORDERS: Sending = { exec: 'order', userAgent: 'Amazon Simple Notification Service Agent' };
export const BROWSING: Sending = { exec: 'browse', userAgent: 'cutover-load' };

/** Arrival rate: the load does not slow down when the system does. */
export function loadOptions(plan: LoadPlan, sending: Sending = ORDERS): Options {
  const { profile, seconds } = plan;
  const users = { preAllocatedVUs: profile.startVirtualUsers, maxVUs: profile.maxVirtualUsers };
  const shared = { exec: sending.exec, gracefulStop: `${profile.timeoutSeconds}s`, timeUnit: '1s', ...users };
  const constant = profile.steps.length === 0;
  return {
    scenarios: {
      [sending.exec]: constant
        ? { executor: 'constant-arrival-rate', ...shared, ...perUnit(profile.ratePerSecond), duration: `${seconds}s` }
        : {
            executor: 'ramping-arrival-rate',
            ...shared,
            startRate: Math.round(profile.ratePerSecond),
            stages: stepsFor(profile, seconds).map((step) => ({
              duration: `${step.seconds}s`,
              target: Math.round(step.ratePerSecond),
            })),
          },
    },
    thresholds: sending.exec === 'order' ? orderThresholds() : browseThresholds(),
    summaryTrendStats: ['avg', 'min', 'med', 'max', 'p(95)', 'p(99)'],
    userAgent: sending.userAgent,
    discardResponseBodies: false,
    noConnectionReuse: false,
    insecureSkipTLSVerify: plan.anyCertificate ?? false,
    // Without this k6 would look the load balancer's name up once and keep a dead address of it.
    dns: { ttl: '5s', select: 'roundRobin', policy: 'preferIPv4' },
  };
}

/** k6 takes whole rates only: 0.5 per second is 30 per minute. */
function perUnit(ratePerSecond: number): { rate: number; timeUnit: string } {
  if (Number.isInteger(ratePerSecond)) return { rate: ratePerSecond, timeUnit: '1s' };
  return { rate: Math.max(1, Math.round(ratePerSecond * 60)), timeUnit: '1m' };
}

/** The criteria that k6 can see, so that the script means something on its own too. */
function orderThresholds(): Record<string, string[]> {
  return {
    'http_req_failed{kind:order}': [`rate<=${bound('error-rate') / 100}`],
    'http_req_duration{kind:order}': [`p(95)<=${bound('latency-p95')}`, `p(99)<=${bound('latency-p99')}`],
  };
}

function browseThresholds(): Record<string, string[]> {
  return {
    'http_req_failed{kind:browse}': [`rate<=${bound('forum-failed-requests')}`],
    'http_req_duration{kind:browse}': [`p(95)<=${bound('forum-latency-p95')}`, `p(99)<=${bound('forum-latency-p99')}`],
  };
}

function bound(name: CriterionName): number {
  return criterion(name).bound;
}
