/** The state file's secret, which every control route but `hello` asks for. */
import { timingSafeEqual } from 'node:crypto';

/** @param given the value of `x-cutover-token` */
export function isToken(token: string, given: string | string[] | undefined): boolean {
  if (typeof given !== 'string') return false;
  const [a, b] = [Buffer.from(token), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
