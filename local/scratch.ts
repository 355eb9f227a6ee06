/**
 * Temporary folders, each of one process. A killed process cannot clear up after itself: its folders, which its pid names,
 * go when the next one is made, and at `down`.
 */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { scratchDir } from './cli/paths.ts';
import { asDiskError, isAlive } from './run/control/state-file.ts';
import { startOf } from './run/processes/table.ts';

/** `<purpose>-<pid>-<start in ticks, 0 where it is not told in ticks>-<random>` */
const NAME = /^[a-z]+-(\d+)-(\d+)-[A-Za-z0-9]{6}$/;

/**
 * @param purpose lower-case letters, for whoever finds the folder
 * @throws CutoverError STATE_UNWRITABLE
 */
export async function makeScratch(purpose: string, home: string = scratchDir): Promise<string> {
  const start = startOf(process.pid) ?? '';
  try {
    await sweepScratch(home);
    await mkdir(home, { recursive: true, mode: 0o700 });
    return await mkdtemp(join(home, `${purpose}-${process.pid}-${/^\d+$/.test(start) ? start : '0'}-`));
  } catch (error) {
    throw asDiskError(error, home);
  }
}

/** A temporary folder that is gone afterwards, whatever happens. */
export async function withScratch<T>(
  purpose: string,
  use: (dir: string) => Promise<T>,
  home: string = scratchDir,
): Promise<T> {
  const dir = await makeScratch(purpose, home);
  try {
    return await use(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Clears what processes have left that are no more. @returns the names of those folders */
export async function sweepScratch(home: string = scratchDir): Promise<readonly string[]> {
  const names = await readdir(home).catch(() => []);
  const left: string[] = [];
  for (const name of names) {
    const [, pid, ticks] = NAME.exec(name) ?? [];
    if (pid === undefined) continue;
    if (await isAlive({ pid: Number(pid), startTicks: ticks === '0' ? null : (ticks ?? null) })) continue;
    await rm(join(home, name), { recursive: true, force: true });
    left.push(name);
  }
  return left;
}
