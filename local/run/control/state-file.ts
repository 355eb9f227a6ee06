/** `plane.json` in the state folder: how a command finds the running plane. Readable by its owner only. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CutoverError } from '../../errors.ts';
import { startOf } from '../processes/table.ts';

export interface PlaneRecord {
  readonly version: 1;
  readonly pid: number;
  /** When the process started, so that a reused pid is not taken for the plane (processes/table.ts); null: not known. */
  readonly startTicks: string | null;
  readonly portBase: number;
  readonly clockRate: number;
  /** Secret for the control routes. */
  readonly token: string;
  readonly endpoint: string;
  /** What was applied last, so that `up` after a crash brings the same back. */
  readonly stage: string | null;
  readonly dir: string | null;
  /** Which of the project's systems the stage was synthesized of. Missing in older records; null: not told. */
  readonly system?: string | null;
  /** With what it was started, so that the next `up` needs to be told nothing. Missing in older records. */
  readonly images?: Readonly<Record<string, string>>;
  readonly allow?: readonly string[];
  readonly startedAt: string;
}

export const newToken = (): string => randomBytes(24).toString('hex');

const DISK_CODES: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO']);

/**
 * What a full, read-only or forbidden disk throws, as an error of the machine; every other error as it is.
 * @param dir what is being written: the plane's state folder, or another folder of the project's own
 */
export function asDiskError(error: unknown, dir: string): unknown {
  const { code, message, path } = (error ?? {}) as NodeJS.ErrnoException;
  const writes = path === undefined || path.startsWith(dir);
  if (!(error instanceof Error) || !DISK_CODES.has(code) || !writes) return error;
  const problem = {
    code: 'STATE_UNWRITABLE',
    address: dir,
    message: `it cannot be written: ${message}`,
    fix: 'free space there, or make it writable',
  } as const;
  return new CutoverError(problem, { cause: error });
}

/** Is there a record that cannot be read? Cut off, say, or of another version. */
export async function isDamaged(stateDir: string): Promise<boolean> {
  return existsSync(join(stateDir, 'plane.json')) && (await readRecord(stateDir)) === null;
}

/** @returns null where there is no record or it cannot be read */
export async function readRecord(stateDir: string): Promise<PlaneRecord | null> {
  try {
    const record = JSON.parse(await readFile(join(stateDir, 'plane.json'), 'utf8')) as PlaneRecord;
    return record.version === 1 && Number.isInteger(record.pid) ? record : null;
  } catch {
    return null;
  }
}

export async function writeRecord(stateDir: string, record: PlaneRecord): Promise<void> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const file = join(stateDir, 'plane.json');
  await writeFile(`${file}.new`, JSON.stringify(record, null, 2), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

export async function removeState(stateDir: string): Promise<void> {
  await rm(stateDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** @returns null where there is no record, it cannot be read, or its plane does not live */
export async function readLiving(stateDir: string): Promise<PlaneRecord | null> {
  return ifAlive(await readRecord(stateDir));
}

/** The record of a plane that lives, else null. */
export async function ifAlive(record: PlaneRecord | null): Promise<PlaneRecord | null> {
  return record && (await isAlive(record)) ? record : null;
}

/** Is the recorded process alive, and still the same process? Without a start time any process of that pid counts. */
export async function isAlive({ pid, startTicks }: Pick<PlaneRecord, 'pid' | 'startTicks'>): Promise<boolean> {
  if (startTicks !== null) return startOf(pid) === startTicks;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
