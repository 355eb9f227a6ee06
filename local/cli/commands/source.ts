/** Where a command's JSON comes from: a folder that was given, or a stage that is synthesized for it. */
import { resolve } from 'node:path';
import { CutoverError } from '../../errors.ts';
import type { PlaneRecord } from '../../run/control/state-file.ts';
import { root } from '../paths.ts';
import { synth } from '../synth.ts';
import type { RunFlags, SourceFlags } from './shared.ts';

/** A first `up` shows the workshop's starting point, where its curl line works. */
const FIRST_STAGE = 'monolith';

/** Whether no flag says what is to run. */
export const namesNothing = ({ stage, synth, system, tag }: SourceFlags): boolean =>
  [stage, synth, system, tag].every((flag) => flag === undefined);

export interface Source {
  readonly dir: string;
  /** Null where the folder was given. */
  readonly stage: string | null;
  /** Null where it is the stacks' own default. */
  readonly system: string | null;
}

export interface SourceDefaults {
  readonly stage: string;
  /** Default: the stacks' own. */
  readonly system?: string | null;
  readonly signal?: AbortSignal;
}

/** The JSON to run: `--synth` as it is, or the stage synthesized into `outDir`. */
export async function sourceDir(flags: SourceFlags, outDir: string, defaults: SourceDefaults): Promise<Source> {
  if (flags.synth !== undefined) return { dir: resolve(flags.synth), stage: null, system: null };
  const stage = flags.stage ?? defaults.stage;
  const system = flags.system ?? (process.env['CUTOVER_SYSTEM'] || (defaults.system ?? null));
  const dir = await synth({
    root,
    outDir,
    stage,
    ...(system ? { system } : {}),
    ...(flags.tag ? { tags: flags.tag } : {}),
    ...(defaults.signal ? { signal: defaults.signal } : {}),
  });
  return { dir, stage, system };
}

/**
 * What flags that leave the stage out mean on a plane that runs, or ran: its own stage and system.
 * @throws CutoverError BAD_FLAG where it runs a folder, of which there are no stages
 */
export function defaultsOf(flags: SourceFlags, record: PlaneRecord | null): { stage: string; system: string | null } {
  const { stage = null, dir = null, system = null } = record ?? {};
  const named = flags.tag ? '--tag' : '--system';
  if (dir !== null && stage === null && flags.stage === undefined && (flags.tag || flags.system))
    throw new CutoverError({
      code: 'BAD_FLAG',
      address: named,
      message: `it is about the project’s own stacks, and the plane runs ${dir}`,
      value: flags.tag ?? flags.system,
      fix: 'add --stage to run the project’s own stacks in its place',
    });
  return { stage: stage ?? FIRST_STAGE, system };
}

/** @throws CutoverError BAD_FLAG for flags that only the start of a plane takes */
export function refuseStartFlags(flags: RunFlags, record: PlaneRecord): void {
  const names = ['clockRate', 'image', 'allow'] as const;
  const fixed = names.filter((name) => flags[name] !== undefined);
  if (fixed.length === 0 || (fixed.length === 1 && flags.clockRate === record.clockRate)) return;
  throw new CutoverError({
    code: 'BAD_FLAG',
    message: `these flags are set when a plane starts, and one is running (pid ${record.pid}): ${fixed.join(', ')}`,
    value: Object.fromEntries(fixed.map((name) => [name, flags[name]])),
    fix: './cutover down, then up with the flags',
  });
}
