/** Where reports go, looked at before a load of minutes, which would otherwise end without its report. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CutoverError } from '../errors.ts';

/** @throws CutoverError STATE_UNWRITABLE where the folder is none, or cannot be made or written to */
export async function checkReportFolder(folder: string): Promise<void> {
  for (let path = resolve(folder); ; path = dirname(path)) {
    const problem = await problemOf(path);
    if (problem === 'missing' && path !== dirname(path)) continue;
    if (problem === null) return;
    throw new CutoverError({
      code: 'STATE_UNWRITABLE',
      address: '--report',
      message: `reports cannot be written there: ${path} ${problem}`,
      value: folder,
      fix: 'name another folder with --report, or make it writable',
    });
  }
}

async function problemOf(path: string): Promise<string | null> {
  try {
    if (!(await stat(path)).isDirectory()) return 'is no folder';
    await access(path, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Below a file: the file is what the next look finds.
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing';
    return code === 'EACCES' || code === 'EROFS' ? 'may not be written to' : `cannot be used: ${message}`;
  }
}
