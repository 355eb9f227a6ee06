/**
 * The Application Load Balancer of the plane: its resources, its targets, its listeners. The rules are in docs/balancer.md.
 *
 * This file composes: `listener.ts` and `client-connection.ts` take requests, `exchange.ts` passes one on,
 * `target-group.ts` keeps the targets, `decide-*.ts` decide, `traffic.ts` counts.
 */
import type { Listener, ListenerRule, LoadBalancer, Subnet, TargetGroup } from '../../topology.ts';
import type { Cancel, Clock } from '../clock.ts';
import {
  type AddressBook,
  ApiError,
  type Endpoint,
  type MetricStore,
  type NetworkPolicy,
  type ResourceHandler,
  type TargetHealth,
  type TargetRegistry,
} from '../contracts.ts';
import type { TrafficControl } from '../contracts-delivery.ts';
import type { EventLog } from '../events.ts';
import type { Random } from '../random.ts';
import type { BalancerReading } from '../status.ts';
import type { ProxyContext } from './listener.ts';
import { flushNetwork, type NetworkTraffic } from './network/counters.ts';
import { type OwnedGroups, Resources } from './resources.ts';
import { createStickyCookies } from './sticky.ts';
import type { TargetStats } from './target.ts';
import { keyOf } from './target.ts';
import { createTraceIds } from './trace-id.ts';
import { flushTraffic } from './traffic.ts';
import { createTrafficControl, LiveActions, type SavedActions } from './traffic-control.ts';

export { networkPolicyOf } from './network-policy.ts';
export type { TargetStats } from './target.ts';

export interface BalancerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventLog;
  readonly addresses: AddressBook;
  readonly metrics: MetricStore;
  /** Private key of the authority that tasks trust, PEM. Default: HTTPS listeners' certificates sign themselves. */
  readonly authorityKeyPem?: string;
  /** Live actions from before the plane was killed. Default: none */
  readonly saved?: readonly SavedActions[];
  /** What `saved()` gives has changed. */
  readonly onSaved?: () => void;
}

export interface BalancerView {
  loadBalancers(): readonly LoadBalancer[];
  listeners(): readonly (Listener & { readonly endpoint: Endpoint })[];
  rules(): readonly ListenerRule[];
  targetGroups(): readonly TargetGroup[];
  health(targetGroupArn: string): readonly TargetHealth[];
}

export interface Balancer extends TargetRegistry {
  readonly handlers: {
    readonly loadBalancers: ResourceHandler<LoadBalancer>;
    readonly targetGroups: ResourceHandler<TargetGroup>;
    readonly listeners: ResourceHandler<Listener>;
    readonly rules: ResourceHandler<ListenerRule>;
  };
  /** What security groups let through; everything until it is called. */
  setNetworkPolicy(policy: NetworkPolicy): void;
  /**
   * Which zone each subnet is in: a target in a zone that its load balancer has no subnet in is `unused`. Every zone is
   * enabled until it is called, and for load balancers whose subnets are not among these.
   */
  setSubnets(subnets: readonly Subnet[]): void;
  /** For status. */
  reading(): BalancerReading;
  /** For the AWS-compatible endpoint. */
  readonly view: BalancerView;
  readonly traffic: TrafficControl;
  /** Does a load balancer forward to the target group? */
  associated(targetGroupArn: string): boolean;
  /** Actions that are not the applied ones. */
  saved(): readonly SavedActions[];
  /** What each target served, those since deregistered included (the last 10,000), oldest first. */
  targetStats(): readonly TargetStats[];
  /** Unbinds everything and ends every connection. */
  close(): Promise<void>;
}

/** How often connections are looked at for time-outs, in wall time. */
const SWEEP_MS = 500;
/** Traffic goes to the metric store each second of control time, but no more often than ten times a real second. */
const FLUSH_CONTROL_MS = 1000;
const FLUSH_WALL_MS = 100;

/** @throws never; binding happens when listeners are put */
export function createBalancer(options: BalancerOptions): Balancer {
  const { clock, random } = options;
  const context: ProxyContext = {
    clock,
    random: () => random.next(),
    traceIds: createTraceIds(random, clock.wallNow() / 1000),
    cookies: createStickyCookies(clock, random),
    connections: new Set(),
    flows: new Set(),
    authority: options.authorityKeyPem === undefined ? undefined : { keyPem: options.authorityKeyPem, random },
    date: new Date(clock.wallNow()).toUTCString(),
  };
  const liveActions = new LiveActions(options.saved ?? [], () => options.onSaved?.());
  const resources = new Resources({ ...options, context, liveActions });
  const stopTimers = startTimers(options, context, resources);

  return {
    handlers: {
      loadBalancers: resources.loadBalancerHandler,
      targetGroups: resources.groupHandler,
      listeners: resources.listenerHandler,
      rules: resources.ruleHandler,
    },
    setNetworkPolicy: (policy) => resources.setNetworkPolicy(policy),
    setSubnets: (subnets) => resources.setSubnets(subnets),
    register: (arn, target) => need(resources, arn).register(target),
    async deregister(arn, key) {
      await resources.groups.get(arn)?.deregister(key);
    },
    health: (arn) => need(resources, arn).health(),
    onChange(watcher) {
      resources.watchers.add(watcher);
      return () => resources.watchers.delete(watcher);
    },
    reading: () => readingOf(resources),
    view: {
      loadBalancers: () => [...resources.loadBalancers.values()].map((lb) => lb.definition),
      listeners: () =>
        [...resources.listeners.values()].map(({ definition, bound }) => ({ ...definition, endpoint: bound })),
      rules: () => [...resources.rules.values()],
      targetGroups: () => [...resources.groups.values()].map((group) => group.definition),
      health: (arn) => need(resources, arn).health(),
    },
    traffic: createTrafficControl(resources.trafficSource),
    associated: (arn) => resources.associated(arn),
    saved: () => liveActions.saved(),
    targetStats: () => resources.targetStats(),
    async close() {
      stopTimers();
      resources.close();
      for (const connection of [...context.connections]) connection.destroy();
      for (const flow of [...context.flows]) flow.destroy();
    },
  };
}

/** @throws ApiError TargetGroupNotFound */
function need(resources: Resources, arn: string) {
  const group = resources.groups.get(arn);
  if (group === undefined) throw new ApiError('TargetGroupNotFound', `One or more target groups not found: '${arn}'`);
  return group;
}

function startTimers({ clock, metrics }: BalancerOptions, context: ProxyContext, resources: Resources): () => void {
  let cancelSweep: Cancel = () => undefined;
  const sweep = (): void => {
    cancelSweep = clock.afterWall(SWEEP_MS, sweep);
    context.date = new Date(clock.wallNow()).toUTCString();
    context.traceIds.tick(clock.wallNow() / 1000);
    const nowMs = clock.monotonicMs();
    for (const connection of context.connections) connection.sweep(nowMs);
    for (const flow of [...context.flows]) flow.sweep(nowMs);
    for (const { lb, groups } of resources.owned())
      for (const group of groups)
        for (const target of group.targets.values()) target.pool.sweep(nowMs, lb.definition.idleTimeoutSeconds * 1000);
  };
  sweep();
  const everyMs = Math.max(FLUSH_CONTROL_MS, FLUSH_WALL_MS * clock.rate);
  const stopFlush = clock.every(everyMs, () => {
    // What was counted happened before now, at most one flush ago.
    const atMs = clock.now() - everyMs / 2;
    for (const { lb, groups } of resources.owned())
      if (lb.definition.network) flushNetwork(metrics, networkTraffic({ lb, groups }, context), atMs, clock.rate);
      else
        flushTraffic(
          metrics,
          {
            arnSuffix: lb.definition.arnSuffix,
            counters: lb.counters,
            groups: groups.map((group) => ({
              arnSuffix: group.definition.arnSuffix,
              counters: group.counters,
              healthy: group.count('healthy'),
              unhealthy: group.count('unhealthy'),
              registered: group.targets.size - group.count('draining'),
            })),
          },
          atMs,
          clock.rate,
        );
  });
  return () => {
    cancelSweep();
    stopFlush();
  };
}

function networkTraffic({ lb, groups }: OwnedGroups, { flows }: ProxyContext): NetworkTraffic {
  const active = { TCP: 0, TLS: 0 };
  for (const flow of flows)
    if (flow.listener.lb === lb) {
      flow.account();
      active[flow.protocol]++;
    }
  return {
    arnSuffix: lb.definition.arnSuffix,
    counters: lb.network,
    active,
    groups: groups.map((group) => {
      const { openRouted } = group;
      group.openRouted = 0;
      const { arnSuffix } = group.definition;
      return { arnSuffix, healthy: group.count('healthy'), unhealthy: group.count('unhealthy'), openRouted };
    }),
  };
}

function readingOf(resources: Resources): BalancerReading {
  const targetOf = (arn: string, id: string, port: number) =>
    resources.groups.get(arn)?.targets.get(keyOf({ id, port }));
  return {
    loadBalancers: [...resources.loadBalancers.values()].map((lb) => lb.definition),
    listeners: [...resources.listeners.values()].map(({ definition, bound }) => ({
      loadBalancerArn: definition.loadBalancerArn,
      port: definition.port,
      protocol: definition.protocol,
      endpoint: bound,
      rules: [
        ...resources
          .rulesOf(definition.arn)
          .map(({ priority, conditions, actions }) => ({ priority, conditions, actions })),
        { priority: 'default' as const, conditions: [], actions: definition.defaultActions },
      ],
    })),
    targetGroups: [...resources.groups.values()].map((group) => ({
      group: group.definition,
      targets: group.health(),
    })),
    requests: (arn, id, port) => {
      const target = targetOf(arn, id, port);
      // Of a network load balancer each is a connection.
      if (resources.groups.get(arn)?.definition.network) return target?.stats.requests ?? 0;
      const answers = target?.stats.answers ?? [];
      return answers.reduce((sum: number, count) => sum + count, 0);
    },
  };
}
