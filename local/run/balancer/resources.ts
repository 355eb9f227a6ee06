/** Load balancers, listeners, rules and target groups as applied, and what follows when one of them changes. */
import type { Listener, ListenerRule, LoadBalancer, Subnet, TargetGroup } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import type { AddressBook, NetworkPolicy, ResourceHandler, TargetHealth, TargetState } from '../contracts.ts';
import type { EventLog } from '../events.ts';
import { compileAction } from './compile-action.ts';
import { compileRoutes, type RouteTable } from './decide-route.ts';
import { driftOf, groupDrift } from './drift.ts';
import { ListenerRuntime, LoadBalancerRuntime, type ProxyContext, type RouteAction } from './listener.ts';
import { albTargetsOf, goneAlbTargets } from './network/alb-targets.ts';
import { keyOf, type TargetStats } from './target.ts';
import { type GroupContext, type GroupOwner, TargetGroupRuntime } from './target-group.ts';
import type { LiveActions, TrafficSource } from './traffic-control.ts';

const RETIRED_KEPT = 10_000;

export interface ResourcesOptions {
  readonly clock: Clock;
  readonly events: EventLog;
  readonly addresses: AddressBook;
  readonly context: ProxyContext;
  readonly liveActions: LiveActions;
}

export type TargetWatcher = (targetGroupArn: string, health: TargetHealth, previous: TargetState) => void;

/** A load balancer and the groups that its listeners and rules forward to. */
export interface OwnedGroups {
  readonly lb: LoadBalancerRuntime;
  readonly groups: readonly TargetGroupRuntime[];
}

export class Resources {
  readonly loadBalancers = new Map<string, LoadBalancerRuntime>();
  readonly listeners = new Map<string, ListenerRuntime>();
  readonly rules = new Map<string, ListenerRule>();
  readonly groups = new Map<string, TargetGroupRuntime>();
  readonly watchers = new Set<TargetWatcher>();
  readonly #options: ResourcesOptions;
  readonly #groupContext: GroupContext;
  readonly #retired: TargetStats[] = [];
  /** Load balancers that were registered as targets, by group. */
  readonly #albTargets = new WeakMap<TargetGroupRuntime, ReadonlySet<string>>();
  #policy: NetworkPolicy = () => true;
  #zoneOf = new Map<string, string>();

  constructor(options: ResourcesOptions) {
    this.#options = options;
    const { context, events, addresses } = options;
    this.#groupContext = {
      clock: options.clock,
      random: context.random,
      emit: (event) => void events.emit(event),
      allows: (owner, target, port) => this.#policy(owner.securityGroupIds, target.securityGroupIds, port),
      bindPort: (host, port) => addresses.bindPort(host, port),
      changed: (group, health, previous) => {
        for (const watcher of this.watchers) watcher(group.definition.arn, health, previous);
      },
      expire: (target) => {
        for (const { exchange } of [...context.connections]) if (exchange?.target === target) exchange.expire();
        for (const flow of [...context.flows]) if (flow.target === target) flow.reset();
      },
      retired: (stats) => {
        this.#retired.push(stats);
        if (this.#retired.length > RETIRED_KEPT) this.#retired.shift();
      },
    };
  }

  readonly loadBalancerHandler: ResourceHandler<LoadBalancer> = {
    put: (next) => {
      const known = this.loadBalancers.get(next.arn);
      if (known) known.update(next);
      else this.loadBalancers.set(next.arn, new LoadBalancerRuntime(next));
      this.#refresh();
    },
    remove: (previous) => {
      for (const [arn, { lb }] of [...this.listeners]) if (lb.definition.arn === previous.arn) this.#unbind(arn);
      this.loadBalancers.delete(previous.arn);
      this.#refresh();
    },
  };

  readonly groupHandler: ResourceHandler<TargetGroup> = {
    put: (next) => {
      const known = this.groups.get(next.arn);
      for (const key of goneAlbTargets(known?.definition, next)) void known?.deregister(key);
      if (known) known.update(next);
      else this.groups.set(next.arn, new TargetGroupRuntime(next, this.#groupContext));
      this.#refresh();
    },
    remove: (previous) => {
      const group = this.groups.get(previous.arn);
      this.groups.delete(previous.arn);
      this.#refresh();
      group?.close();
    },
    drift: (applied) => groupDrift(this.groups.get(applied.arn)?.definition, applied),
  };

  readonly listenerHandler: ResourceHandler<Listener> = {
    put: async (wanted) => {
      const { addresses, context, liveActions } = this.#options;
      const known = this.listeners.get(wanted.arn);
      const live = known?.definition.defaultActions ?? null;
      const defaultActions = liveActions.onPut(wanted, 'default_action', wanted.defaultActions, live);
      const next = { ...wanted, defaultActions };
      const lb = this.loadBalancers.get(next.loadBalancerArn);
      if (lb === undefined) throw new Error(`listener ${next.address} is put before its load balancer`);
      const endpoint = addresses.listener(next.loadBalancerArn, next.port);
      const sameEndpoint = known?.endpoint.host === endpoint.host && known.endpoint.port === endpoint.port;
      const spoken = ({ protocol, network }: Listener): string => `${protocol} ${network?.alpnPolicy}`;
      const sameProtocol = known !== undefined && spoken(known.definition) === spoken(next);
      if (known?.lb === lb && sameEndpoint && sameProtocol) known.definition = next;
      else {
        // A port has one protocol; it cannot be bound twice.
        if (sameEndpoint && !sameProtocol) known?.close();
        const fresh = new ListenerRuntime(next, lb, { endpoint, context, routes: this.#compile(next) });
        // The old port serves until the new one does.
        await fresh.bind();
        known?.close();
        this.listeners.set(next.arn, fresh);
      }
      this.#refresh();
    },
    remove: (previous) => {
      this.#options.liveActions.removed(previous.arn);
      this.#unbind(previous.arn);
      this.#refresh();
    },
    drift: (applied) =>
      driftOf(this.listeners.get(applied.arn)?.definition, applied, { default_action: 'defaultActions', port: 'port' }),
  };

  readonly ruleHandler: ResourceHandler<ListenerRule> = {
    put: (next) => {
      const live = this.rules.get(next.arn)?.actions ?? null;
      const actions = this.#options.liveActions.onPut(next, 'action', next.actions, live);
      this.rules.set(next.arn, { ...next, actions });
      this.#refresh();
    },
    remove: (previous) => {
      this.#options.liveActions.removed(previous.arn);
      this.rules.delete(previous.arn);
      this.#refresh();
    },
    drift: (applied) =>
      driftOf(this.rules.get(applied.arn), applied, {
        action: 'actions',
        condition: 'conditions',
        priority: 'priority',
      }),
  };

  /** For CodeDeploy and the endpoint: what forwards where, and other actions in its place. */
  readonly trafficSource: TrafficSource = {
    listener: (arn) => this.listeners.get(arn)?.definition,
    rulesOf: (listenerArn) => this.rulesOf(listenerArn),
    hasGroup: (arn) => this.groups.has(arn),
    replace: ({ listenerArn, ruleArn }, actions) => {
      const { liveActions } = this.#options;
      const rule = ruleArn === null ? undefined : this.rules.get(ruleArn);
      const listener = this.listeners.get(listenerArn);
      if (rule) this.rules.set(rule.arn, { ...rule, actions });
      else if (listener) listener.definition = { ...listener.definition, defaultActions: actions };
      const holder = rule ?? listener?.definition;
      if (holder) liveActions.changed(holder, actions);
      this.#refresh();
    },
  };

  setNetworkPolicy(policy: NetworkPolicy): void {
    this.#policy = policy;
    this.#refresh();
  }

  setSubnets(subnets: readonly Subnet[]): void {
    this.#zoneOf = new Map(subnets.map((subnet) => [subnet.id, subnet.zone]));
    this.#refresh();
  }

  /** In priority order. */
  rulesOf(listenerArn: string): readonly ListenerRule[] {
    return [...this.rules.values()]
      .filter((rule) => rule.listenerArn === listenerArn)
      .sort((a, b) => a.priority - b.priority);
  }

  /** Does a load balancer forward to the group? */
  associated(groupArn: string): boolean {
    const group = this.groups.get(groupArn);
    return group !== undefined && this.owned().some(({ groups }) => groups.includes(group));
  }

  owned(): readonly OwnedGroups[] {
    return [...this.loadBalancers.values()].map((lb) => {
      const used = new Set<TargetGroupRuntime>();
      for (const listener of this.listeners.values())
        if (listener.lb === lb)
          for (const action of [...listener.routes.values, listener.routes.fallback])
            if (action.type === 'forward') for (const { group } of action.shares) used.add(group);
      return { lb, groups: [...used] };
    });
  }

  targetStats(): readonly TargetStats[] {
    const live = [...this.groups.values()].flatMap((group) => [...group.targets.values()].map(({ stats }) => stats));
    return [...this.#retired, ...live];
  }

  close(): void {
    for (const arn of [...this.listeners.keys()]) this.#unbind(arn);
    for (const group of this.groups.values()) group.close();
  }

  /** Each once: what the endpoint deregisters stays away, until the stacks name it anew. */
  #registerBalancers(group: TargetGroupRuntime): void {
    const known = this.#albTargets.get(group) ?? new Set<string>();
    const wanted = albTargetsOf(group.definition, this.loadBalancers, this.#options.addresses);
    for (const target of wanted) if (!known.has(keyOf(target))) group.register(target);
    this.#albTargets.set(group, new Set(wanted.map(keyOf)));
  }

  #unbind(listenerArn: string): void {
    this.listeners.get(listenerArn)?.close();
    this.listeners.delete(listenerArn);
  }

  #compile(listener: Listener): RouteTable<RouteAction> {
    return compileRoutes(
      this.rulesOf(listener.arn).map(({ priority, conditions, actions, arn }) => ({
        priority,
        conditions,
        value: compileAction(actions, arn, this.groups),
      })),
      compileAction(listener.defaultActions, listener.arn, this.groups),
    );
  }

  /** Compiles every listener anew, each swapped as a whole, and tells the groups who uses them. */
  #refresh(): void {
    for (const listener of this.listeners.values()) listener.routes = this.#compile(listener.definition);
    const ownerOf = new Map<TargetGroupRuntime, GroupOwner>();
    for (const { lb, groups } of this.owned())
      for (const group of groups) ownerOf.set(group, ownerFor(lb.definition, this.#zoneOf));
    for (const group of this.groups.values()) {
      group.setOwner(ownerOf.get(group) ?? null);
      this.#registerBalancers(group);
    }
  }
}

function ownerFor(lb: LoadBalancer, zoneOf: ReadonlyMap<string, string>): GroupOwner {
  const zones = lb.subnetIds.map((id) => zoneOf.get(id)).filter((zone) => zone !== undefined);
  const known = zones.length > 0 && zones.length === lb.subnetIds.length;
  return { securityGroupIds: lb.securityGroupIds, zones: known ? new Set(zones) : null };
}
