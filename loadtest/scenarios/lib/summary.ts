/** What only k6 itself can count, for the record: the iterations that it dropped. */
import type { LoadPlan } from './options.ts';

interface SummaryData {
  readonly metrics: Readonly<Record<string, { readonly values: Readonly<Record<string, number>> } | undefined>>;
}

export function summaryFile(plan: LoadPlan, data: SummaryData): Record<string, string> {
  const count = (name: string): number => data.metrics[name]?.values['count'] ?? 0;
  const summary = { iterations: count('iterations'), droppedIterations: count('dropped_iterations') };
  return { [plan.summaryFile]: JSON.stringify(summary) };
}
