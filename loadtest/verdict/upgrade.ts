/** Reads a stored record of any version that was ever written as one of today. Pure. */
import type { Profile } from '../profiles.ts';
import {
  type GeneratorRecord,
  type LedgerSources,
  type OrderScenario,
  type Outcome,
  RECORD_VERSION,
  type RunRecord,
} from './record.ts';

/** Version 1: one load, of orders, whose facts lay at the top. */
type RecordV1 = Omit<RunRecord, 'orders' | 'forum' | 'blueGreen'> & {
  readonly scenario: OrderScenario;
  readonly profile: Profile;
  readonly signed: boolean;
  readonly generator: GeneratorRecord;
  readonly outcomes: readonly Outcome[];
  readonly ledger: LedgerSources;
};

/** @returns the record, or what is wrong with it */
export function upgradeRecord(value: unknown): RunRecord | string {
  const version = typeof value === 'object' && value !== null ? (value as { version?: unknown }).version : undefined;
  if (version === 1)
    return isWhole(value as RunRecord, [value]) ? fromV1(value as RecordV1) : 'it is not a whole record';
  if (version !== RECORD_VERSION) return `it is not a record of version 1 to ${RECORD_VERSION}`;
  const record = value as RunRecord;
  const loads = [record.orders, record.forum].filter((load) => load !== null);
  return isWhole(record, loads) ? record : 'it is not a whole record';
}

function isWhole(record: RunRecord, loads: readonly unknown[]): boolean {
  const { scaling } = record;
  const lists: unknown[] = [record.stages, record.deployments, record.samples, record.events];
  if (scaling) lists.push(scaling.phases, scaling.readings, scaling.ports);
  return lists.every(Array.isArray) && loads.length > 0 && loads.every(isWholeLoad);
}

function isWholeLoad(value: unknown): boolean {
  const load = value as { generator?: unknown; outcomes?: unknown; ledger?: unknown; requests?: { rows?: unknown } };
  if (!load?.generator) return false;
  return load.requests ? Array.isArray(load.requests.rows) : Array.isArray(load.outcomes) && Boolean(load.ledger);
}

function fromV1(old: RecordV1): RunRecord {
  const { scenario, profile, signed, generator, outcomes, ledger, ...rest } = old;
  return {
    ...rest,
    version: RECORD_VERSION,
    orders: { scenario, profile, signed, generator, outcomes, ledger },
    forum: null,
    blueGreen: null,
  };
}
