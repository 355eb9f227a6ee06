/**
 * The judge: record + criteria → verdict. Pure: the same record always gives the same verdict.
 *
 * FAIL goes over INCONCLUSIVE, INCONCLUSIVE over PASS. A criterion with no samples is FAIL; one with fewer samples
 * than it needs is INCONCLUSIVE, unless its value is already past the bound.
 */
import type { Criterion } from '../criteria.ts';
import { blueGreenReasons, describeBlueGreen, describeLoads, forumReasons } from './describe.ts';
import { describeScaling, scalingReasons } from './describe-scaling.ts';
import { findEdges } from './edges.ts';
import { keepLedger, type Ledger, type LedgerEntry } from './ledger.ts';
import { measure } from './measure.ts';
import { killReasons } from './measure-kill.ts';
import type { Measurement } from './measurement.ts';
import { portTable } from './ports.ts';
import type { DeploymentRecord, GeneratorRecord, OrderLoad, RunRecord } from './record.ts';
import { meanBusyPercent, starvedReason } from './saturation.ts';
import { type ServiceSpiral, spiralReasons, spiralsOf } from './spirals.ts';
import { type CriterionResult, type HarmedOrders, VERDICT_VERSION, type Verdict, type VerdictWord } from './verdict.ts';

const HARMED_SHOWN = 10;

export function judge(record: RunRecord, criteria: readonly Criterion[]): Verdict {
  const ledger = ledgerOf(record);
  const measurements = measure(record, ledger);
  const results: CriterionResult[] = [];
  const excluded: { name: string; reason: string }[] = [];
  for (const criterion of criteria) {
    const measurement = measurements[criterion.name];
    if ('excluded' in measurement) excluded.push({ name: criterion.name, reason: measurement.excluded });
    else results.push(evaluate(criterion, measurement));
  }
  const spirals = spiralsOf(record);
  const findings = [...criterionFindings(results), ...runFindings(record, ledger, spirals)];
  const verdict = worst(findings.map((finding) => finding.verdict));
  const machineBusyPercent = meanBusyPercent(record.samples);
  const starved = verdict === 'FAIL' ? starvedReason(machineBusyPercent) : null;
  return {
    version: VERDICT_VERSION,
    verdict,
    reasons: [...findings.map((finding) => finding.reason), ...(starved === null ? [] : [starved])],
    criteria: results,
    excluded,
    ledger: ledger?.counts ?? null,
    harmed: harmedOrders(ledger?.entries ?? []),
    stages: record.stages.map((stage) => ({
      name: stage.name,
      startedAt: iso(stage.startedAtMs),
      steadyAt: stage.steadyAtMs === null ? null : iso(stage.steadyAtMs),
    })),
    ports: portTable(record.stages),
    deployments: record.deployments.map((deployment) => describeDeployment(deployment, ledger)),
    clockRate: record.clockRate,
    machineBusyPercent,
    environment: record.environment,
    ...describeLoads(record),
    blueGreen: describeBlueGreen(record),
    scaling: describeScaling(record),
    spirals: spirals.map(({ service, fromMs, toMs, killed, started, suggestions }) => ({
      ...{ service, from: iso(fromMs), to: iso(toMs), killed, started, suggestions },
    })),
    startedAt: iso(record.startedAtMs),
    endedAt: iso(record.endedAtMs),
  };
}

function ledgerOf({ orders }: RunRecord): Ledger | null {
  return orders?.ledger.available ? keepLedger(orders.outcomes, orders.ledger) : null;
}

/** One criterion against its bound. */
export function evaluate(
  criterion: Criterion,
  measurement: Extract<Measurement, { samples: number }>,
): CriterionResult {
  const { value, samples, undecided } = measurement;
  const verdict = verdictOf(criterion, measurement);
  return {
    name: criterion.name,
    title: criterion.title,
    value: value === null ? null : Math.round(value * 1_000) / 1_000,
    unit: criterion.unit,
    bound: `${criterion.direction === 'max' ? '<=' : '>='} ${criterion.bound}`,
    samples,
    minSamples: criterion.minSamples,
    pass: verdict === 'PASS',
    verdict,
    ...(undecided === undefined ? {} : { undecided }),
  };
}

function verdictOf(
  criterion: Criterion,
  { value, samples, undecided }: Extract<Measurement, { samples: number }>,
): VerdictWord {
  if (samples === 0 || value === null || Number.isNaN(value)) return 'FAIL';
  const held = criterion.direction === 'max' ? value <= criterion.bound : value >= criterion.bound;
  if (!held) return undecided === undefined ? criterion.onMiss : 'INCONCLUSIVE';
  return samples < criterion.minSamples ? 'INCONCLUSIVE' : 'PASS';
}

interface Finding {
  readonly verdict: VerdictWord;
  readonly reason: string;
}

function criterionFindings(results: readonly CriterionResult[]): Finding[] {
  return results.flatMap((result) => {
    if (result.verdict === 'PASS') return [];
    if (result.samples === 0) return [{ verdict: 'FAIL' as const, reason: `${result.name}: no samples` }];
    const value = `${result.value} ${result.unit}`;
    const tooFew = result.verdict === 'INCONCLUSIVE' && result.samples < result.minSamples;
    const rest = tooFew ? `only ${result.samples} samples of at least ${result.minSamples}` : `bound ${result.bound}`;
    const why = result.undecided === undefined ? '' : `: ${result.undecided}`;
    return [{ verdict: result.verdict, reason: `${result.name}: ${value} (${result.title}), ${rest}${why}` }];
  });
}

function runFindings(record: RunRecord, ledger: Ledger | null, spirals: readonly ServiceSpiral[]): Finding[] {
  const fail = (reason: string): Finding => ({ verdict: 'FAIL', reason });
  const findings: Finding[] = record.deployments
    .filter((deployment) => deployment.rolloutState === 'FAILED')
    .map((deployment) => fail(failedDeploymentReason(deployment, ledger)));
  for (const stage of record.stages) {
    if (stage.problem !== null) findings.push(fail(`stage ${stage.name}: ${stage.problem}`));
  }
  if (record.drill && !record.deployments.some((d) => d.rolloutState === 'FAILED')) {
    const { service, tag } = record.drill;
    findings.push(fail(`drill: ${service}:${tag} was to be rolled back, but no deployment failed`));
  }
  findings.push(
    ...blueGreenReasons(record).map(fail),
    ...forumReasons(record).map(fail),
    ...scalingReasons(record).map(fail),
    ...killReasons(record).map(fail),
    ...spiralReasons(spirals).map(fail),
  );
  findings.push(...orderFindings(record.orders, ledger));
  for (const { what, generator } of generatorsOf(record)) {
    if (generator.problem) findings.push(fail(`load generator${what}: ${generator.problem}`));
  }
  if (record.interrupted) findings.push({ verdict: 'INCONCLUSIVE', reason: 'the load ended before the stages did' });
  for (const reason of findEdges(record)) findings.push({ verdict: 'INCONCLUSIVE', reason });
  return findings;
}

/** Named by its load where there are two. */
function generatorsOf({ orders, forum }: RunRecord): { what: string; generator: GeneratorRecord }[] {
  const both = orders !== null && forum !== null;
  return [
    ...(orders ? [{ what: both ? ' of the orders' : '', generator: orders.generator }] : []),
    ...(forum ? [{ what: both ? ' of the forum' : '', generator: forum.generator }] : []),
  ];
}

function orderFindings(orders: OrderLoad | null, ledger: Ledger | null): Finding[] {
  if (!orders?.ledger.available || !ledger) return [];
  const findings: Finding[] = [];
  const wrong = ledger.entries.filter((entry) => entry.class !== 'fulfilled');
  if (wrong.length > 0) findings.push({ verdict: 'FAIL', reason: `orders not fulfilled once: ${listEntries(wrong)}` });
  const unlogged = ledger.counts.fulfilled + ledger.counts.duplicated - ledger.logged;
  if (orders.ledger.effects && unlogged > 0) {
    const reason = `the logs lack ${unlogged} fulfilments that the table has: a duplicate could hide there`;
    findings.push({ verdict: 'INCONCLUSIVE', reason });
  }
  return findings;
}

function listEntries(entries: readonly LedgerEntry[]): string {
  const first = entries.slice(0, HARMED_SHOWN).map((entry) => `${entry.id} (${entry.class}: ${entry.cause})`);
  const more = entries.length - first.length;
  return `${entries.length} of them, ${first.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}

function failedDeploymentReason(deployment: DeploymentRecord, ledger: Ledger | null): string {
  const harmed = harmedOrders(ordersDuring(deployment, ledger));
  const who = ledger
    ? `${harmed.count} orders harmed${harmed.count > 0 ? `: ${harmed.ids.join(', ')}` : ''}`
    : 'orders harmed: no ledger';
  const why = deployment.reason || 'no reason given';
  return `deployment ${deployment.id} of ${deployment.service} to ${deployment.taskDefinition} failed after ${deployment.failedTasks} failed tasks (${why}); ${who}`;
}

function describeDeployment(deployment: DeploymentRecord, ledger: Ledger | null): Verdict['deployments'][number] {
  return {
    service: deployment.service,
    taskDefinition: deployment.taskDefinition,
    rolloutState: deployment.rolloutState,
    reason: deployment.reason,
    harmed: harmedOrders(ordersDuring(deployment, ledger)),
  };
}

function ordersDuring(deployment: DeploymentRecord, ledger: Ledger | null): LedgerEntry[] {
  return (ledger?.entries ?? []).filter(
    (entry) => entry.sentAtMs >= deployment.firstSeenMs && entry.sentAtMs <= deployment.lastSeenMs,
  );
}

function harmedOrders(entries: readonly LedgerEntry[]): HarmedOrders {
  const harmed = entries.filter((entry) => entry.harmed).sort((a, b) => a.sentAtMs - b.sentAtMs);
  return { count: harmed.length, ids: harmed.slice(0, HARMED_SHOWN).map((entry) => entry.id) };
}

/** FAIL over INCONCLUSIVE over PASS. */
export function worst(verdicts: readonly VerdictWord[]): VerdictWord {
  if (verdicts.includes('FAIL')) return 'FAIL';
  return verdicts.includes('INCONCLUSIVE') ? 'INCONCLUSIVE' : 'PASS';
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
