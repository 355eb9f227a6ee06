/** `up`: start the plane on a stage or a folder; applied to a running plane it makes the difference, or does nothing. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { CutoverError } from '../../errors.ts';
import { isAlive, readRecord } from '../../run/control/state-file.ts';
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
  sourceDir,
  withPlane,
  withRun,
  withSource,
} from './shared.ts';

interface UpFlags extends RunFlags, SourceFlags {
  readonly detach?: boolean;
}

/** A first `up` shows the workshop's starting point, where its curl line works. */
const FIRST_STAGE = 'monolith';

export function addUp(program: Command): void {
  withRun(withSource(withPlane(program.command('up'))))
    .description('run a stage (or any synthesized folder) on this machine')
    .option('-d, --detach', 'leave the plane running and return')
    .action((flags: UpFlags) => up(flags));
}

async function up(flags: UpFlags): Promise<void> {
  const stateDir = stateDirOf(flags.portBase);
  const record = await readRecord(stateDir);
  if (record && (await isAlive(record))) return applyToRunning(flags, new PlaneClient(record));
  await interruptible(async (signal) => {
    const settings = await planeSettings(flags, { clockRate: record?.clockRate ?? 1 });
    if (record?.dir) progress('The last plane ended without ./cutover down; bringing back what it ran.');
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
  const names = ['clockRate', 'image', 'allow'] as const;
  const fixed = names.filter((name) => flags[name] !== undefined);
  if (fixed.length > 0 && !(fixed.length === 1 && flags.clockRate === client.record.clockRate))
    throw new CutoverError({
      code: 'BAD_FLAG',
      message: `these flags are set when a plane starts, and one is running (pid ${client.record.pid}): ${fixed.join(', ')}`,
      value: Object.fromEntries(fixed.map((name) => [name, flags[name]])),
      fix: './cutover down, then up with the flags',
    });
  const named = flags.stage ?? flags.synth ?? flags.tag ?? flags.system;
  if (named === undefined) progress('The plane is up already; nothing to apply.');
  else await interruptible((signal) => applySource(flags, client, signal));
  await showOutputs(client, Boolean(flags.json));
}

/** Applies what the flags name; with no flags, what the plane ran before it was killed, else the first stage. */
async function applySource(flags: UpFlags, client: PlaneClient, signal: AbortSignal): Promise<void> {
  const { record } = client;
  const outDir = join(stateDirOf(flags.portBase), 'synth');
  const fallback = record.stage ?? FIRST_STAGE;
  const resumed = !flags.stage && !flags.synth && !flags.tag && record.dir;
  progress(
    resumed
      ? `Applying what ran before (${record.stage ?? record.dir}) …`
      : `Applying ${flags.synth ?? `stage ${flags.stage ?? fallback}`} …`,
  );
  const source = resumed
    ? { dir: record.dir as string, stage: record.stage }
    : await sourceDir(flags, outDir, fallback);
  signal.throwIfAborted();
  const { changes } = await client.apply(source, progressPrinter(), signal);
  if (changes.length === 0) progress('  no changes');
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
