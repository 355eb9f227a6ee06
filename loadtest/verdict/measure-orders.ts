/** What the orders of a run say. Pure. */
import type { Ledger } from './ledger.ts';
import { excludeAll, isSuccess, type Measurement, measureDropped, type Some } from './measurement.ts';
import type { OrderLoad, Sample } from './record.ts';
import { measureLatency } from './saturation.ts';

const LEDGER_CRITERIA = ['lost-orders', 'duplicated-orders', 'rejected-orders', 'dead-lettered-orders'] as const;
const REQUEST_CRITERIA = ['error-rate', 'server-errors', 'latency-p95', 'latency-p99', 'dropped-iterations'] as const;

type OrderCriterion = (typeof LEDGER_CRITERIA)[number] | (typeof REQUEST_CRITERIA)[number];

/** @param ledger null where no ledger could be kept */
export function measureOrders(
  load: OrderLoad | null,
  ledger: Ledger | null,
  samples: readonly Sample[],
): Some<OrderCriterion> {
  if (!load) return excludeAll([...LEDGER_CRITERIA, ...REQUEST_CRITERIA], 'no orders were part of this run');
  return { ...measureLedger(load, ledger), ...measureRequests(load, samples) };
}

function measureLedger(load: OrderLoad, ledger: Ledger | null): Some<(typeof LEDGER_CRITERIA)[number]> {
  if (!ledger || !load.ledger.available) {
    return excludeAll(LEDGER_CRITERIA, load.ledger.available ? 'no ledger' : load.ledger.reason);
  }
  const { counts } = ledger;
  const of = (value: number): Measurement => ({ value: counts.sent > 0 ? value : null, samples: counts.sent });
  return {
    'lost-orders': of(counts.lost),
    'duplicated-orders': load.ledger.effects
      ? { value: ledger.logged > 0 ? counts.duplicated : null, samples: ledger.logged }
      : { excluded: 'no log of the fulfilments could be read' },
    'rejected-orders': of(counts.rejected),
    'dead-lettered-orders':
      load.scenario === 'publish' ? of(counts.deadLettered) : { excluded: 'the orders did not come through SNS' },
  };
}

function measureRequests(load: OrderLoad, machine: readonly Sample[]): Some<(typeof REQUEST_CRITERIA)[number]> {
  const { outcomes } = load;
  const failed = outcomes.filter((o) => !isSuccess(o)).length;
  const serverErrors = outcomes.filter((o) => (o.status ?? 0) >= 500).length;
  const samples = outcomes.length;
  return {
    'error-rate': { value: samples > 0 ? (failed / samples) * 100 : null, samples },
    'server-errors': { value: samples > 0 ? serverErrors : null, samples },
    'latency-p95': measureLatency(outcomes, 'latency-p95', machine),
    'latency-p99': measureLatency(outcomes, 'latency-p99', machine),
    'dropped-iterations': measureDropped(samples, load.generator.droppedIterations),
  };
}
