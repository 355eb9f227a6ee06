/** What `simulate` prints: the run in rows, what it cost, what held it back. */
import type { Minute, SimulationInput } from '../../simulate/contracts.ts';
import type { SimulationResult } from '../../simulate/simulate.ts';
import { paint, table } from '../output.ts';

/** Rows of the timeline. */
const ROWS = 24;
const BAR = 20;
const MINUTE_MS = 60_000;

export function simulationView(
  input: SimulationInput,
  result: SimulationResult,
  { events, notes }: { readonly events: boolean; readonly notes: readonly string[] },
): string {
  const { totals, bottleneck } = result;
  return [
    paint(headline(input), 'bold'),
    ...notes.map((note) => `  ${note}`),
    '',
    timeline(input, result.minutes),
    '',
    `${count(totals.requests)} requests, ${count(totals.failed)} failed; at most ${count(totals.peakTasks)} tasks on ${count(totals.peakInstances)} instances; worst p95 ${milliseconds(totals.worstP95Seconds)}`,
    '',
    ...costLines(result),
    '',
    `${paint('Bottleneck', 'bold')}  ${bottleneck.message}${bottleneck.fix ? `\n            ${bottleneck.fix}` : ''}`,
    ...spiralLines(result),
    ...result.quotas.map(
      (q) => `Quota       ${q.subject}: ${count(q.value)} ${q.quota}, the default is ${count(q.limit)} (${q.source})`,
    ),
    ...(events
      ? ['', ...result.events.map((e) => `${time(e.atMs)}  ${e.subject}  ${e.message}`)]
      : [`${count(result.events.length)} decisions (--events prints them)`]),
  ].join('\n');
}

function headline({ hours, shape, services, fleet }: SimulationInput): string {
  const on = fleet ? `at most ${count(fleet.maxSize)} ${fleet.instanceType}` : 'Fargate';
  const most = services.reduce((sum, s) => sum + (s.scaling?.maxCapacity ?? s.desiredCount), 0);
  return `${hours} h of ${shape.name} (${shape.summary}): ${services.length} ${services.length === 1 ? 'service' : 'services'}, at most ${count(most)} tasks, ${on}`;
}

function timeline({ services, fleet }: SimulationInput, minutes: readonly Minute[]): string {
  const size = Math.ceil(minutes.length / ROWS);
  const rows = Array.from({ length: Math.ceil(minutes.length / size) }, (_, i) =>
    minutes.slice(i * size, (i + 1) * size),
  );
  const peak = Math.max(...minutes.map((m) => total(m, (s) => s.requestsPerSecond)));
  const header = [
    'time',
    'requests/s',
    '',
    'tasks',
    'waiting',
    ...(fleet ? ['instances'] : []),
    'CPU',
    'p95',
    'failed',
    'ended by checks',
  ];
  return (
    table(
      header,
      rows.map((row) => {
        const last = row.at(-1) as Minute;
        const requests = mean(row.map((m) => total(m, (s) => s.requestsPerSecond)));
        const all = row.flatMap((m) => Object.values(m.services));
        const killed = all.reduce((sum, s) => sum + s.killed, 0);
        return [
          time((row[0]?.atMs ?? 0) - MINUTE_MS),
          count(requests),
          '▇'.repeat(Math.round((requests / Math.max(peak, 1)) * BAR)).padEnd(BAR),
          count(total(last, (s) => s.running)),
          count(Math.max(...row.map((m) => total(m, (s) => s.pending + s.starting)))),
          ...(fleet ? [count(last.instances.running)] : []),
          `${Math.round(mean(all.map((s) => s.cpuPercent)))} %`,
          milliseconds(Math.max(...all.map((s) => s.p95Seconds))),
          count(all.reduce((sum, s) => sum + s.failed, 0)),
          killed === 0 ? '' : count(killed),
        ];
      }),
    ) + (services.length > 1 ? `\n(${services.length} services together; --json has each)` : '')
  );
}

function costLines({ cost }: SimulationResult): string[] {
  const without = cost.dollarsWithoutScaling;
  return [
    `${paint('Cost', 'bold')}        ${dollars(cost.dollars)} (${dollars(cost.dollarsAMonth)} a month at this rate)${without === null || without <= cost.dollars ? '' : `; ${dollars(without)} with the most instances throughout`}`,
    ...cost.lines.map(
      (line) =>
        `            ${line.item}: ${count(line.quantity)} ${line.unit} × $${line.unitPrice} = ${dollars(line.dollars)}`,
    ),
    `            prices as of ${cost.pricesAsOf}, ${cost.source}; without ${cost.leftOut}`,
  ];
}

function spiralLines({ spirals }: SimulationResult): string[] {
  return spirals.flatMap((spiral) => [
    paint(`Spiral      ${spiral.service}, ${time(spiral.fromMs)} to ${time(spiral.toMs)}: ${spiral.message}`, 'yellow'),
    ...spiral.suggestions.map(({ setting, value, suggested, why }) => {
      const change = suggested === null ? '' : ` ${value ?? '?'} → ${suggested}`;
      return `            ${setting}${change}: ${why}`;
    }),
  ]);
}

const total = (minute: Minute, read: (s: Minute['services'][string]) => number): number =>
  Object.values(minute.services).reduce((sum, s) => sum + read(s), 0);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
const count = (value: number): string => Math.round(value).toLocaleString('en-US');
const dollars = (value: number): string =>
  `$${value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
const milliseconds = (seconds: number): string =>
  seconds >= 1 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds * 1000)} ms`;
const time = (atMs: number): string => new Date(atMs).toISOString().slice(5, 16).replace('T', ' ');
