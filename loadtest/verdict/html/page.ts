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

const MAX_NOTES = 100;

export function renderHtml(record: RunRecord, verdict: Verdict): string {
  const timeline = timelineOf(record);
  const style: Html = { markup: STYLE };
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${verdict.verdict}: ${verdict.scenario}, ${record.system}, ${verdict.startedAt}</title><style>${style}</style></head><body>
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
</body></html>
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
  return html`<h2>Scaling</h2>
${scalingLines(scaling).map((line) => html`<p>${line.replaceAll('->', '→')}</p>`)}
${timeline.capacity.length > 0 ? chart('Desired tasks and instances', 'count', timeline.capacity, timeline) : null}
<div class="scroll"><table><thead><tr><th class="n">minute (${clockRate} to one of the wall)</th><th>decision</th></tr></thead><tbody>
${scaling.decisions.map((decision) => html`<tr><td class="n">${decision.minute.toFixed(1)}</td><td>${decision.message}</td></tr>`)}
</tbody></table></div>`;
}

function criteria(verdict: Verdict): Html {
  return html`<h2>Criteria</h2><div class="scroll"><table><thead><tr><th>criterion</th><th class="n">value</th><th>bound</th><th class="n">samples</th><th></th></tr></thead><tbody>
${verdict.criteria.map((c) => html`<tr><td>${c.name} <small>${c.title}</small></td><td class="n">${c.value ?? 'none'} ${c.unit}</td><td>${c.bound}</td><td class="n">${c.samples}</td><td class="${c.verdict}">${c.verdict}</td></tr>`)}
${excludedByReason(verdict).map(([reason, names]) => html`<tr class="soft"><td>${names.join(', ')}</td><td colspan="4">not part of this run: ${reason}</td></tr>`)}
</tbody></table></div>`;
}

function ledger(verdict: Verdict): Html | null {
  if (!verdict.ledger) return null;
  const rows = Object.entries(verdict.ledger);
  const harmed = verdict.harmed;
  return html`<h2>Ledger</h2><div class="scroll"><table><thead><tr>${rows.map(([name]) => html`<th class="n">${name}</th>`)}</tr></thead>
<tbody><tr>${rows.map(([, count]) => html`<td class="n">${count}</td>`)}</tr></tbody></table></div>
${harmed.count > 0 ? html`<p>${harmed.count} orders harmed (gone wrong, or through only on another try): <code>${harmed.ids.join(', ')}${harmed.count > harmed.ids.length ? ' …' : ''}</code></p>` : null}`;
}

function deployments(verdict: Verdict): Html | null {
  if (verdict.deployments.length === 0) return null;
  return html`<h2>Deployments</h2><div class="scroll"><table><thead><tr><th>service</th><th>task definition</th><th>rollout</th><th>reason</th><th class="n">orders harmed</th></tr></thead><tbody>
${verdict.deployments.map((d) => html`<tr><td>${d.service}</td><td><code>${d.taskDefinition}</code></td><td class="${d.rolloutState === 'FAILED' ? 'FAIL' : ''}">${d.rolloutState}</td><td>${d.reason}</td><td class="n">${d.harmed.count}</td></tr>`)}
</tbody></table></div>`;
}

function steps(record: RunRecord): Html | null {
  const rows = stepRows(record);
  if (rows.length === 0) return null;
  return html`<h2>Tasks and ports, before and after each step</h2><div class="scroll"><table><thead><tr><th>moment</th><th>service</th><th>task definition</th><th>where</th><th class="n">tasks</th><th>ports</th></tr></thead><tbody>
${rows.map((row) => html`<tr><td>${row.moment}</td><td>${row.service}</td><td><code>${row.taskDefinition}</code></td><td>${row.where}</td><td class="n">${row.tasks}</td><td><code>${row.ports.join(' ')}</code></td></tr>`)}
</tbody></table></div>`;
}

function marks(all: readonly { atMs: number; label: string; level: string }[], startMs: number): Html | null {
  if (all.length === 0) return null;
  return html`<h2>Events</h2><div class="scroll"><table><tbody>
${all.map((mark) => html`<tr><td class="n">${((mark.atMs - startMs) / 1_000).toFixed(1)} s</td><td class="${mark.level === 'error' ? 'FAIL' : ''}">${mark.label}</td></tr>`)}
</tbody></table></div>`;
}

function notes(record: RunRecord): Html | null {
  if (record.fidelity.length === 0) return null;
  const shown = record.fidelity.slice(0, MAX_NOTES);
  return html`<h2>Fidelity</h2><div class="scroll"><table><tbody>
${shown.map((note) => html`<tr><td><code>${note.subject}</code></td><td>${note.kind}</td><td>${note.reason}</td></tr>`)}
</tbody></table></div>${record.fidelity.length > shown.length ? html`<p class="soft">and ${record.fidelity.length - shown.length} more in record.json</p>` : null}`;
}
