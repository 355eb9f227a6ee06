/** Findings on a terminal: grouped by rule, most severe first; the rule and what to do once for each group. */
import { type CheckReport, type Finding, SEVERITIES, type Severity } from '../../check/contracts.ts';
import { paint } from '../output.ts';

const COLOURS = { error: 'red', warning: 'yellow', advice: 'cyan' } as const;

/** Places of one rule that are listed; the rest is counted. `--json` has all. */
const MAX_PLACES = 20;
const MAX_VALUE_LENGTH = 200;

export function findingsView(report: CheckReport): string {
  const groups = SEVERITIES.flatMap((severity) =>
    Object.entries(
      Object.groupBy(
        report.findings.filter((f) => f.severity === severity),
        (f) => f.rule,
      ),
    ),
  );
  return [...groups.map(([rule, findings]) => groupView(rule, findings ?? [])), summary(report)].join('\n\n');
}

function groupView(rule: string, findings: readonly Finding[]): string {
  const [first] = findings as readonly [Finding, ...Finding[]];
  const page = first.page ? `  (${first.page})` : '';
  const isOneText = findings.every((f) => f.text === first.text);
  const isOneFix = findings.every((f) => f.fix === first.fix);
  return [
    `${paint(first.severity, COLOURS[first.severity])} ${paint(rule, 'bold')}${isOneText ? `: ${first.text}${page}` : ''}`,
    ...findings.slice(0, MAX_PLACES).flatMap((f) => placeView(f, { withText: !isOneText, withFix: !isOneFix })),
    ...(findings.length > MAX_PLACES ? [`  … and ${findings.length - MAX_PLACES} more (--json lists all)`] : []),
    ...(isOneFix ? [paint(`  fix: ${first.fix}`, 'dim')] : []),
  ].join('\n');
}

function placeView(f: Finding, { withText, withFix }: { withText: boolean; withFix: boolean }): string[] {
  const value = f.value === null ? '' : JSON.stringify(f.value);
  return [
    `  ${f.address || '(the stacks)'}`,
    `    ${f.message}${value ? paint(`  ${shortened(value)}`, 'dim') : ''}`,
    ...(withText ? [paint(`    rule: ${f.text}`, 'dim')] : []),
    ...(withFix ? [paint(`    fix: ${f.fix}`, 'dim')] : []),
  ];
}

const shortened = (text: string): string =>
  text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}…` : text;

function summary({ counts, passed, rules, strict }: CheckReport): string {
  const part = (severity: Severity, many: string): string =>
    `${counts[severity]} ${counts[severity] === 1 ? severity : many}`;
  const told = `${part('error', 'errors')}, ${part('warning', 'warnings')}, ${part('advice', 'pieces of advice')}`;
  const verdict = passed ? paint('passed', 'cyan') : paint('failed', 'red');
  return `${rules} rules: ${verdict}${strict ? ' (strict)' : ''}, ${told}`;
}
