/** `plan`: what `up` would add, change, replace and remove. `synth`: the stage's JSON. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { Option } from 'commander';
import { checkSource } from '../../run/check-source.ts';
import type { Change } from '../../run/contracts.ts';
import { ifAlive, readRecord } from '../../run/control/state-file.ts';
import { pairs, STAGES, someText } from '../options.ts';
import { paint, print, printJson, progress } from '../output.ts';
import { root, stateDirOf } from '../paths.ts';
import { PlaneClient } from '../plane-client.ts';
import { synth } from '../synth.ts';
import {
  interruptible,
  planeSettings,
  type RunFlags,
  type SourceFlags,
  withPlane,
  withRun,
  withSource,
  withTemporaryFolder,
} from './shared.ts';
import { defaultsOf, namesNothing, refuseStartFlags, sourceDir } from './source.ts';

export function addPlan(program: Command): void {
  withRun(withSource(withPlane(program.command('plan'))))
    .description('what up would add, change, replace or remove')
    .action(async (flags: RunFlags & SourceFlags) => {
      const changes = await interruptible((signal) => withTemporaryFolder((dir) => plan(flags, dir, signal)));
      if (flags.json) printJson({ version: 1, changes });
      else print(planView(changes));
    });
  program
    .command('synth')
    .description('write the stage’s cdktf output')
    .addOption(new Option('--stage <stage>', 'stage of the project’s own stacks').choices(STAGES))
    .addOption(new Option('--system <system>', 'which of the project’s systems').choices(['logistics', 'forum', 'all']))
    .option('--tag <service=tag>', 'image tag instead of the stage’s (repeatable)', pairs)
    .addOption(new Option('--out <dir>', 'where to').default('cdktf.out').argParser(someText))
    .option('--json', 'print the result as JSON')
    .action(async (flags: SourceFlags & { out: string; json?: boolean }) => {
      const outDir = await interruptible((signal) =>
        synth({
          root,
          outDir: resolve(flags.out),
          signal,
          ...(flags.stage ? { stage: flags.stage } : {}),
          ...(flags.system ? { system: flags.system } : {}),
          ...(flags.tag ? { tags: flags.tag } : {}),
        }),
      );
      if (flags.json) printJson({ version: 1, out: outDir });
      else progress(`Wrote ${outDir}`);
    });
}

/** Against the running plane where there is one, else against nothing. */
async function plan(flags: RunFlags & SourceFlags, dir: string, signal: AbortSignal): Promise<readonly Change[]> {
  const record = await readRecord(stateDirOf(flags.portBase));
  const living = await ifAlive(record);
  const running = living && new PlaneClient(living);
  if (running) refuseStartFlags(flags, running.record);
  // A folder that was given runs as it is; a stage is synthesized anew, as its sources may have changed.
  const given = namesNothing(flags) && record?.stage === null ? record.dir : null;
  const source = given ? { dir: given } : await sourceDir(flags, dir, { ...defaultsOf(flags, record), signal });
  if (running) return (await running.plan(source.dir)).changes;
  return checkSource(source.dir, await planeSettings(flags, { clockRate: 1, ...record }));
}

const SIGN = { create: '+', update: '~', replace: '±', delete: '-' } as const;
const COLOUR = { create: 'green', update: 'yellow', replace: 'yellow', delete: 'red' } as const;

function planView(changes: readonly Change[]): string {
  if (changes.length === 0) return 'No changes.';
  const count = (action: Change['action']): number => changes.filter((c) => c.action === action).length;
  return [
    ...changes.map((c) =>
      paint(`${SIGN[c.action]} ${c.address}${c.changed.length ? `  (${c.changed.join(', ')})` : ''}`, COLOUR[c.action]),
    ),
    `Plan: ${count('create')} to add, ${count('update')} to change, ${count('replace')} to replace, ${count('delete')} to remove.`,
  ].join('\n');
}
