/** Functions of files beside the stack. Reading is the scope's business; what becomes of the bytes is here. */
import { createHash } from 'node:crypto';

const hash =
  (algorithm: string, encoding: 'hex' | 'base64' = 'hex') =>
  (bytes: Buffer): string =>
    createHash(algorithm).update(bytes).digest(encoding);

/** @throws Error where the bytes are no text */
export function textOfFile(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error('the file is not UTF-8 text; use filebase64()');
  }
}

/** Functions of one path. `fileexists` and `templatefile` are the evaluator's: they need more than the bytes. */
export const FILE_FUNCTIONS: Readonly<Record<string, (bytes: Buffer) => string>> = {
  file: textOfFile,
  filebase64: (bytes) => bytes.toString('base64'),
  filemd5: hash('md5'),
  filesha1: hash('sha1'),
  filesha256: hash('sha256'),
  filesha512: hash('sha512'),
  filebase64sha256: hash('sha256', 'base64'),
  filebase64sha512: hash('sha512', 'base64'),
};

export const isFileFunction = (name: string): boolean =>
  Object.hasOwn(FILE_FUNCTIONS, name) || name === 'fileexists' || name === 'templatefile';
