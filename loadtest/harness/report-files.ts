/** Writes a run's report folder, and judges a record again. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CutoverError, ExitCode } from '../../local/errors.ts';
import { CRITERIA } from '../criteria.ts';
import { renderHtml } from '../verdict/html/page.ts';
import { judge } from '../verdict/judge.ts';
import type { RunRecord } from '../verdict/record.ts';
import { upgradeRecord } from '../verdict/upgrade.ts';
import type { Verdict } from '../verdict/verdict.ts';

export interface RunResult {
  readonly verdict: Verdict;
  readonly record: RunRecord;
  /** Holds verdict.json, record.json and report.html. */
  readonly reportDir: string;
  readonly exitCode: ExitCode;
}

/** Judges, writes `<root>/<UTC time stamp>/`, and gives the exit code that the verdict means. */
export async function report(record: RunRecord, root: string): Promise<RunResult> {
  const verdict = judge(record, CRITERIA);
  const stamp = new Date(record.startedAtMs).toISOString().replace(/[:.]/g, '-');
  const reportDir = join(root, stamp);
  await mkdir(reportDir, { recursive: true });
  await writeFile(join(reportDir, 'record.json'), `${JSON.stringify(record)}\n`);
  await writeFile(join(reportDir, 'verdict.json'), `${JSON.stringify(verdict, null, 2)}\n`);
  await writeFile(join(reportDir, 'report.html'), renderHtml(record, verdict));
  return { verdict, record, reportDir, exitCode: exitCodeOfVerdict(verdict) };
}

export function exitCodeOfVerdict(verdict: Verdict): ExitCode {
  if (verdict.verdict === 'PASS') return ExitCode.pass;
  return verdict.verdict === 'FAIL' ? ExitCode.fail : ExitCode.inconclusive;
}

/**
 * Judges a stored record again with the criteria of today.
 *
 * @throws CutoverError INVALID_CONFIG where the file is no record of a version that is known
 */
export async function rejudge(
  recordFile: string,
): Promise<{ record: RunRecord; verdict: Verdict; exitCode: ExitCode }> {
  const record = await readRecord(recordFile);
  const verdict = judge(record, CRITERIA);
  return { record, verdict, exitCode: exitCodeOfVerdict(verdict) };
}

async function readRecord(file: string): Promise<RunRecord> {
  const refuse = (message: string): CutoverError =>
    new CutoverError({ code: 'INVALID_CONFIG', address: file, message, fix: 'name a record.json of a report folder' });
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw refuse(`the record cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const record = upgradeRecord(value);
  if (typeof record === 'string') throw refuse(record);
  return record;
}
