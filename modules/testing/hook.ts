/** A small function to package in tests. */
import { setTimeout as wait } from 'node:timers/promises';

export async function handler(event: { readonly afterMs: number }): Promise<string> {
  await wait(event.afterMs);
  return 'Succeeded';
}
