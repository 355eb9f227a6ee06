/** Removes what a build worked in where it was ended from outside: buildah and podman leave it in their storage. */
import { tmpdir } from 'node:os';
import type { Builder } from './builders.ts';
import { runBuilder } from './run.ts';

const TIMEOUT_MS = 60_000;

/** @param begun ids of the containers that the build has begun with; other builds' stay @returns ids that are still there */
export async function removeWorking(
  { name, env, working }: Builder,
  begun: ReadonlySet<string>,
): Promise<readonly string[]> {
  if (!working || begun.size === 0) return [];
  const run = (args: readonly string[]) =>
    runBuilder(name, args, { cwd: tmpdir(), env: { ...process.env, ...env }, timeoutMs: TIMEOUT_MS });
  const left = async (): Promise<readonly string[]> =>
    (await run(working.list)).output.split('\n').filter((id) => begun.has(id));
  const ids = await left();
  if (ids.length === 0) return [];
  await run(working.remove(ids));
  return left();
}
