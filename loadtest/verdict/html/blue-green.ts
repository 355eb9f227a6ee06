/** The report's part on a blue/green deployment: how it ended, its lifecycle, and what each weight gave. */
import type { RunRecord } from '../record.ts';
import { endLine, lifecycleRows, weightRows } from '../shift-rows.ts';
import type { Verdict } from '../verdict.ts';
import { type Html, html } from './escape.ts';
import { table } from './table.ts';

const TONES: Readonly<Record<string, string>> = { Succeeded: 'PASS', Failed: 'FAIL', Stopped: 'FAIL' };

export function blueGreenSection(record: RunRecord, verdict: Verdict): Html | null {
  const step = verdict.blueGreen;
  if (!step) return null;
  const startMs = record.stages[0]?.startedAtMs ?? record.startedAtMs;
  const events = lifecycleRows(step, startMs).map(
    (row) =>
      html`<tr><td><code>${row.deployment}</code></td><td>${row.event}</td><td class="${TONES[row.status] ?? 'soft'}">${row.status}</td><td><code>${row.hook}</code></td><td class="n">${row.began}</td><td class="n">${row.took}</td><td>${row.message}</td></tr>`,
  );
  const weights = weightRows(step, startMs).map(
    (row) =>
      html`<tr><td class="n">${row.weight}</td><td class="n">${row.from}</td><td class="n">${row.lasted}</td><td class="n">${row.answers}</td><td class="n">${row.share}</td></tr>`,
  );
  return html`<h2>Blue/green deployment</h2><p>${endLine(step)}</p>
${table('Lifecycle events', ['deployment', 'event', 'status', 'hook', ['began'], ['took'], 'message'], events)}
${table('Traffic by weight', [["new version's weight"], ['from'], ['lasted'], ['answers'], ['its share of them']], weights)}`;
}
