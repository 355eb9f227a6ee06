/** Resolving: raw stacks → the frozen topology. */
export { type FidelityRow, fidelityTable } from './kinds/index.ts';
export { type ResolveOptions, resolve } from './resolve.ts';
