/** `processes.json` in the state folder: what a plane started, so that the next one can end it if all else was killed. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KnownChild } from './members.ts';

/** What the warden, and the next plane, need to end everything of a run. */
export interface RunRecord {
  readonly version: 1;
  /** All markers of this run begin with `<runId>.`. */
  readonly runId: string;
  readonly plane: { readonly pid: number; readonly start: string | null };
  readonly warden: { readonly pid: number; readonly start: string | null } | null;
  readonly children: readonly KnownChild[];
  /** Removed once everything has ended. */
  readonly tempDirs: readonly string[];
}

export const runFileOf = (stateDir: string): string => join(stateDir, 'processes.json');

/** Synchronous on purpose: a child must be on the list before anything else can happen to the plane. */
export function writeRun(stateDir: string, record: RunRecord): void {
  const file = runFileOf(stateDir);
  try {
    writeFileSync(`${file}.new`, JSON.stringify(record), { mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.new`, JSON.stringify(record), { mode: 0o600 });
  }
  renameSync(`${file}.new`, file);
}

/** @returns null where there is none, or it is not one of ours */
export function readRun(stateDir: string): RunRecord | null {
  try {
    const record = JSON.parse(readFileSync(runFileOf(stateDir), 'utf8')) as RunRecord;
    const whole = record.version === 1 && /^[0-9a-f]{16,}$/.test(record.runId) && Array.isArray(record.children);
    return whole ? record : null;
  } catch {
    return null;
  }
}

/** Removes the file where it is still this run's. */
export function removeRun(stateDir: string, runId: string): void {
  if (readRun(stateDir)?.runId === runId) rmSync(runFileOf(stateDir), { force: true });
}
