/** Ends every load of a run, follows the orders to their ends, and gives what the record keeps of the loads. */
import type { Clock } from '../../local/run/clock.ts';
import type { Status } from '../../local/status.ts';
import type { LedgerSources, RunRecord } from '../verdict/record.ts';
import { drainAndRead } from './drain.ts';
import { type EndedLoad, recordLoads } from './load-kinds.ts';
import { OutcomeLog } from './outcome-log.ts';
import type { PlaneClient } from './plane-client.ts';
import type { RehearseDeps } from './rehearse.ts';
import { createSourceReader } from './sources.ts';
import type { SystemLoad } from './system-load.ts';

export interface EndOptions {
  readonly plane: PlaneClient;
  readonly status: Status;
  readonly clock: Clock;
  progress(line: string): void;
  readonly signal: AbortSignal;
  readonly sourceReader?: RehearseDeps['sourceReader'];
  /** No later than the first request. */
  readonly baseMs: number;
}

export async function endLoads(
  loads: readonly SystemLoad[],
  options: EndOptions,
): Promise<Pick<RunRecord, 'orders' | 'forum'>> {
  options.progress('load: ending, what is in flight first');
  const ended = await Promise.all(loads.map((load) => load.finish()));
  const ledger = await ledgerOf(loads, ended, options);
  return recordLoads(ended, ledger, options.baseMs);
}

async function ledgerOf(
  loads: readonly SystemLoad[],
  ended: readonly EndedLoad[],
  options: EndOptions,
): Promise<LedgerSources> {
  const orders = ended.find((load) => load.log instanceof OutcomeLog);
  const ledger = loads.find((load) => load.spec.system.ledger !== null)?.spec.system.ledger;
  if (!orders || !(orders.log instanceof OutcomeLog) || !ledger) return { available: false, reason: 'no orders' };
  const { clock, plane, progress, signal, status } = options;
  const outcomes = orders.log.outcomes();
  progress(`ledger: following ${outcomes.length} orders`);
  const access = { endpoint: status.endpoints.aws, region: status.region };
  const reader = (options.sourceReader ?? createSourceReader)(access, ledger);
  const deliveries = (): ReturnType<PlaneClient['deliveries']> => plane.deliveries();
  return drainAndRead({ outcomes, profile: orders.profile, clock, reader, deliveries, signal }).finally(() =>
    reader.close(),
  );
}
