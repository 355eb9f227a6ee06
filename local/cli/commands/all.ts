/** Every command, in the order of --help, and the file that adds it. */
import type { Command } from 'commander';

export interface CommandFile {
  /** Of the commands that it adds to the program. */
  readonly names: readonly string[];
  load(): Promise<(program: Command) => void>;
}

export const COMMAND_FILES: readonly CommandFile[] = [
  { names: ['rehearse'], load: async () => (await import('./rehearse.ts')).addRehearse },
  { names: ['up'], load: async () => (await import('./up.ts')).addUp },
  { names: ['plan', 'synth'], load: async () => (await import('./plan.ts')).addPlan },
  { names: ['check'], load: async () => (await import('./check.ts')).addCheck },
  { names: ['status', 'ps', 'events', 'logs'], load: async () => (await import('./inspect.ts')).addInspect },
  { names: ['down'], load: async () => (await import('./down.ts')).addDown },
  { names: ['deploy'], load: async () => (await import('./deploy.ts')).addDeploy },
  { names: ['load', 'judge'], load: async () => (await import('./load.ts')).addLoad },
  { names: ['simulate'], load: async () => (await import('./simulate.ts')).addSimulate },
  { names: ['images'], load: async () => (await import('./images.ts')).addImages },
  { names: ['doctor'], load: async () => (await import('./doctor.ts')).addDoctor },
  { names: ['test'], load: async () => (await import('./test.ts')).addTest },
];

/**
 * Adds the command that the first argument names, whose file alone is read: the start of most takes a third of what all
 * of them would. Where it names none (--help, a slip of the pen, options before the command), all are added.
 */
export async function addCommands(program: Command, first: string | undefined): Promise<void> {
  const named = COMMAND_FILES.filter(({ names }) => names.some((name) => name === first));
  for (const { load } of named.length > 0 ? named : COMMAND_FILES) (await load())(program);
}
