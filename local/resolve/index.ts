/** Resolving: raw stacks → the frozen topology. */
export { type FidelityRow, fidelityTable } from './kinds/index.ts';
export { examine, type ResolveOptions, resolve } from './resolve.ts';
