/** The k6 binary for tests, or the reason to skip them. */
import { join } from 'node:path';
import { findK6 } from '../../local/toolchain/k6.ts';

const found = await findK6(join(import.meta.dirname, '..', '..', '.cutover'));

/** Null where there is none: `K6` names one, else it is looked for on PATH and where the launcher puts it. */
export const k6Binary: string | null = process.env['K6'] ?? found.path;
export const k6Missing = 'no k6 binary: set K6, or run ./cutover once';
