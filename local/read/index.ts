/** Reading: synthesized JSON from disk, and the strict schema of what it may hold. */
export { type RawStack, type RawStacks, readStacks } from './read-stacks.ts';
