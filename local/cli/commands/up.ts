/** `up`: start the plane on a stage or a folder; applied to a running plane it makes the difference, or does nothing. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { CutoverError } from '../../errors.ts';
import { ifAlive, isDamaged, type PlaneRecord, readRecord } from '../../run/control/state-file.ts';
import { reapLeftovers } from '../../run/processes/processes.ts';
import { print, printJson, progress } from '../output.ts';
import { stateDirOf } from '../paths.ts';
import { PlaneClient } from '../plane-client.ts';
import { type StartedPlane, startPlaneProcess } from '../plane-process.ts';
import { takeDownOwn } from '../take-down.ts';
import { outputsBlock } from '../views/outputs-block.ts';
import {
  Interrupted,
  interruptible,
  planeSettings,
  progressPrinter,
  type RunFlags,
  type SourceFlags,
  withPlane,
  withRun,
  withSource,
} from './shared.ts';
import { defaultsOf, namesNothing, refuseStartFlags, type Source, sourceDir } from './source.ts';

interface UpFlags extends RunFlags, SourceFlags {
  readonly detach?: boolean;
}

/** What is applied is not written over before the next is: a refused one must not be what `up` brings back. */
const SYNTH_FOLDERS = ['synth', 'synth-next'] as const;

export function addUp(program: Command): void {
  withRun(withSource(withPlane(program.command('up'))))
    .description('run a stage (or any synthesized folder) on this machine')
    .option('-d, --detach', 'leave the plane running and return')
    .action((flags: UpFlags) => up(flags));
}

const unknownBefore = (stateDir: string): CutoverError =>
  new CutoverError({
    code: 'STATE_UNREADABLE',
    address: join(stateDir, 'plane.json'),
    message: 'it is damaged: what the last plane ran is not known',
    fix: 'name it with --stage or --synth, and what that plane had accepted is brought back; or clear it with ./cutover down',
  });

async function up(flags: UpFlags): Promise<void> {
  const stateDir = stateDirOf(flags.portBase);
  const record = await readRecord(stateDir);
  const living = await ifAlive(record);
  if (living) return applyToRunning(flags, new PlaneClient(living));
  if (namesNothing(flags) && (await isDamaged(stateDir))) throw unknownBefore(stateDir);
  await interruptible(async (signal) => {
    const settings = await planeSettings(flags, { clockRate: 1, ...record });
    if (record?.dir)
      progress(
        `The last plane ended without ./cutover down; ${namesNothing(flags) ? 'bringing back what it ran' : 'what it had accepted is kept'}.`,
      );
    progress(`Starting the plane (clock rate ${settings.clockRate}) …`);
    const plane = await startPlaneProcess(settings);
    try {
      await applySource(flags, plane.client, signal);
    } catch (error) {
      // What a killed plane had accepted, orders on their way among it, outlives an `up` that fails.
      if (record) {
        await plane.client.down({ keepState: true });
        progress('What the last plane had accepted is kept: ./cutover up brings it back, ./cutover down clears it.');
      } else await takeDownOwn(plane.client);
      throw error;
    }
    await showOutputs(plane.client, Boolean(flags.json));
    if (flags.detach) return plane.release();
    await stayInForeground(plane, signal);
  });
}

async function applyToRunning(flags: UpFlags, client: PlaneClient): Promise<void> {
  refuseStartFlags(flags, client.record);
  if (namesNothing(flags)) progress('The plane is up already; nothing to apply.');
  else await interruptible((signal) => applyOrLeave(flags, client, signal));
  await showOutputs(client, Boolean(flags.json));
}

/** Ctrl-C ends this command, not the plane, which was there before it. */
async function applyOrLeave(flags: UpFlags, client: PlaneClient, signal: AbortSignal): Promise<void> {
  try {
    await applySource(flags, client, signal);
  } catch (error) {
    if (signal.aborted)
      progress('The plane goes on with what it has begun; ./cutover events -f shows it, ./cutover down stops it.');
    throw error;
  }
}

/** Applies what the flags name; with no flags, what the plane ran before it was killed, else the first stage. */
async function applySource(flags: UpFlags, client: PlaneClient, signal: AbortSignal): Promise<void> {
  const { record } = client;
  const source = namesNothing(flags) && record.dir ? ranBefore(record) : await newSource(flags, record, signal);
  signal.throwIfAborted();
  const { changes } = await client.apply(source, progressPrinter(), signal);
  if (changes.length === 0) progress('  no changes');
}

function ranBefore({ dir, stage, system = null }: PlaneRecord): Source {
  progress(`Applying what ran before (${stage ?? dir}) …`);
  return { dir: dir ?? '', stage, system };
}

function newSource(flags: UpFlags, record: PlaneRecord, signal: AbortSignal): Promise<Source> {
  const defaults = defaultsOf(flags, record);
  progress(`Applying ${flags.synth ?? `stage ${flags.stage ?? defaults.stage}`} …`);
  const folders = SYNTH_FOLDERS.map((name) => join(stateDirOf(flags.portBase), name));
  const outDir = folders.find((folder) => folder !== record.dir) ?? '';
  return sourceDir(flags, outDir, { ...defaults, signal });
}

async function showOutputs(client: PlaneClient, json: boolean): Promise<void> {
  const status = await client.status();
  if (json) printJson(status);
  else print(outputsBlock(status));
}

/** Shows what happens until Ctrl-C or the plane's end. @throws Interrupted; CutoverError PLANE_NOT_RUNNING where it ended by itself */
async function stayInForeground(plane: StartedPlane, signal: AbortSignal): Promise<void> {
  progress('Running; Ctrl-C stops everything.');
  try {
    const { lastEventId } = await plane.client.status();
    for await (const event of plane.client.followEvents(lastEventId, signal))
      progress(
        `${event.at.slice(11, 19)}  ${event.level === 'info' ? '' : `${event.level.toUpperCase()} `}${event.message}`,
      );
  } catch (error) {
    if (!signal.aborted && !(error instanceof CutoverError)) throw error;
  }
  if (signal.aborted) {
    progress('Stopping …');
    await takeDownOwn(plane.client);
    throw new Interrupted();
  }
  await tellEnd(plane);
}

/** Its end was not asked for here: another command took it down, or it died and has left what it had accepted. */
async function tellEnd({ client }: StartedPlane): Promise<void> {
  if (!(await client.ended())) throw client.unreachable('its answer broke off');
  const { pid, portBase } = client.record;
  if ((await readRecord(stateDirOf(portBase))) === null) return progress('The plane was taken down.');
  // Its warden ends its tasks in any case; nothing of them is left when this command ends.
  await reapLeftovers(stateDirOf(portBase));
  throw new CutoverError({
    code: 'PLANE_NOT_RUNNING',
    message: `the plane (pid ${pid}) ended by itself`,
    address: join(stateDirOf(portBase), 'plane.log'),
    fix: './cutover up brings it back with what it had accepted, ./cutover down clears it',
  });
}
