/** `down`: end the plane and everything it started, and clear what it left, also after a crash. */
import type { Command } from 'commander';
import { isAlive, readRecord, removeState } from '../../run/control/state-file.ts';
import { reapLeftovers } from '../../run/processes/processes.ts';
import { printJson, progress } from '../output.ts';
import { stateDirOf } from '../paths.ts';
import { PlaneClient } from '../plane-client.ts';
import { type PlaneFlags, withPlane } from './shared.ts';

export function addDown(program: Command): void {
  withPlane(program.command('down'))
    .description('stop the plane; no process, port or temporary file is left')
    .action(async (flags: PlaneFlags) => {
      const outcome = await down(stateDirOf(flags.portBase));
      if (flags.json) printJson(outcome);
      else progress(outcome.stopped ? 'The plane is down.' : 'No plane is running here.');
    });
}

/** @returns whether a plane was stopped, and how many processes of a crashed one were ended */
export async function down(stateDir: string): Promise<{ stopped: boolean; reaped: number }> {
  const record = await readRecord(stateDir);
  const alive = record !== null && (await isAlive(record));
  if (record && alive) {
    await new PlaneClient(record).down().catch(async (error) => {
      // A plane that no longer answers is ended by its pid, which the record proves to be the plane's.
      if (await isAlive(record)) process.kill(record.pid, 'SIGKILL');
      else throw error;
    });
  }
  const reaped = await reapLeftovers(stateDir);
  await removeState(stateDir);
  return { stopped: alive, reaped };
}
