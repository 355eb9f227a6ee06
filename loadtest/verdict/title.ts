/** What a run was, in a few words. Pure. */
import type { RunRecord } from './record.ts';

/** @param arrow between two stages */
export function titleOf(record: RunRecord, arrow: string): string {
  const stages = record.stages.map((stage) => stage.name).join(arrow) || record.target;
  return `${record.system} ${stages}${stepOf(record)}`;
}

function stepOf({ drill, blueGreen, kill }: RunRecord): string {
  if (kill) return `, kill ${kill.what}`;
  if (drill) return `, drill ${drill.service}:${drill.tag}`;
  if (!blueGreen) return '';
  const fault = blueGreen.fault === 'none' ? '' : ` (${blueGreen.fault})`;
  return `, ${blueGreen.kind} ${blueGreen.service}:${blueGreen.tag}${fault}`;
}
