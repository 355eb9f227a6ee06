/** Paths on an instance, and where they are on this machine. Pure. */
import { join, posix } from 'node:path';

/** An absolute path without `.`, `..`, doubled or trailing slashes: it can name nothing above `/`. */
export function absolutePath(path: string, cwd = '/'): string {
  const clean = path.replaceAll('\0', '');
  const full = posix.normalize(posix.resolve('/', cwd, clean === '' ? '.' : clean));
  return full.startsWith('/') ? full : '/';
}

/** A path of the instance in its folder on this machine: never outside it. */
export const inFolder = (folder: string, path: string): string => join(folder, ...absolutePath(path).split('/'));
