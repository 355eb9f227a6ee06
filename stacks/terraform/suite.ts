/** What both systems' deployments have in common: tools, emulator, and the walk through the stages. */

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { Deployment, withWorkDir } from './deployment.ts';
import { startEmulator } from './emulator.ts';
import { type Census, type Held, heldBy } from './held.ts';
import { leaks } from './leaks.ts';
import { type CommandResult, findToolchain, type Toolchain, writeCliConfig } from './terraform.ts';

const ROOT = join(import.meta.dirname, '..', '..');

export interface Stage {
  readonly name: string;
  /** What the emulator must hold after the deployment. */
  readonly holds: (t: ExecutionContext, held: Held) => Promise<void>;
}

export const toolchain: Toolchain | { readonly missing: string } = await findToolchain(ROOT);

/**
 * Deploys each stage over the one before, plans again after each, and destroys the last.
 *
 * @param keptFamilies task definitions whose revisions stay when the stacks are destroyed
 */
export async function walkStages(
  t: ExecutionContext,
  system: 'logistics' | 'forum',
  stages: readonly Stage[],
  keptFamilies: readonly string[] = [],
): Promise<void> {
  if ('missing' in toolchain) throw new Error(toolchain.missing);
  const { node, providerVersion } = toolchain;
  const cliTools = toolchain;
  await withWorkDir(join(tmpdir(), `cutover-terraform-${system}-`), async (workDir) => {
    const emulator = await startEmulator(join(ROOT, '.cutover'));
    try {
      const cliConfig = await writeCliConfig(workDir, cliTools);
      const deployment = new Deployment({ root: ROOT, system, emulator, cliConfig, providerVersion, node, workDir });
      const held = heldBy(emulator);
      const before = await held.census();
      for (const { name, holds } of stages) {
        succeeded(t, await timed(t, `deploy ${name}`, () => deployment.deploy(name)), `cdktf deploy of ${name}`);
        t.deepEqual(await timed(t, 'validate', () => deployment.validate()), {}, `terraform validate of ${name}`);
        t.deepEqual(await timed(t, 'second plan', () => deployment.pendingChanges()), {}, `a second plan of ${name}`);
        const secrets = await held.secrets();
        t.true(system === 'forum' || secrets.length > 0, 'the keys are drawn');
        t.deepEqual(await leaks(secrets, deployment.outDir, deployment.said), [], `secrets in the open at ${name}`);
        await holds(t, held);
      }
      // What must be gone afterwards was there.
      t.true(Object.keys(grown(before, await held.census())).length > 10);
      const last = stages.at(-1)?.name ?? '';
      succeeded(t, await timed(t, 'destroy', () => deployment.destroy(last)), 'cdktf destroy');
      // Revisions that a roll-back may need outlive Terraform; docs/stacks.md says how they go.
      await held.deregisterKept(keptFamilies);
      t.deepEqual(grown(before, await held.census()), {}, 'left behind by cdktf destroy');
    } finally {
      await emulator.stop();
    }
  });
}

/** Its seconds end in the log, so that a suite that has grown slow says where. */
async function timed<T>(t: ExecutionContext, what: string, step: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await step();
  t.log(`${what}: ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  return result;
}

function succeeded(t: ExecutionContext, result: CommandResult, what: string): void {
  if (result.code !== 0) t.log(result.output.split('\n').slice(-60).join('\n'));
  t.is(result.code, 0, what);
}

/** What is there now and was not before, by kind. */
export function grown(before: Census, after: Census): Census {
  const added = Object.entries(after).map(([kind, names]) => [
    kind,
    names.filter((name) => !before[kind]?.includes(name)),
  ]) as [string, string[]][];
  return Object.fromEntries(added.filter(([, names]) => names.length > 0));
}
