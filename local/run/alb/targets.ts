/** Targets of all groups: registration, state, requests in flight, draining. Knows no HTTP. */
import type { TargetGroup } from '../../topology.ts';
import type { Cancel, Clock } from '../clock.ts';
import type { Target, TargetHealth, TargetRegistry, TargetState } from '../contracts.ts';
import type { EventLog } from '../events.ts';
import { type CheckOutcome, DRAINING, decideHealth, type HealthRecord, INITIAL, UNUSED } from './decide-health.ts';

export interface TargetEntry {
  readonly target: Target;
  readonly group: GroupEntry;
  record: HealthRecord;
  /** Requests in flight; each can be cut off. */
  readonly inFlight: Set<() => void>;
  /** Requests answered since registration. */
  requests: number;
  healthySinceMs: number;
  cancelCheck: Cancel | null;
  drained: (() => void) | null;
  removed: boolean;
}

export interface GroupEntry {
  definition: TargetGroup;
  readonly targets: Map<string, TargetEntry>;
  /** Security groups of load balancers that use the group. */
  usedBy: readonly string[] | null;
  turn: number;
}

export interface TargetsOptions {
  readonly clock: Clock;
  readonly events: EventLog;
  /** Begins or restarts the checks of a target; the returned function ends them. */
  readonly startChecks: (entry: TargetEntry, report: (outcome: CheckOutcome) => void) => Cancel;
  /** The target will get no more requests. */
  readonly onRemoved: (entry: TargetEntry) => void;
}

export interface Targets extends TargetRegistry {
  group(arn: string): GroupEntry | undefined;
  groups(): readonly GroupEntry[];
  putGroup(definition: TargetGroup): void;
  removeGroup(arn: string): void;
  /** Which groups listeners use, with the security groups of their load balancers. */
  setUse(use: ReadonlyMap<string, readonly string[]>): void;
  /** One request less in flight: a draining target may be done. */
  settled(entry: TargetEntry): void;
  close(): void;
}

const keyOf = (id: string, port: number): string => `${id} ${port}`;

export function createTargets(options: TargetsOptions): Targets {
  const { clock, events } = options;
  const groups = new Map<string, GroupEntry>();
  /** Targets may be registered before their group is put. */
  const groupOf = (arn: string): GroupEntry => {
    const found = groups.get(arn);
    if (!found) throw new Error(`TargetGroupNotFound: ${arn}`);
    return found;
  };
  const listeners = new Set<Parameters<TargetRegistry['onChange']>[0]>();
  let closed = false;

  function move(entry: TargetEntry, next: HealthRecord, quiet = false): void {
    const previous = entry.record.state;
    entry.record = next;
    if (next.state === previous) return;
    if (next.state === 'healthy') entry.healthySinceMs = clock.now();
    if (!quiet) tell(entry, previous);
    for (const listener of listeners) listener(entry.group.definition.arn, healthOf(entry), previous);
  }

  function tell(entry: TargetEntry, previous: TargetState): void {
    const { name } = entry.group.definition;
    const { id, port } = entry.target;
    const { state, reason, description } = entry.record;
    const codes: Partial<Record<TargetState, string>> = {
      healthy: 'TARGET_HEALTHY',
      unhealthy: 'TARGET_UNHEALTHY',
      draining: 'TARGET_DRAINING',
    };
    const code = codes[state];
    if (!code) return;
    const why = description && state !== 'draining' ? `: ${description}` : '';
    events.emit({
      source: 'balancer',
      subject: name,
      code,
      level: state === 'unhealthy' ? 'warn' : 'info',
      message: `target ${id}:${port} of ${name} is ${state} (was ${previous})${why}`,
      data: { targetGroup: name, id, port, state, previous, reason },
    });
  }

  function check(entry: TargetEntry): void {
    entry.cancelCheck?.();
    entry.cancelCheck = null;
    if (closed || entry.record.state === 'draining') return;
    if (entry.group.usedBy === null) {
      move(entry, UNUSED, true);
      return;
    }
    if (entry.record.state === 'unused') move(entry, INITIAL, true);
    entry.cancelCheck = options.startChecks(entry, (outcome) => {
      if (!entry.removed) move(entry, decideHealth(entry.record, outcome, entry.group.definition.healthCheck));
    });
  }

  function remove(entry: TargetEntry): void {
    if (entry.removed) return;
    entry.removed = true;
    entry.cancelCheck?.();
    entry.group.targets.delete(keyOf(entry.target.id, entry.target.port));
    options.onRemoved(entry);
    const { name } = entry.group.definition;
    events.emit({
      source: 'balancer',
      subject: name,
      code: 'TARGET_DEREGISTERED',
      message: `target ${entry.target.id}:${entry.target.port} of ${name} is deregistered`,
      data: { targetGroup: name, id: entry.target.id, port: entry.target.port },
    });
    entry.drained?.();
  }

  return {
    group: (arn) => groups.get(arn),
    groups: () => [...groups.values()],
    putGroup(definition) {
      const known = groups.get(definition.arn);
      if (!known) {
        groups.set(definition.arn, { definition, targets: new Map(), usedBy: null, turn: 0 });
        return;
      }
      const recheck = JSON.stringify(known.definition.healthCheck) !== JSON.stringify(definition.healthCheck);
      known.definition = definition;
      if (recheck) for (const entry of known.targets.values()) check(entry);
    },
    removeGroup(arn) {
      for (const entry of groups.get(arn)?.targets.values() ?? []) remove(entry);
      groups.delete(arn);
    },
    setUse(use) {
      for (const [arn, group] of groups) {
        const next = use.get(arn) ?? null;
        const changed = (next === null) !== (group.usedBy === null);
        group.usedBy = next;
        if (changed) for (const entry of group.targets.values()) check(entry);
      }
    },
    register(arn, target) {
      const group = groupOf(arn);
      const key = keyOf(target.id, target.port);
      if (group.targets.get(key)?.record.state === 'draining') remove(group.targets.get(key) as TargetEntry);
      if (group.targets.has(key)) return;
      const entry: TargetEntry = {
        target,
        group,
        record: INITIAL,
        inFlight: new Set(),
        requests: 0,
        healthySinceMs: 0,
        cancelCheck: null,
        drained: null,
        removed: false,
      };
      group.targets.set(key, entry);
      const { name } = group.definition;
      events.emit({
        source: 'balancer',
        subject: name,
        code: 'TARGET_REGISTERED',
        message: `target ${target.id}:${target.port} of ${name} is registered`,
        data: { targetGroup: name, id: target.id, port: target.port },
      });
      check(entry);
    },
    deregister(arn, { id, port }) {
      const entry = groups.get(arn)?.targets.get(keyOf(id, port));
      if (!entry) return Promise.resolve();
      if (entry.record.state === 'draining') return new Promise((resolve) => chain(entry, resolve));
      entry.cancelCheck?.();
      move(entry, DRAINING);
      if (entry.inFlight.size === 0) {
        remove(entry);
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        chain(entry, resolve);
        clock.after(entry.group.definition.deregistrationDelaySeconds * 1000, () => {
          // Past the delay, what is still in flight is cut off (the client gets a 502).
          for (const cut of [...entry.inFlight]) cut();
          remove(entry);
        });
      });
    },
    settled(entry) {
      if (entry.record.state === 'draining' && entry.inFlight.size === 0) remove(entry);
    },
    health: (arn) => [...(groups.get(arn)?.targets.values() ?? [])].map(healthOf),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      closed = true;
      for (const group of groups.values()) for (const entry of group.targets.values()) entry.cancelCheck?.();
    },
  };
}

function chain(entry: TargetEntry, then: () => void): void {
  const before = entry.drained;
  entry.drained = () => {
    before?.();
    then();
  };
}

const healthOf = (entry: TargetEntry): TargetHealth => ({
  target: entry.target,
  state: entry.record.state,
  reason: entry.record.reason,
  description: entry.record.description,
});
