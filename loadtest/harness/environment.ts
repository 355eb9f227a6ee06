/** The machine that a run was made on, for the record. */
import { execFile } from 'node:child_process';
import { availableParallelism, totalmem } from 'node:os';
import { promisify } from 'node:util';
import type { RunRecord } from '../verdict/record.ts';

const run = promisify(execFile);
const BYTES_PER_MIB = 1024 * 1024;

export async function describeEnvironment(k6: string): Promise<RunRecord['environment']> {
  const version = await run(k6, ['version'], { timeout: 20_000 }).then(
    ({ stdout }) => /v(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? 'unknown',
    () => 'unknown',
  );
  return {
    platform: process.platform,
    cores: availableParallelism(),
    memoryMiB: Math.round(totalmem() / BYTES_PER_MIB),
    node: process.versions.node,
    k6: version,
  };
}
