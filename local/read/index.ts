/** Reading: synthesized JSON from disk. */
export { type RawStack, type RawStacks, readStacks } from './read-stacks.ts';
