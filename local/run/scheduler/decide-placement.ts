/**
 * Where a task goes: filters, then strategies (ECS task-placement). Pure. A filter is {applies, check, explain}; when
 * nothing fits, the refusal is the joined explanations with counts.
 */
import type { PlacementConstraint, PlacementStrategy } from '../../topology.ts';
import { compileExpression } from './expression.ts';

export interface Candidate {
  readonly id: string;
  readonly zone: string;
  readonly instanceType: string;
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  /** Host ports in use. */
  readonly ports: ReadonlySet<number>;
  /** Groups (`service:name`) of the tasks on it, one entry a task. */
  readonly groups: readonly string[];
}

export interface PlacementRequest {
  readonly group: string;
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  /** Static host ports. */
  readonly hostPorts: readonly number[];
  readonly constraints: readonly PlacementConstraint[];
  readonly strategies: readonly PlacementStrategy[];
}

interface Filter {
  applies(request: PlacementRequest): boolean;
  check(request: PlacementRequest, candidate: Candidate): boolean;
  explain: string;
}

const FILTERS: readonly Filter[] = [
  { applies: () => true, check: (r, c) => c.cpuUnits >= r.cpuUnits, explain: 'has insufficient CPU units available' },
  { applies: () => true, check: (r, c) => c.memoryMiB >= r.memoryMiB, explain: 'has insufficient memory available' },
  {
    applies: (r) => r.hostPorts.length > 0,
    check: (r, c) => r.hostPorts.every((p) => !c.ports.has(p)),
    explain: 'is already using a port required by your task',
  },
  {
    applies: (r) => r.constraints.some((c) => c.type === 'distinctInstance'),
    check: (r, c) => !c.groups.includes(r.group),
    explain: 'is already running a task of this group (distinctInstance)',
  },
  {
    applies: (r) => r.constraints.some((c) => c.type === 'memberOf'),
    check: (r, c) => r.constraints.every((x) => x.type !== 'memberOf' || compileExpression(x.expression ?? '')(c)),
    explain: 'does not satisfy a memberOf constraint',
  },
];

export type Placement = { readonly instanceId: string } | { readonly instanceId: null; readonly reason: string };

/** @param random in [0, 1), for the random strategy */
export function decidePlacement(
  request: PlacementRequest,
  candidates: readonly Candidate[],
  random: number,
): Placement {
  if (candidates.length === 0)
    return {
      instanceId: null,
      reason:
        'no container instance met all of its requirements. Reason: No Container Instances were found in your cluster.',
    };
  const filters = FILTERS.filter((f) => f.applies(request));
  const failed = new Map<Filter, Candidate[]>();
  const fitting = candidates.filter((candidate) => {
    const blocking = filters.find((f) => !f.check(request, candidate));
    if (blocking) {
      const on = failed.get(blocking);
      if (on) on.push(candidate);
      else failed.set(blocking, [candidate]);
    }
    return !blocking;
  });
  if (fitting.length === 0) return { instanceId: null, reason: refusal(failed, candidates.length) };
  return { instanceId: choose(request, fitting, random).id };
}

function refusal(failed: ReadonlyMap<Filter, readonly Candidate[]>, total: number): string {
  const [closest] = [...failed].sort(([a], [b]) => FILTERS.indexOf(b) - FILTERS.indexOf(a));
  const counts = [...failed].map(([filter, on]) => `${on.length} of ${total} ${filter.explain}`).join('; ');
  return `no container instance met all of its requirements. The closest matching (container-instance ${closest?.[1][0]?.id}) ${closest?.[0].explain}. (${counts})`;
}

/** Strategies narrow the field one after another; without any, spread over zones (the default). */
function choose(request: PlacementRequest, fitting: readonly Candidate[], random: number): Candidate {
  const strategies = request.strategies.length > 0 ? request.strategies : DEFAULT_STRATEGIES;
  let field = fitting;
  for (const strategy of strategies) {
    if (strategy.type === 'random') return field[Math.floor(random * field.length)] as Candidate;
    const score = scorer(strategy, request, fitting);
    const best = Math.min(...field.map(score));
    field = field.filter((c) => score(c) === best);
  }
  const own = (c: Candidate): number => c.groups.filter((g) => g === request.group).length;
  return [...field].sort(
    (a, b) => own(a) - own(b) || a.groups.length - b.groups.length || (a.id < b.id ? -1 : 1),
  )[0] as Candidate;
}

const DEFAULT_STRATEGIES: readonly PlacementStrategy[] = [
  { type: 'spread', field: 'attribute:ecs.availability-zone' },
  { type: 'spread', field: 'instanceId' },
];

function scorer(
  strategy: PlacementStrategy,
  request: PlacementRequest,
  all: readonly Candidate[],
): (c: Candidate) => number {
  if (strategy.type === 'binpack') return (c) => (strategy.field?.toLowerCase() === 'cpu' ? c.cpuUnits : c.memoryMiB);
  const key = spreadKey(strategy.field ?? '');
  const counts = new Map<string, number>();
  for (const c of all)
    counts.set(key(c), (counts.get(key(c)) ?? 0) + c.groups.filter((g) => g === request.group).length);
  return (c) => counts.get(key(c)) ?? 0;
}

function spreadKey(field: string): (c: Candidate) => string {
  if (field === 'instanceId' || field === 'host') return (c) => c.id;
  if (field === 'attribute:ecs.instance-type') return (c) => c.instanceType;
  return (c) => c.zone;
}
