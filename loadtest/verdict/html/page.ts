/** The report page: one file, no external resource, no script. */
import type { Profile } from '../../profiles.ts';
import { killLine } from '../measure-kill.ts';
import type { RunRecord } from '../record.ts';
import { scalingLines } from '../scaling-tables.ts';
import { type Timeline, timelineOf } from '../series.ts';
import { stepRows } from '../steps.ts';
import { titleOf } from '../title.ts';
import { excludedByReason, type Verdict } from '../verdict.ts';
import { blueGreenSection } from './blue-green.ts';
import { chart } from './chart.ts';
import { type Html, html } from './escape.ts';
import { STYLE } from './style.ts';
import { type Head, table } from './table.ts';

const MAX_NOTES = 100;

export function renderHtml(record: RunRecord, verdict: Verdict): string {
  const timeline = timelineOf(record);
  const style: Html = { markup: STYLE };
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${verdict.verdict}: ${verdict.scenario}, ${record.system}, ${verdict.startedAt}</title><style>${style}</style></head><body><main>
${heading(record, verdict)}
${criteria(verdict)}
${ledger(verdict)}
<h2>Timeline</h2>
${timeline.loads.map((load) => chart(load.title, 'per second, by path', load.load, timeline))}
${timeline.loads.map((load) => chart(`${load.title}: time`, 'ms', load.latency, timeline))}
${timeline.versions.length > 0 ? chart('Forum answers', 'per second, by version', timeline.versions, timeline) : null}
${timeline.shift.length > 0 ? chart('Traffic shift', 'percent of production traffic', timeline.shift, timeline) : null}
${timeline.tasks.length > 0 ? chart('Running tasks', 'by service', timeline.tasks, timeline) : null}
${scalingSection(verdict, timeline)}
${blueGreenSection(record, verdict)}
${deployments(verdict)}
${steps(record)}
${marks(timeline.marks, timeline.startMs)}
${notes(record)}
</main></body></html>
`;
  return page.markup;
}

function heading(record: RunRecord, verdict: Verdict): Html {
  const wallSeconds = Math.round((record.endedAtMs - record.startedAtMs) / 1_000);
  const { clockRate } = record;
  return html`<h1><span class="${verdict.verdict}">${verdict.verdict}</span> ${titleOf(record, ' → ')}</h1>
<p class="soft">${loadSentences(record)} Against ${record.target}, ${verdict.startedAt}, ${wallSeconds} s.
${clockRate === 1 ? 'Control time ran at the rate of the wall.' : `Control time ran ${clockRate} times as fast as the wall: a real minute of health checks, drains and back-off took ${(60 / clockRate).toFixed(1)} s here. Requests ran in real time.`}
${killLine(record)}
${verdict.machineBusyPercent === null ? null : `The machine's ${record.environment.cores} cores were ${verdict.machineBusyPercent} % busy on average.`}
${record.orders?.signed === false ? 'The orders were not signed.' : null}</p>
${verdict.reasons.length > 0 ? html`<ul>${verdict.reasons.map((reason) => html`<li>${reason}</li>`)}</ul>` : null}`;
}

function loadSentences({ orders, forum }: RunRecord): string {
  const of = (scenario: string, { name, summary }: Profile): string =>
    `Scenario ${scenario}, profile ${name} (${summary}).`;
  return [
    ...(orders ? [of(orders.scenario, orders.profile)] : []),
    ...(forum ? [of('forum', forum.profile)] : []),
  ].join(' ');
}

function scalingSection({ scaling, clockRate }: Verdict, timeline: Timeline): Html | null {
  if (!scaling) return null;
  const rows = scaling.decisions.map(
    (decision) => html`<tr><td class="n">${decision.minute.toFixed(1)}</td><td>${decision.message}</td></tr>`,
  );
  return html`<h2>Scaling</h2>
${scalingLines(scaling).map((line) => html`<p>${line.replaceAll('->', '→')}</p>`)}
${timeline.capacity.length > 0 ? chart('Desired tasks and instances', 'count', timeline.capacity, timeline) : null}
${table('Scaling decisions', [[`minute (${clockRate} to one of the wall)`], 'decision'], rows)}`;
}

function criteria(verdict: Verdict): Html {
  const judged = verdict.criteria.map(
    (c) =>
      html`<tr><td>${c.name} <small>${c.title}</small></td><td class="n">${c.value ?? 'none'} ${c.unit}</td><td class="n">${c.bound}</td><td class="n">${c.samples}</td><td class="${c.verdict}">${c.verdict}</td></tr>`,
  );
  const excluded = excludedByReason(verdict).map(
    ([reason, names]) =>
      html`<tr class="soft"><td>${names.join(', ')}</td><td colspan="4">not part of this run: ${reason}</td></tr>`,
  );
  return html`<h2>Criteria</h2>${table('Criteria', ['criterion', ['value'], ['bound'], ['samples'], 'verdict'], [...judged, ...excluded])}`;
}

function ledger(verdict: Verdict): Html | null {
  if (!verdict.ledger) return null;
  const counts = Object.entries(verdict.ledger);
  const heads = counts.map(([name]) => [name] as const);
  const harmed = verdict.harmed;
  return html`<h2>Ledger</h2>${table('Ledger', heads, [html`<tr>${counts.map(([, count]) => html`<td class="n">${count}</td>`)}</tr>`])}
${harmed.count > 0 ? html`<p>${harmed.count} orders harmed (gone wrong, or through only on another try): <code>${harmed.ids.join(', ')}${harmed.count > harmed.ids.length ? ' …' : ''}</code></p>` : null}`;
}

function deployments(verdict: Verdict): Html | null {
  if (verdict.deployments.length === 0) return null;
  const rows = verdict.deployments.map(
    (d) =>
      html`<tr><td>${d.service}</td><td><code>${d.taskDefinition}</code></td><td class="${d.rolloutState === 'FAILED' ? 'FAIL' : ''}">${d.rolloutState}</td><td>${d.reason}</td><td class="n">${d.harmed.count}</td></tr>`,
  );
  const heads: Head[] = ['service', 'task definition', 'rollout', 'reason', ['orders harmed']];
  return html`<h2>Deployments</h2>${table('Deployments', heads, rows)}`;
}

function steps(record: RunRecord): Html | null {
  const rows = stepRows(record).map(
    (row) =>
      html`<tr><td>${row.moment}</td><td>${row.service}</td><td><code>${row.taskDefinition}</code></td><td>${row.where}</td><td class="n">${row.tasks}</td><td><code>${row.ports.join(' ')}</code></td></tr>`,
  );
  if (rows.length === 0) return null;
  const heads: Head[] = ['moment', 'service', 'task definition', 'where', ['tasks'], 'ports'];
  return html`<h2>Tasks and ports, before and after each step</h2>${table('Tasks and ports', heads, rows)}`;
}

function marks(all: readonly { atMs: number; label: string; level: string }[], startMs: number): Html | null {
  if (all.length === 0) return null;
  const rows = all.map(
    (mark) =>
      html`<tr><td class="n">${((mark.atMs - startMs) / 1_000).toFixed(1)} s</td><td class="${mark.level === 'error' ? 'FAIL' : ''}">${mark.label}</td></tr>`,
  );
  return html`<h2>Events</h2>${table('Events', [['at'], 'what happened'], rows)}`;
}

function notes(record: RunRecord): Html | null {
  if (record.fidelity.length === 0) return null;
  const rows = record.fidelity
    .slice(0, MAX_NOTES)
    .map((note) => html`<tr><td><code>${note.subject}</code></td><td>${note.kind}</td><td>${note.reason}</td></tr>`);
  const more = record.fidelity.length - rows.length;
  return html`<h2>Fidelity</h2>${table('Fidelity', ['resource', 'kind', 'reason'], rows)}${more > 0 ? html`<p class="soft">and ${more} more in record.json</p>` : null}`;
}
