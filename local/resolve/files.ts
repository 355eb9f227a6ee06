/** Files that stacks name: packages of functions, sources of objects. Found beside the stack, read once, never written. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { CutoverError, type Problem } from '../errors.ts';
import type { Report } from './report.ts';

export interface FoundFile {
  /** Absolute path. */
  readonly file: string;
  readonly bytes: Buffer;
  /** SHA-256 of the bytes, hex. */
  readonly digest: string;
}

/** Of a file that an expression reads: as large as a direct upload of a function's package. */
export const MAX_READ_BYTES = 50 * 2 ** 20;

/**
 * @param folder of the stack, whose working directory Terraform runs in
 * @returns the file, or why it cannot be read
 */
export function findFile(folder: string, path: string, maxBytes: number): FoundFile | string {
  if (path === '') return 'its name is empty';
  const file = isAbsolute(path) ? path : resolve(folder, path);
  try {
    const info = statSync(file);
    if (!info.isFile()) return 'it is not a file';
    if (info.size > maxBytes) return `it has ${info.size} bytes; at most ${maxBytes} are read`;
    const bytes = readFileSync(file);
    return { file, bytes, digest: digestOf(bytes) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'there is no such file' : message;
  }
}

/** What expressions read files with. @throws CutoverError FILE_UNREADABLE where it must be there */
export const fileReader =
  (folder: string) =>
  (path: string, mustExist: boolean): Buffer | null => {
    const found = findFile(folder, path, MAX_READ_BYTES);
    if (typeof found !== 'string') return found.bytes;
    if (mustExist) throw new CutoverError(fileProblem(path, found));
    return null;
  };

export const digestOf = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

export function reportFile(report: Report, attribute: string, path: string, why: string): void {
  const { code, ...problem } = fileProblem(path, why);
  report.problem(code, attribute, problem);
}

export const fileProblem = (path: string, why: string): Problem => ({
  code: 'FILE_UNREADABLE',
  message: `the file ${path} cannot be read: ${why}`,
  value: path,
  rule: 'a path is relative to the folder of its stack (in cdktf.out: stacks/NAME/)',
  fix: 'build or synthesize it again, or correct the path',
});
