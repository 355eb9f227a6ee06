/** Calls of AWS's API through AWS's SDK for Python, which comes with the emulator: for services that no other part needs. */
import { join } from 'node:path';
import type { Emulator } from './emulator.ts';

/** Service, operation and arguments as boto3 calls them, such as `['acm', 'list_certificates', {}]`. */
export type Call = readonly [service: string, operation: string, args: Readonly<Record<string, unknown>>];

// biome-ignore lint/suspicious/noExplicitAny: answers of any operation
export type Answer = any;

/** One process for all calls, one after the other. @throws Error with what AWS refused */
export type Ask = (...calls: readonly Call[]) => Promise<readonly Answer[]>;

export function askAt(emulator: Emulator): Ask {
  const talk = emulator.talk(join(import.meta.dirname, 'ask.py'), emulator.endpoint);
  return async (...calls) => {
    const { answers, refused } = JSON.parse(await talk.ask(JSON.stringify(calls)));
    if (refused !== undefined) throw new Error(refused);
    return answers;
  };
}
