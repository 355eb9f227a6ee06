/** What the endpoint itself remembers: what it made and the stacks do not know, and what AWS keeps and no controller needs. */
import type {
  Alarm,
  Arn,
  Cluster,
  LambdaFunction,
  Listener,
  ListenerRule,
  LoadBalancer,
  ResourceBase,
  RestApiKey,
  RestUsagePlanKey,
  ScalingPolicy,
  ScheduledScaling,
  Service,
  TargetGroup,
} from '../../topology.ts';
import type { ResourceHandler } from '../contracts.ts';
import type { EndpointHandlers, NamedTarget } from './ports.ts';

export interface RegisteredRevision {
  readonly content: string;
  readonly sha256: string;
  readonly description: string;
  readonly registeredAtMs: number;
}

export interface MadeParameter {
  readonly value: string;
  readonly type: 'String' | 'StringList' | 'SecureString';
}

/** A role of CreateRole or CreateServiceLinkedRole. It gives no rights here: nobody is asked for any. */
export interface MadeRole {
  readonly arn: Arn;
  readonly name: string;
  readonly path: string;
  /** `AROA…`. */
  readonly id: string;
  readonly description: string;
  /** The trust policy, as it was given. */
  readonly trust: string;
  readonly maxSessionSeconds: number;
  readonly tags: Readonly<Record<string, string>>;
  /** ARNs of attached managed policies. */
  readonly attached: readonly Arn[];
  /** Inline policies by name, as they were given. */
  readonly inline: Readonly<Record<string, string>>;
  readonly createdAtMs: number;
}

/** A repository of CreateRepository. */
export interface MadeRepository {
  readonly arn: Arn;
  readonly name: string;
  readonly url: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAtMs: number;
}

export interface Made {
  /** Resources by ARN. */
  readonly clusters: Map<Arn, Cluster>;
  readonly loadBalancers: Map<Arn, LoadBalancer>;
  readonly targetGroups: Map<Arn, TargetGroup>;
  readonly listeners: Map<Arn, Listener>;
  readonly rules: Map<Arn, ListenerRule>;
  readonly functions: Map<Arn, LambdaFunction>;
  readonly alarms: Map<Arn, Alarm>;
  readonly services: Map<Arn, Service>;
  readonly scalableTargets: Map<Arn, NamedTarget>;
  readonly scalingPolicies: Map<Arn, ScalingPolicy>;
  readonly scheduledScalings: Map<Arn, ScheduledScaling>;
  readonly restApiKeys: Map<Arn, RestApiKey>;
  /** Keys in plans have no ARN: by address. */
  readonly restUsagePlanKeys: Map<string, RestUsagePlanKey>;
  /** Log groups of CreateLogGroup: retention in days by name, 0 for ever. */
  readonly logGroups: Map<string, number>;
  /** Parameters of PutParameter, by name. */
  readonly parameters: Map<string, MadeParameter>;
  /** Roles by name in lower case: IAM does not tell upper from lower case. */
  readonly roles: Map<string, MadeRole>;
  /** Repositories by name. */
  readonly repositories: Map<string, MadeRepository>;
  /** Task definitions that were deregistered, with when (control time): INACTIVE, but what runs of them runs on. */
  readonly deregistered: Map<Arn, number>;
  /** When a resource was made through the endpoint (control time), by `<kind>/<name>`. */
  readonly createdAtMs: Map<string, number>;
  /** Application revisions of RegisterApplicationRevision, by application. */
  readonly revisions: Map<string, readonly RegisteredRevision[]>;
}

/** In the order in which they stand on one another. */
export const MADE_KINDS = [
  'clusters',
  'loadBalancers',
  'targetGroups',
  'listeners',
  'rules',
  'functions',
  'alarms',
  'services',
  'scalableTargets',
  'scalingPolicies',
  'scheduledScalings',
  'restApiKeys',
  'restUsagePlanKeys',
] as const satisfies readonly (keyof Made)[];

/** The stack of everything that no stack made. */
export const MADE_STACK = 'api';

/** @param onChange called after each change of what is remembered */
export function createMade(onChange: () => void = () => undefined): Made {
  class Told<K, V> extends Map<K, V> {
    override set(key: K, value: V): this {
      super.set(key, value);
      onChange();
      return this;
    }
    override delete(key: K): boolean {
      const known = super.delete(key);
      if (known) onChange();
      return known;
    }
  }
  return {
    clusters: new Told(),
    loadBalancers: new Told(),
    targetGroups: new Told(),
    listeners: new Told(),
    rules: new Told(),
    functions: new Told(),
    alarms: new Told(),
    services: new Told(),
    scalableTargets: new Told(),
    scalingPolicies: new Told(),
    scheduledScalings: new Told(),
    restApiKeys: new Told(),
    restUsagePlanKeys: new Told(),
    logGroups: new Told(),
    parameters: new Told(),
    roles: new Told(),
    repositories: new Told(),
    deregistered: new Told(),
    createdAtMs: new Told(),
    revisions: new Told(),
  };
}

/** The same handlers; what they put and remove of the endpoint's own is remembered. */
export function remembering(handlers: EndpointHandlers, made: Made): EndpointHandlers {
  return {
    clusters: kept(handlers.clusters, made.clusters),
    loadBalancers: kept(handlers.loadBalancers, made.loadBalancers),
    targetGroups: kept(handlers.targetGroups, made.targetGroups),
    listeners: kept(handlers.listeners, made.listeners),
    rules: kept(handlers.rules, made.rules),
    functions: kept(handlers.functions, made.functions),
    alarms: kept(handlers.alarms, made.alarms),
    scalableTargets: kept(handlers.scalableTargets, made.scalableTargets),
    scalingPolicies: kept(handlers.scalingPolicies, made.scalingPolicies),
    scheduledScalings: kept(handlers.scheduledScalings, made.scheduledScalings),
    restApiKeys: kept(handlers.restApiKeys, made.restApiKeys),
    restUsagePlanKeys: kept(handlers.restUsagePlanKeys, made.restUsagePlanKeys),
  };
}

/** What a resource is remembered by: its ARN, or its address where AWS gives it none. */
export const keyOf = (resource: { readonly address: string; readonly arn?: Arn | undefined }): string =>
  resource.arn ?? resource.address;

function kept<T extends ResourceBase & { readonly arn?: Arn }>(
  handler: ResourceHandler<T>,
  map: Map<string, T>,
): ResourceHandler<T> {
  return {
    async put(next, previous, signal) {
      await handler.put(next, previous, signal);
      if (next.stack === MADE_STACK) map.set(keyOf(next), next);
    },
    async remove(previous, signal) {
      await handler.remove(previous, signal);
      map.delete(keyOf(previous));
    },
  };
}
