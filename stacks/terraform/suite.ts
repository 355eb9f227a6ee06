/** What both systems' deployments have in common: tools, emulator, and the walk through the stages. */

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { Deployment, withWorkDir } from './deployment.ts';
import { startEmulator } from './emulator.ts';
import { type Held, heldBy } from './held.ts';
import { type CommandResult, findToolchain, type Toolchain, writeCliConfig } from './terraform.ts';

const ROOT = join(import.meta.dirname, '..', '..');

export interface Stage {
  readonly name: string;
  /** What the emulator must hold after the deployment. */
  readonly holds: (t: ExecutionContext, held: Held) => Promise<void>;
}

export const toolchain: Toolchain | { readonly missing: string } = await findToolchain(ROOT);

/** Deploys each stage over the one before, plans again after each, and destroys the last. */
export async function walkStages(
  t: ExecutionContext,
  system: 'logistics' | 'forum',
  stages: readonly Stage[],
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
      for (const stage of stages) {
        succeeded(t, await deployment.deploy(stage.name), `cdktf deploy of ${stage.name}`);
        t.deepEqual(await deployment.validate(), {}, `terraform validate of ${stage.name}`);
        t.deepEqual(await deployment.pendingChanges(), {}, `a second plan of ${stage.name}`);
        await stage.holds(t, held);
      }
      succeeded(t, await deployment.destroy(stages.at(-1)?.name ?? ''), 'cdktf destroy');
      t.deepEqual(grown(before, await held.census()), {}, 'left behind by cdktf destroy');
    } finally {
      await emulator.stop();
    }
  });
}

function succeeded(t: ExecutionContext, result: CommandResult, what: string): void {
  if (result.code !== 0) t.log(result.output.split('\n').slice(-60).join('\n'));
  t.is(result.code, 0, what);
}

function grown(before: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>) {
  return Object.fromEntries(Object.entries(after).filter(([kind, count]) => count > (before[kind] ?? 0)));
}
