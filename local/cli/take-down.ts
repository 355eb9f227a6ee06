/** Ends the plane of a state folder, whatever is left of its record, and clears the folder. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { machineProbe } from '../run/addresses/probe.ts';
import { asDiskError, ifAlive, type PlaneRecord, readLiving, removeState } from '../run/control/state-file.ts';
import { reapLeftovers } from '../run/processes/processes.ts';
import { readRun } from '../run/processes/run-file.ts';
import { helloAt } from './hello.ts';
import { stateDirOf } from './paths.ts';
import { PlaneClient } from './plane-client.ts';

export interface TakenDown {
  /** Whether a plane was running. */
  readonly stopped: boolean;
  /** Processes of a killed plane that were ended. */
  readonly reaped: number;
}

export interface TakeDownTarget {
  readonly stateDir: string;
  /** Asked who listens there, where the record is missing or damaged. */
  readonly portBase: number;
  /** This plane and no other that may have started since. Default: whichever runs. */
  readonly record?: PlaneRecord;
}

/** Takes down the client's plane and no other. @throws CutoverError PLANE_UNREACHABLE where it cannot be ended */
export const takeDownOwn = ({ record }: PlaneClient): Promise<TakenDown> =>
  takeDown({ stateDir: stateDirOf(record.portBase), portBase: record.portBase, record });

/** @throws CutoverError PLANE_UNREACHABLE where the plane cannot be ended, STATE_UNWRITABLE where its folder stays */
export async function takeDown(target: TakeDownTarget): Promise<TakenDown> {
  const { stateDir, portBase } = target;
  const record = target.record
    ? await ifAlive(target.record)
    : ((await readLiving(stateDir)) ?? (await unrecorded(stateDir, portBase)));
  if (record) await new PlaneClient(record).down();
  // The port is the folder's lock: a plane that has started since then keeps what it finds.
  const hold = await machineProbe.hold('127.0.0.1', portBase);
  try {
    if (!hold && (await isTaken(stateDir, portBase))) return { stopped: record !== null, reaped: 0 };
    const reaped = await reapLeftovers(stateDir);
    await removeState(stateDir);
    return { stopped: record !== null, reaped };
  } catch (error) {
    throw asDiskError(error, stateDir);
  } finally {
    await hold?.release();
  }
}

/** By a plane of this folder, which has its port before it has written its record. */
const isTaken = async (stateDir: string, portBase: number): Promise<boolean> =>
  ((await readLiving(stateDir)) ?? (await helloAt(portBase, stateDir))) !== null;

/** A plane that lives without its record: known by its list of processes, or by what answers at its port. */
async function unrecorded(stateDir: string, portBase: number): Promise<PlaneRecord | null> {
  const run = readRun(stateDir);
  const listed = run && { pid: run.plane.pid, startTicks: run.plane.start };
  const endpoint = `http://127.0.0.1:${portBase}`;
  const found = listed ?? (await helloAt(portBase, stateDir));
  // Another program may have said so: the pid's own start time and command line must prove that it is a plane.
  if (!found || found.startTicks === null || !(await runsDaemon(found.pid))) return null;
  const rest = {
    version: 1,
    portBase,
    clockRate: 1,
    token: '',
    endpoint,
    stage: null,
    dir: null,
    startedAt: '',
  } as const;
  const record: PlaneRecord = { ...rest, pid: found.pid, startTicks: found.startTicks };
  return ifAlive(record);
}

async function runsDaemon(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.split('\0').some((argument) => argument.endsWith(join('local', 'run', 'daemon.ts')));
}
