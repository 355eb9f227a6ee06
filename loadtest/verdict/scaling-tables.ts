/** The terminal's view of a rehearsal of scaling: its course, its decisions, and how long it took. */
import type { RunRecord } from './record.ts';
import { scalingRows } from './scaling-rows.ts';
import { clean, plainTable } from './tables.ts';
import type { ScalingVerdict, Took, Verdict } from './verdict.ts';

/** Columns; a decision's numbers may be many. */
const DECISION_WIDTH = 120;

/** Empty where the run was not about scaling. */
export function scalingTables(record: RunRecord, { scaling, clockRate }: Verdict): string {
  if (!scaling) return '';
  const decisions = plainTable(['min', 'decision']);
  for (const { minute, message } of scaling.decisions) {
    decisions.push([minute.toFixed(1), wrapped(clean(message), DECISION_WIDTH)]);
  }
  return [
    `Scaling, in minutes of control time (${clockRate} to one of the wall)`,
    courseTable(record),
    decisions.toString(),
    ...scalingLines(scaling),
    '',
  ].join('\n');
}

function courseTable(record: RunRecord): string {
  const rows = scalingRows(record);
  const names = rows[0]?.services.map(({ name }) => clean(name)) ?? [];
  const hasInstances = rows.some((row) => row.instances > 0);
  const instances = hasInstances ? ['instances'] : [];
  const table = plainTable(['min', 'sent/s', 'not 2xx', 'p95 ms', ...names, ...instances]);
  for (const { minute, perSecond, notSuccess, p95Ms, services, instances: count } of rows) {
    const tasks = services.map(({ running, desired }) =>
      running === desired ? `${running}` : `${running} of ${desired}`,
    );
    const p95 = p95Ms === null ? '' : p95Ms.toFixed(0);
    table.push([
      String(minute),
      perSecond.toFixed(1),
      String(notSuccess),
      p95,
      ...tasks,
      ...(hasInstances ? [String(count)] : []),
    ]);
  }
  return table.toString();
}

/** Counts, times and waits in sentences, for the terminal and the page. */
export function scalingLines({ service, tasks, instances, scaleOut, scaleIn, waits }: ScalingVerdict): string[] {
  const counts = ({ before, peak, after }: ScalingVerdict['tasks']): string => `${before} -> ${peak} -> ${after}`;
  const of = service ? `${clean(service)}: tasks ${counts(tasks)}` : 'no service scaled';
  const inTime = (what: string, took: Took | null): string[] => (took ? [`${what} in ${tookText(took)}`] : []);
  const times = [...inTime('out', scaleOut), ...inTime('back', scaleIn)];
  return [
    [of, ...(instances.peak > 0 ? [`instances ${counts(instances)}`] : []), ...times].join('; '),
    ...waits.map(
      (wait) =>
        `at ${wait.minute.toFixed(1)} min ${wait.tasks} tasks of ${clean(wait.service)} waited ${tookText(wait)} for a place: ${clean(wait.why ?? 'no event says why')}`,
    ),
  ];
}

function tookText({ minutes, wallSeconds }: Took): string {
  return `${minutes.toFixed(1)} min (${wallSeconds.toFixed(1)} s here)`;
}

/** Breaks between words. */
function wrapped(text: string, width: number): string {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) as string;
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}
