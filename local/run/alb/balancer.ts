/** The Application Load Balancer of the plane: its resources, its targets, its listeners. */
import type { Listener, ListenerRule, LoadBalancer, TargetGroup } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import type {
  AddressBook,
  Endpoint,
  MetricStore,
  NetworkPolicy,
  ResourceHandler,
  TargetRegistry,
} from '../contracts.ts';
import type { EventLog } from '../events.ts';
import type { Random } from '../random.ts';
import type { BalancerReading } from '../status.ts';
import { compileRules } from './decide-route.ts';
import { type Frontend, openFrontend } from './frontend.ts';
import { startHealthChecks } from './health-checker.ts';
import { createStats } from './stats.ts';
import { createCookies } from './sticky.ts';
import { createTargets, type TargetEntry } from './targets.ts';
import { createUpstreams } from './upstreams.ts';

export interface BalancerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventLog;
  readonly addresses: AddressBook;
  readonly metrics: MetricStore;
}

export interface Balancer extends TargetRegistry {
  readonly handlers: {
    readonly loadBalancers: ResourceHandler<LoadBalancer>;
    readonly targetGroups: ResourceHandler<TargetGroup>;
    readonly listeners: ResourceHandler<Listener>;
    readonly rules: ResourceHandler<ListenerRule>;
  };
  setNetworkPolicy(policy: NetworkPolicy): void;
  /** For status. */
  reading(): BalancerReading;
  /** For the AWS-compatible endpoint. */
  readonly view: {
    loadBalancers(): readonly LoadBalancer[];
    listeners(): readonly (Listener & { readonly endpoint: Endpoint })[];
    rules(): readonly ListenerRule[];
    targetGroups(): readonly TargetGroup[];
    health(targetGroupArn: string): ReturnType<TargetRegistry['health']>;
  };
  close(): Promise<void>;
}

export function createBalancer(options: BalancerOptions): Balancer {
  const { clock, addresses } = options;
  const loadBalancers = new Map<string, LoadBalancer>();
  const listeners = new Map<string, { definition: Listener; frontend: Frontend }>();
  const rules = new Map<string, ListenerRule>();
  let policy: NetworkPolicy = () => true;

  const upstreams = createUpstreams();
  const targets = createTargets({
    ...options,
    startChecks: (entry, report) => startHealthChecks({ clock, reachable: reachableBySome }, entry, report),
    onRemoved: (entry) => upstreams.drop(entry),
  });
  const stats = createStats({ clock, metrics: options.metrics, groups: targets.groups, loadBalancersOf });
  const cookies = createCookies(options.random.hex(32));

  const checkPort = (entry: TargetEntry): number => {
    const { port } = entry.group.definition.healthCheck;
    return port === 'traffic-port' ? entry.target.port : port;
  };
  function reachableBySome(entry: TargetEntry): boolean {
    return policy(entry.group.usedBy ?? [], entry.target.securityGroupIds, checkPort(entry));
  }
  const reachable = (lb: LoadBalancer, entry: TargetEntry): boolean =>
    policy(lb.securityGroupIds, entry.target.securityGroupIds, entry.target.port);

  const rulesOf = (listener: Listener): ListenerRule[] =>
    [...rules.values()].filter((r) => r.listenerArn === listener.arn);
  const compiled = (listener: Listener) => compileRules(rulesOf(listener), listener.defaultActions);

  function loadBalancersOf(groupArn: string): readonly string[] {
    const found = new Set<string>();
    for (const { definition } of listeners.values())
      for (const arn of groupsOf(definition))
        if (arn === groupArn) found.add(loadBalancers.get(definition.loadBalancerArn)?.arnSuffix ?? '');
    return [...found].filter(Boolean);
  }

  const groupsOf = (listener: Listener): string[] =>
    [listener.defaultActions, ...rulesOf(listener).map((r) => r.actions)]
      .flat()
      .flatMap((a) => (a.type === 'forward' ? a.targetGroups.map((g) => g.arn) : []));

  /** Rules or listeners changed: recompile, and see which groups are in use. */
  function refresh(): void {
    const use = new Map<string, string[]>();
    for (const { definition, frontend } of listeners.values()) {
      const lb = loadBalancers.get(definition.loadBalancerArn);
      if (lb) frontend.loadBalancer = lb;
      frontend.rules = compiled(definition);
      for (const arn of groupsOf(definition)) use.set(arn, [...(use.get(arn) ?? []), ...(lb?.securityGroupIds ?? [])]);
    }
    targets.setUse(use);
  }

  async function putListener(next: Listener): Promise<void> {
    const known = listeners.get(next.arn);
    const endpoint = addresses.listener(next.loadBalancerArn, next.port);
    if (known && known.frontend.endpoint.host === endpoint.host && known.frontend.endpoint.port === endpoint.port)
      listeners.set(next.arn, { ...known, definition: next });
    else {
      const lb = loadBalancers.get(next.loadBalancerArn);
      if (!lb) throw new Error(`listener ${next.address} is put before its load balancer`);
      const frontend = await openFrontend(
        { ...options, stats, targets, upstreams, cookies, reachable },
        { endpoint, port: next.port, loadBalancer: lb, rules: compiled(next) },
      );
      await known?.frontend.close();
      listeners.set(next.arn, { definition: next, frontend });
    }
    refresh();
  }

  return {
    register: targets.register,
    deregister: targets.deregister,
    health: targets.health,
    onChange: targets.onChange,
    setNetworkPolicy(next) {
      policy = next;
    },
    handlers: {
      loadBalancers: {
        put(next) {
          loadBalancers.set(next.arn, next);
          refresh();
        },
        async remove(previous) {
          for (const [arn, { definition, frontend }] of listeners) {
            if (definition.loadBalancerArn !== previous.arn) continue;
            listeners.delete(arn);
            await frontend.close();
          }
          loadBalancers.delete(previous.arn);
          refresh();
        },
      },
      targetGroups: {
        put(next) {
          targets.putGroup(next);
          refresh();
        },
        remove: (previous) => targets.removeGroup(previous.arn),
      },
      listeners: {
        put: putListener,
        async remove(previous) {
          const known = listeners.get(previous.arn);
          listeners.delete(previous.arn);
          await known?.frontend.close();
          refresh();
        },
      },
      rules: {
        put(next) {
          rules.set(next.arn, next);
          refresh();
        },
        remove(previous) {
          rules.delete(previous.arn);
          refresh();
        },
      },
    },
    reading: () => ({
      loadBalancers: [...loadBalancers.values()],
      listeners: [...listeners.values()].map(({ definition, frontend }) => ({
        loadBalancerArn: definition.loadBalancerArn,
        port: definition.port,
        endpoint: frontend.endpoint,
        rules: frontend.rules.map(({ priority, conditions, actions }) => ({ priority, conditions, actions })),
      })),
      targetGroups: targets.groups().map((g) => ({ group: g.definition, targets: targets.health(g.definition.arn) })),
      requests: (arn, id, port) => targets.group(arn)?.targets.get(`${id} ${port}`)?.requests ?? 0,
    }),
    view: {
      loadBalancers: () => [...loadBalancers.values()],
      listeners: () =>
        [...listeners.values()].map(({ definition, frontend }) => ({ ...definition, endpoint: frontend.endpoint })),
      rules: () => [...rules.values()],
      targetGroups: () => targets.groups().map((g) => g.definition),
      health: targets.health,
    },
    async close() {
      targets.close();
      stats.close();
      await Promise.all([...listeners.values()].map(({ frontend }) => frontend.close()));
      upstreams.close();
    },
  };
}
