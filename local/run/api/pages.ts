/** Pages of a list, by key: a page begins after the last key of the one before, so a changing list skips nothing. */
import { ApiError } from '../contracts.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** Undefined on the last page. */
  readonly next: string | undefined;
}

/**
 * @param options.token what an earlier page gave as `next`
 * @param options.max items a page
 * @param options.errorCode AWS's name for a bad token, default InvalidParameterException
 */
export function paginate<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  options: { readonly token?: string | undefined; readonly max: number; readonly errorCode?: string },
): Page<T> {
  const after = options.token === undefined ? null : readToken(options.token, options.errorCode);
  const sorted = all
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => after === null || key > after)
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const page = sorted.slice(0, options.max);
  const last = page.at(-1);
  return {
    items: page.map(({ item }) => item),
    next: sorted.length > page.length && last ? writeToken(last.key) : undefined,
  };
}

export function writeToken(key: string): string {
  return Buffer.from(`k:${key}`).toString('base64url');
}

/** @throws ApiError where the token is none of ours */
export function readToken(token: string, errorCode = 'InvalidParameterException'): string {
  const key = Buffer.from(token, 'base64url').toString('utf8');
  if (!key.startsWith('k:') || writeToken(key.slice(2)) !== token) throw new ApiError(errorCode, 'Invalid token.');
  return key.slice(2);
}
