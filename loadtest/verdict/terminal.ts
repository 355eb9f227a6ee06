/** The terminal summary: ports and tasks by step, blue/green deployment, criteria, ledger, verdict. */
import { styleText } from 'node:util';
import { killLine } from './measure-kill.ts';
import type { RunRecord } from './record.ts';
import { scalingTables } from './scaling-tables.ts';
import { endLine, lifecycleRows, weightRows } from './shift-rows.ts';
import { stepRows } from './steps.ts';
import { clean, plainTable } from './tables.ts';
import { titleOf } from './title.ts';
import { excludedByReason, type Verdict, type VerdictWord } from './verdict.ts';

export interface SummaryOptions {
  /** Off where NO_COLOR is set or stdout is no terminal; the caller knows. */
  readonly color: boolean;
  /** Printed as the place of the report. */
  readonly reportDir?: string;
}

const COLOUR = { PASS: 'green', FAIL: 'red', INCONCLUSIVE: 'yellow' } as const;

/** The summary for this process's stdout: in colour where that is a terminal and NO_COLOR is not set. */
export function terminalSummary(record: RunRecord, verdict: Verdict, reportDir?: string): string {
  const color = process.stdout.isTTY === true && !process.env['NO_COLOR'];
  return renderSummary(record, verdict, { color, ...(reportDir ? { reportDir } : {}) });
}

export function renderSummary(record: RunRecord, verdict: Verdict, options: SummaryOptions): string {
  const word = (v: VerdictWord): string =>
    options.color ? styleText([COLOUR[v], 'bold'], v, { validateStream: false }) : v;
  const sections = [
    stepTable(record),
    blueGreenTables(record, verdict),
    scalingTables(record, verdict),
    criteriaTable(verdict, word),
    excludedLines(verdict),
    loadLine(verdict),
    ledgerLine(verdict),
    machineLine(verdict),
    clean(killLine(record)),
    clockLine(record),
    ...verdict.reasons.map((reason) => `  - ${clean(reason)}`),
    `${word(verdict.verdict)}  ${clean(titleOf(record, ' -> '))}`,
    options.reportDir ? `Report: ${options.reportDir}` : '',
  ];
  return `${sections.filter(Boolean).join('\n')}\n`;
}

/** Rows of one moment follow one another; its name is printed once. */
function stepTable(record: RunRecord): string {
  const rows = stepRows(record);
  if (rows.length === 0) return '';
  const table = plainTable(['step', 'service', 'revision', 'instance', 'tasks', 'host ports']);
  let before = '';
  for (const row of rows) {
    const moment = row.moment === before ? '' : row.moment;
    before = row.moment;
    table.push([moment, row.service, row.taskDefinition, row.where, row.tasks, row.ports.join(' ')].map(clean));
  }
  return `Tasks and ports before and after each step\n${table.toString()}\n`;
}

function blueGreenTables(record: RunRecord, verdict: Verdict): string {
  const { blueGreen } = verdict;
  if (!blueGreen) return '';
  const startMs = record.stages[0]?.startedAtMs ?? record.startedAtMs;
  const events = plainTable(['deployment', 'event', 'status', 'hook', 'began', 'took']);
  const rows = lifecycleRows(blueGreen, startMs);
  for (const { message: _message, ...row } of rows) events.push(Object.values(row).map(clean));
  const told = rows.filter((row) => row.status !== 'Succeeded' && row.message);
  const weights = plainTable(["new version's weight", 'from', 'lasted', 'answers', 'its share']);
  for (const row of weightRows(blueGreen, startMs)) weights.push(Object.values(row).map(clean));
  const messages = told.map((row) => `${clean(row.event)}: ${clean(row.message)}`);
  return [`Blue/green ${clean(endLine(blueGreen))}`, events.toString(), ...messages, weights.toString(), ''].join('\n');
}

function criteriaTable(verdict: Verdict, word: (v: VerdictWord) => string): string {
  const table = plainTable(['criterion', 'value', 'bound', 'samples', '']);
  for (const c of verdict.criteria) {
    const value = c.value === null ? 'none' : `${c.value} ${c.unit}`;
    table.push([c.name, value, c.bound, String(c.samples), word(c.verdict)]);
  }
  return `${table.toString()}\n`;
}

function excludedLines(verdict: Verdict): string {
  return excludedByReason(verdict)
    .map(([reason, names]) => `Not part of this run: ${names.join(', ')} (${clean(reason)})`)
    .join('\n');
}

function loadLine(verdict: Verdict): string {
  const loads = verdict.loads.map(
    ({ system, requests, scenario, ratePerSecond: from, peakPerSecond: to }) =>
      `${system}: ${requests} by ${scenario} at ${to > from ? `${from} to ${to}` : from}/s`,
  );
  const versions = verdict.versions.map(({ version, answers }) => `${version ?? 'no version'} ${answers}`);
  const by = versions.length > 0 ? `\nAnswers by version: ${versions.map(clean).join(', ')}` : '';
  return loads.length > 0 ? `Load: ${loads.join('; ')}${by}` : '';
}

function ledgerLine(verdict: Verdict): string {
  if (!verdict.ledger) return '';
  const { sent, fulfilled, duplicated, lost, rejected, deadLettered } = verdict.ledger;
  const harmed = verdict.harmed.count > 0 ? `; ${verdict.harmed.count} harmed: ${verdict.harmed.ids.join(', ')}` : '';
  return `Ledger: ${sent} sent, ${fulfilled} fulfilled once, ${duplicated} duplicated, ${lost} lost, ${rejected} rejected, ${deadLettered} dead-lettered${clean(harmed)}`;
}

function machineLine({ machineBusyPercent, environment }: Verdict): string {
  if (machineBusyPercent === null) return '';
  return `Machine: ${environment['cores']} cores, ${machineBusyPercent} % busy on average.`;
}

function clockLine(record: RunRecord): string {
  if (record.clockRate === 1) return '';
  const seconds = (60 / record.clockRate).toFixed(1);
  return `Clock rate ${record.clockRate}: a real minute of control time took ${seconds} s; requests ran in real time.`;
}
