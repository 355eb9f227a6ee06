/** What an environment can have in front of its services and beside them, all of it off by default. */
import { Account } from '../modules/account.ts';
import type { HttpsOptions, LoadBalancerOptions } from '../modules/load-balancer-options.ts';
import { LogBucket } from '../modules/log-bucket.ts';
import { type AlarmThresholds, OperationsAlarms } from '../modules/operations-alarms.ts';
import { OperationsDashboard } from '../modules/operations-dashboard.ts';
import { RestFront, type RestFrontProps } from '../modules/rest-front.ts';
import { RestFrontAlarms } from '../modules/rest-front-alarms.ts';
import type { RestFrontOptions } from '../modules/rest-front-options.ts';
import { ANYWHERE, port, type SecurityGroup } from '../modules/security-group.ts';
import type { WatchedServices } from '../modules/watched-services.ts';
import type { BaseStack } from './base-stack.ts';

/** The load balancers: each has a name, and so a certificate, of its own. */
export type Front = 'logistics' | 'hq' | 'forum';

export interface FrontSettings {
  /** Certificate and domain name of each. @default none: HTTP only */
  readonly https: Readonly<Partial<Record<Front, Omit<HttpsOptions, 'port'>>>>;
  /** Web ACL that guards all of them, or null. */
  readonly webAclArn: string | null;
  /** Days that access logs are kept in a bucket of each, or null for no logs. */
  readonly accessLogDays: number | null;
  /** What alarms there are, or null for none. */
  readonly alarms: AlarmThresholds | null;
  /** A dashboard for each. */
  readonly dashboard: boolean;
  /** API Gateway with API key and usage plan in front of the fulfilment API, or null: clients call its load balancer. */
  readonly restApi: RestFrontOptions | null;
  /** The workshop's page for the API key, answered by the fulfilment API's load balancer. @default false */
  readonly keyPage?: boolean;
}

export const NOTHING_IN_FRONT: FrontSettings = {
  https: {},
  webAclArn: null,
  accessLogDays: null,
  alarms: null,
  dashboard: false,
  restApi: null,
};

/** Options of a load balancer in this stack, with the bucket that they need. */
export function frontOptions(stack: BaseStack, front: Front): LoadBalancerOptions {
  const { name, region, deletionProtection, front: settings } = stack.environment;
  const { webAclArn, accessLogDays } = settings;
  const https = settings.https[front];
  return {
    ...(https ? { https } : {}),
    ...(webAclArn === null ? {} : { webAclArn }),
    ...(accessLogDays === null
      ? {}
      : {
          accessLogs: new LogBucket(stack, 'access-logs', {
            namePrefix: `${name}-${front}-logs-`,
            account: new Account(stack, 'log-account', { region }),
            keepDays: accessLogDays,
            forceDestroy: !deletionProtection,
          }),
        }),
  };
}

/** Lets clients in by HTTPS where a certificate is. */
export function allowHttps(stack: BaseStack, front: Front, loadBalancer: SecurityGroup): void {
  if (!stack.environment.front.https[front]) return;
  loadBalancer.allowIngress('https', { description: 'clients, by TLS', ports: port(443), peer: ANYWHERE });
}

/** API Gateway in front of a load balancer in this stack, where the environment has it. */
export function restFront(stack: BaseStack, front: Front, behind: BehindRestFront): RestFront | undefined {
  const { name, region, logRetentionDays, front: settings } = stack.environment;
  if (!settings.restApi) return undefined;
  const { webAclArn, alarms } = settings;
  const called = `${name}-${front}`;
  const made = new RestFront(stack, 'rest-front', {
    ...settings.restApi,
    ...behind,
    name: called,
    logRetentionDays,
    ...(webAclArn === null ? {} : { webAclArn }),
    account: new Account(stack, 'rest-account', { region }),
  });
  if (alarms) new RestFrontAlarms(stack, 'rest-alarms', { ...alarms, front: made, namePrefix: called });
  return made;
}

type BehindRestFront = Pick<RestFrontProps, 'description' | 'routes' | 'targetUrl' | 'apiKey'>;

/** Alarms and dashboard of a load balancer's services, where the environment has them. */
export function watch(stack: BaseStack, front: Front, watched: WatchedServices): void {
  const { name, region, front: settings } = stack.environment;
  const called = `${name}-${front}`;
  if (settings.alarms) {
    new OperationsAlarms(stack, 'operations-alarms', { ...settings.alarms, ...watched, namePrefix: called });
  }
  if (settings.dashboard) new OperationsDashboard(stack, 'dashboard', { ...watched, name: called, region });
}
