/** The report's part on a blue/green deployment: how it ended, its lifecycle, and what each weight gave. */
import type { RunRecord } from '../record.ts';
import { endLine, lifecycleRows, weightRows } from '../shift-rows.ts';
import type { Verdict } from '../verdict.ts';
import { type Html, html } from './escape.ts';

const TONES: Readonly<Record<string, string>> = { Succeeded: 'PASS', Failed: 'FAIL', Stopped: 'FAIL' };

export function blueGreenSection(record: RunRecord, verdict: Verdict): Html | null {
  const step = verdict.blueGreen;
  if (!step) return null;
  const startMs = record.stages[0]?.startedAtMs ?? record.startedAtMs;
  return html`<h2>Blue/green deployment</h2><p>${endLine(step)}</p>
<div class="scroll"><table><thead><tr><th>deployment</th><th>event</th><th>status</th><th>hook</th><th class="n">began</th><th class="n">took</th><th>message</th></tr></thead><tbody>
${lifecycleRows(step, startMs).map((row) => html`<tr><td><code>${row.deployment}</code></td><td>${row.event}</td><td class="${TONES[row.status] ?? 'soft'}">${row.status}</td><td><code>${row.hook}</code></td><td class="n">${row.began}</td><td class="n">${row.took}</td><td>${row.message}</td></tr>`)}
</tbody></table></div>
<div class="scroll"><table><thead><tr><th class="n">new version's weight</th><th class="n">from</th><th class="n">lasted</th><th class="n">answers</th><th class="n">its share of them</th></tr></thead><tbody>
${weightRows(step, startMs).map((row) => html`<tr><td class="n">${row.weight}</td><td class="n">${row.from}</td><td class="n">${row.lasted}</td><td class="n">${row.answers}</td><td class="n">${row.share}</td></tr>`)}
</tbody></table></div>`;
}
