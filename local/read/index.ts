/** Reading: synthesized JSON from disk, and the strict schema of what it may hold. */
export type { RawStack, RawStacks } from './raw.ts';
export { readStacks } from './read-stacks.ts';
