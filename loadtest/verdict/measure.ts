/** Each criterion's value and sample count, out of a record. Pure. */
import type { CriterionName } from '../criteria.ts';
import type { Ledger } from './ledger.ts';
import { measurePorts, type PortFacts } from './ports.ts';
import type { Outcome, RunRecord } from './record.ts';

/** `value` is null where there are no samples. `excluded` says why this run cannot answer the criterion at all. */
export type Measurement = { readonly value: number | null; readonly samples: number } | { readonly excluded: string };

export type Measurements = Readonly<Record<CriterionName, Measurement>>;

/** @param ledger null where no ledger could be kept */
export function measure(record: RunRecord, ledger: Ledger | null): Measurements {
  return {
    ...measureLedger(record, ledger),
    ...measureRequests(record),
    ...measureGenerator(record),
    ...measureDeployments(record),
    ...measurePortCriteria(record),
  };
}

type Some<K extends CriterionName> = Record<K, Measurement>;

function measureLedger(
  record: RunRecord,
  ledger: Ledger | null,
): Some<'lost-orders' | 'duplicated-orders' | 'rejected-orders' | 'dead-lettered-orders'> {
  if (!ledger || !record.ledger.available) {
    const reason = record.ledger.available ? 'no ledger' : record.ledger.reason;
    const excluded = { excluded: reason };
    return {
      'lost-orders': excluded,
      'duplicated-orders': excluded,
      'rejected-orders': excluded,
      'dead-lettered-orders': excluded,
    };
  }
  const { counts } = ledger;
  const of = (value: number): Measurement => ({ value: counts.sent > 0 ? value : null, samples: counts.sent });
  return {
    'lost-orders': of(counts.lost),
    'duplicated-orders': record.ledger.effects
      ? { value: ledger.logged > 0 ? counts.duplicated : null, samples: ledger.logged }
      : { excluded: 'no log of the fulfilments could be read' },
    'rejected-orders': of(counts.rejected),
    'dead-lettered-orders':
      record.scenario === 'publish' ? of(counts.deadLettered) : { excluded: 'the orders did not come through SNS' },
  };
}

function measureRequests(record: RunRecord): Some<'error-rate' | 'server-errors' | 'latency-p95' | 'latency-p99'> {
  const { outcomes } = record;
  const failed = outcomes.filter((o) => !isSuccess(o)).length;
  const serverErrors = outcomes.filter((o) => (o.status ?? 0) >= 500).length;
  const latencies = sortedLatencies(outcomes);
  const samples = outcomes.length;
  return {
    'error-rate': { value: samples > 0 ? (failed / samples) * 100 : null, samples },
    'server-errors': { value: samples > 0 ? serverErrors : null, samples },
    'latency-p95': { value: percentile(latencies, 0.95), samples: latencies.length },
    'latency-p99': { value: percentile(latencies, 0.99), samples: latencies.length },
  };
}

/** Latencies of every answered request, ascending, ms. Requests without an answer are errors, not latencies. */
export function sortedLatencies(outcomes: readonly Outcome[]): number[] {
  return outcomes
    .filter((o) => o.latencyMs !== null && (o.status ?? 0) > 0)
    .map((o) => o.latencyMs as number)
    .sort((a, b) => a - b);
}

export function isSuccess(outcome: Outcome): boolean {
  return outcome.status !== null && outcome.status >= 200 && outcome.status <= 299;
}

/** Nearest rank. @param sorted ascending @param share 0 … 1 @returns null where there is nothing */
export function percentile(sorted: readonly number[], share: number): number | null {
  if (sorted.length === 0) return null;
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? null;
}

function measureGenerator(record: RunRecord): Some<'dropped-iterations' | 'generator-cpu'> {
  const due = record.outcomes.length + record.generator.droppedIterations;
  const cores = record.samples.flatMap((s) => (s.generatorCores === null ? [] : [s.generatorCores]));
  const meanCores = cores.reduce((sum, c) => sum + c, 0) / cores.length;
  return {
    'dropped-iterations': {
      value: due > 0 ? (record.generator.droppedIterations / due) * 100 : null,
      samples: due,
    },
    'generator-cpu':
      record.environment.platform === 'linux' || cores.length > 0
        ? { value: cores.length > 0 ? (meanCores / record.environment.cores) * 100 : null, samples: cores.length }
        : { excluded: "this platform does not show a process's CPU time under /proc" },
  };
}

const NO_PLANE = 'the load was aimed at a URL: deployments and ports cannot be seen from there';

function measureDeployments(record: RunRecord): Some<'steady-stages' | 'failed-deployments' | 'rollback-clean'> {
  if (record.stages.length === 0) {
    const excluded = { excluded: NO_PLANE };
    return { 'steady-stages': excluded, 'failed-deployments': excluded, 'rollback-clean': excluded };
  }
  const unsteady = record.stages.filter((stage) => stage.steadyAtMs === null).length;
  const failed = record.deployments.filter((d) => d.rolloutState === 'FAILED').length;
  return {
    'steady-stages': { value: unsteady, samples: record.stages.length },
    'failed-deployments': { value: record.deployments.length > 0 ? failed : null, samples: record.deployments.length },
    'rollback-clean': measureRollback(record),
  };
}

/** Clean: after a deployment failed, its service is steady on the revision from before. */
function measureRollback(record: RunRecord): Measurement {
  const { drill } = record;
  if (!drill) return { excluded: 'nothing was to be rolled back' };
  const clean = drill.settledAtMs !== null && drill.taskDefinitionAfter === drill.taskDefinitionBefore;
  return { value: clean ? 0 : 1, samples: 1 };
}

function measurePortCriteria(
  record: RunRecord,
): Some<
  'tasks-sharing-an-instance' | 'host-ports-clashing' | 'host-ports-out-of-range' | 'host-ports-without-traffic'
> {
  if (record.stages.length === 0) {
    const excluded = { excluded: NO_PLANE };
    return {
      'tasks-sharing-an-instance': excluded,
      'host-ports-clashing': excluded,
      'host-ports-out-of-range': excluded,
      'host-ports-without-traffic': excluded,
    };
  }
  const facts: PortFacts = measurePorts(record.stages);
  const of = (value: number, samples: number): Measurement => ({ value: samples > 0 ? value : null, samples });
  return {
    'tasks-sharing-an-instance': of(facts.mostOnOneInstance, facts.dynamicPorts),
    'host-ports-clashing': of(facts.clashing, facts.dynamicPorts),
    'host-ports-out-of-range': of(facts.outOfRange, facts.dynamicPorts),
    'host-ports-without-traffic': of(facts.idle.length, facts.watched),
  };
}
