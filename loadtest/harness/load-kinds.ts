/** The two kinds of load, orders and browsing: who follows their lines, and where they go in the record. */
import type { Profile } from '../profiles.ts';
import { packRequests } from '../verdict/forum-record.ts';
import type { GeneratorRecord, LedgerSources, OrderScenario, RunRecord, ScenarioName } from '../verdict/record.ts';
import { OutcomeLog } from './outcome-log.ts';
import { RequestLog } from './request-log.ts';

export type KindLog = OutcomeLog | RequestLog;

export function createLog(scenario: ScenarioName): KindLog {
  return scenario === 'forum' ? new RequestLog() : new OutcomeLog();
}

export interface EndedLoad {
  readonly scenario: ScenarioName;
  readonly profile: Profile;
  readonly signed: boolean;
  readonly generator: GeneratorRecord;
  readonly log: KindLog;
}

export const NOT_STARTED: GeneratorRecord = {
  exitCode: null,
  droppedIterations: 0,
  problem: null,
  startedAtMs: null,
  endedAtMs: null,
};

/**
 * @param ledger of the orders; not looked at for other loads
 * @param baseMs no later than the first request
 */
export function recordLoads(
  loads: readonly EndedLoad[],
  ledger: LedgerSources,
  baseMs: number,
): Pick<RunRecord, 'orders' | 'forum'> {
  let orders: RunRecord['orders'] = null;
  let forum: RunRecord['forum'] = null;
  for (const { scenario, profile, signed, generator, log } of loads) {
    if (log instanceof RequestLog) forum = { profile, generator, requests: packRequests(log.requests(), baseMs) };
    else {
      const outcomes = log.outcomes();
      orders = { scenario: scenario as OrderScenario, profile, signed, generator, outcomes, ledger };
    }
  }
  return { orders, forum };
}
