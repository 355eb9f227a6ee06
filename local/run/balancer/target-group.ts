/** One target group: who is registered, how each fares, whose turn it is (ELB load-balancer-target-groups). */
import type { TargetGroup } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import type { Endpoint, Target, TargetHealth, TargetState } from '../contracts.ts';
import type { NewEvent } from '../events.ts';
import {
  CHECKING,
  type CheckOutcome,
  DRAINING,
  decideHealth,
  type HealthRecord,
  type HealthRule,
  healthRuleOf,
  NOT_IN_USE,
  NOT_REGISTERED,
  REGISTERING,
  ZONE_NOT_ENABLED,
} from './decide-health.ts';
import { decideEligible, decideTarget, type Turn } from './decide-target.ts';
import { checkHealth } from './health-check.ts';
import { LOCAL_HEADER } from './network/proxy-header.ts';
import { keyOf, TargetRuntime, type TargetStats } from './target.ts';
import { describeChange, EVENT_OF_STATE } from './target-events.ts';
import { GroupCounters } from './traffic.ts';

/** Who uses the group. */
export interface GroupOwner {
  readonly securityGroupIds: readonly string[];
  /** Zones of the load balancer's subnets; null where they are not known: then all are enabled. */
  readonly zones: ReadonlySet<string> | null;
}

export interface GroupContext {
  readonly clock: Clock;
  readonly random: () => number;
  emit(event: NewEvent): void;
  /** May the owner reach the target on this port? */
  allows(owner: GroupOwner, target: Target, port: number): boolean;
  /** Where a port of a target's host is bound. */
  bindPort(host: string, port: number): number;
  changed(group: TargetGroupRuntime, health: TargetHealth, previous: TargetState): void;
  /** Ends the requests under way at a target with 502. */
  expire(target: TargetRuntime): void;
  retired(stats: TargetStats): void;
}

export class TargetGroupRuntime {
  definition: TargetGroup;
  readonly targets = new Map<string, TargetRuntime>();
  /** Who may take requests now; kept, so that the hot path does not look for it. */
  eligible: readonly TargetRuntime[] = [];
  readonly counters = new GroupCounters();
  /** Connections of network load balancers to targets that are not healthy, since they were last reported. */
  openRouted = 0;
  readonly #context: GroupContext;
  readonly #turn: Turn = { next: 0 };
  #rule: HealthRule;
  readonly #departing = new Set<TargetRuntime>();
  #owner: GroupOwner | null = null;
  #open = false;

  constructor(definition: TargetGroup, context: GroupContext) {
    this.definition = definition;
    this.#context = context;
    this.#rule = healthRuleOf(definition.healthCheck, definition.network !== undefined);
  }

  /** Is no target healthy, so that all of them take what comes? */
  get failsOpen(): boolean {
    return this.#open;
  }

  /** The target whose turn it is; null where none is registered. */
  pick(): TargetRuntime | null {
    if (this.#open) this.counters.UnhealthyRoutingRequestCount++;
    const { algorithm, slowStartSeconds } = this.definition;
    const { clock, random } = this.#context;
    const nowMs = slowStartSeconds > 0 ? clock.now() : 0;
    return decideTarget(this.eligible, this.#turn, { algorithm, slowStartMs: slowStartSeconds * 1000, nowMs, random });
  }

  health(): readonly TargetHealth[] {
    return [...this.targets.values()].map((target) => target.health());
  }

  count(state: TargetState): number {
    let count = 0;
    for (const target of this.targets.values()) if (target.state === state) count++;
    return count;
  }

  update(definition: TargetGroup): void {
    const before = this.definition;
    this.definition = definition;
    this.#rule = healthRuleOf(definition.healthCheck, definition.network !== undefined);
    const checked = ({ healthCheck, network }: TargetGroup): string =>
      JSON.stringify([healthCheck, network?.healthCheckProtocol, network?.proxyProtocolV2]);
    if (checked(before) === checked(definition)) return;
    for (const target of this.targets.values()) this.#reassess(target, true);
  }

  /** The group came into use, went out of it, or what may reach its targets changed. */
  setOwner(owner: GroupOwner | null): void {
    this.#owner = owner;
    for (const target of this.targets.values()) this.#reassess(target, false);
  }

  /**
   * A target that is there already stays as it is. One that drains is registered anew beside what still drains: its
   * requests under way keep their delay.
   */
  register(target: Target): void {
    const known = this.targets.get(keyOf(target));
    if (known !== undefined && known.state !== 'draining') return;
    const entry = new TargetRuntime(target, this.definition, this.#context.clock.now());
    this.targets.set(entry.key, entry);
    this.#refresh();
    this.#context.emit(describeChange(this.definition, entry, 'TARGET_REGISTERED'));
    this.#context.changed(this, entry.health(), 'unused');
    this.#reassess(entry, false);
  }

  /**
   * Resolves when draining has ended: at once where nothing is under way, else when it is or the delay is over. A network
   * load balancer's target drains for the whole delay, and its connections outlive it unless they are to be terminated.
   */
  deregister(key: { readonly id: string; readonly port: number }): Promise<void> {
    const target = this.targets.get(keyOf(key));
    if (target === undefined) return Promise.resolve();
    if (target.drain !== null) return target.drain.done;
    const { promise, resolve } = Promise.withResolvers<void>();
    target.stopChecks?.();
    target.stopChecks = null;
    this.#set(target, DRAINING);
    target.pool.retire();
    const finish = (): void => {
      cancel();
      target.onIdle = null;
      this.#remove(target);
      resolve();
    };
    const cancel = this.#context.clock.after(this.definition.deregistrationDelaySeconds * 1000, () => {
      target.onIdle = null;
      const { network } = this.definition;
      if (network === undefined || network.terminatesAfterDelay) this.#context.expire(target);
      finish();
    });
    target.drain = { done: promise, finish };
    this.#departing.add(target);
    if (this.definition.network !== undefined) return promise;
    if (target.outstanding === 0) finish();
    else target.onIdle = finish;
    return promise;
  }

  /** The group is deleted or the plane goes down. */
  close(): void {
    for (const target of new Set([...this.targets.values(), ...this.#departing])) {
      target.onIdle = null;
      this.#context.expire(target);
      if (target.drain !== null) target.drain.finish();
      else this.#remove(target);
    }
  }

  #remove(target: TargetRuntime): void {
    const previous = target.state;
    target.stopChecks?.();
    target.stopChecks = null;
    if (target.stats.deregisteredAtMs !== null) return;
    this.#departing.delete(target);
    if (this.targets.get(target.key) === target) this.targets.delete(target.key);
    target.pool.close();
    target.stats.deregisteredAtMs = this.#context.clock.now();
    target.record = NOT_REGISTERED;
    this.#refresh();
    this.#context.retired(target.stats);
    this.#context.emit(describeChange(this.definition, target, 'TARGET_DEREGISTERED'));
    this.#context.changed(this, target.health(), previous);
  }

  /** Whether the target is to be checked at all, and whether it can be reached. */
  #reassess(target: TargetRuntime, restart: boolean): void {
    if (target.state === 'draining') return;
    const owner = this.#owner;
    const isBalancer = this.definition.targetType === 'alb';
    const zoneEnabled = isBalancer || owner?.zones == null || owner.zones.has(target.target.zone);
    if (owner === null || !zoneEnabled) {
      target.stopChecks?.();
      target.stopChecks = null;
      this.#set(target, owner === null ? NOT_IN_USE : ZONE_NOT_ENABLED);
      return;
    }
    target.blocked = !this.#context.allows(owner, target.target, target.target.port);
    if (target.state === 'unused') this.#set(target, REGISTERING);
    if (restart) target.stopChecks?.();
    if (restart || target.stopChecks === null) this.#startChecks(target);
  }

  /** The first check comes at once; a check's length does not move the next one. Those that fall into it are left out. */
  #startChecks(target: TargetRuntime): void {
    const { clock } = this.#context;
    let giveUp: (() => void) | null = null;
    const check = (): void => {
      if (giveUp !== null) return;
      giveUp = checkHealth(clock, this.#checkOf(target), (outcome) => {
        giveUp = null;
        this.#checked(target, outcome);
      });
    };
    const stop = clock.every(this.definition.healthCheck.intervalSeconds * 1000, check);
    target.stopChecks = () => {
      stop();
      giveUp?.();
    };
    if (target.record === REGISTERING) target.record = CHECKING;
    check();
  }

  #checkOf(target: TargetRuntime): Parameters<typeof checkHealth>[1] {
    const { healthCheck, protocol, network } = this.definition;
    const spoken = network?.healthCheckProtocol ?? protocol;
    const { endpoint, port } = target.target;
    const fixed = healthCheck.port === 'traffic-port' ? null : healthCheck.port;
    const at: Endpoint =
      fixed === null ? endpoint : { host: endpoint.host, port: this.#context.bindPort(endpoint.host, fixed) };
    return {
      endpoint: at,
      path: healthCheck.path,
      tls: spoken === 'HTTPS',
      connectOnly: spoken === 'TCP',
      before: network?.proxyProtocolV2 ? LOCAL_HEADER : null,
      blocked: this.#owner !== null && !this.#context.allows(this.#owner, target.target, fixed ?? port),
      timeoutMs: healthCheck.timeoutSeconds * 1000,
    };
  }

  #checked(target: TargetRuntime, outcome: CheckOutcome): void {
    this.#set(target, decideHealth(target.record, outcome, this.#rule));
  }

  #set(target: TargetRuntime, record: HealthRecord): void {
    const previous = target.state;
    target.record = record;
    if (record.state === previous) return;
    target.slowStartSinceMs = record.state === 'healthy' ? this.#slowStart(target) : null;
    this.#refresh();
    if (record.state === 'unhealthy' && this.definition.network?.terminatesUnhealthy) this.#context.expire(target);
    const code = EVENT_OF_STATE[record.state];
    if (code !== undefined) this.#context.emit(describeChange(this.definition, target, code));
    this.#context.changed(this, target.health(), previous);
  }

  /** Only where another healthy target is not in slow start: else nobody would take a full share. */
  #slowStart(target: TargetRuntime): number | null {
    const lengthMs = this.definition.slowStartSeconds * 1000;
    if (lengthMs === 0) return null;
    const now = this.#context.clock.now();
    for (const other of this.targets.values())
      if (other !== target && other.state === 'healthy')
        if (other.slowStartSinceMs === null || now - other.slowStartSinceMs >= lengthMs) return now;
    return null;
  }

  #refresh(): void {
    this.eligible = decideEligible([...this.targets.values()]);
    this.#open = this.eligible.length > 0 && this.eligible[0]?.state !== 'healthy';
  }
}
