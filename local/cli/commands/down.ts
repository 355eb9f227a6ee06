/** `down`: end the plane and everything it started, and clear what it left, also after a crash. */
import type { Command } from 'commander';
import { sweepScratch } from '../../scratch.ts';
import { printJson, progress } from '../output.ts';
import { stateDirOf } from '../paths.ts';
import { takeDown } from '../take-down.ts';
import { type PlaneFlags, withPlane } from './shared.ts';

export function addDown(program: Command): void {
  withPlane(program.command('down'))
    .description('stop the plane; no process, port or temporary file is left')
    .action(async (flags: PlaneFlags) => {
      const { portBase } = flags;
      const outcome = await takeDown({ stateDir: stateDirOf(portBase), portBase });
      await sweepScratch();
      if (flags.json) printJson(outcome);
      else if (outcome.stopped) progress('The plane is down.');
      else if (outcome.reaped > 0) progress(`The plane was gone; what it left, ${outcome.reaped} processes, is ended.`);
      else progress('No plane is running here.');
    });
}
