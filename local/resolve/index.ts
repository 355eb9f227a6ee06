/** Resolving: raw stacks → the frozen topology. */
export { fidelityTable } from './kinds.ts';
export { type ResolveOptions, resolve } from './resolve.ts';
