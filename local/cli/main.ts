/** The command line: names, flags and exit codes. Each command's work is in commands/. */
import { Command, CommanderError } from 'commander';
import { CutoverError, ExitCode, errorToJson } from '../errors.ts';
import { addCheck } from './commands/check.ts';
import { addDeploy } from './commands/deploy.ts';
import { addDoctor } from './commands/doctor.ts';
import { addDown } from './commands/down.ts';
import { addImages } from './commands/images.ts';
import { addInspect } from './commands/inspect.ts';
import { addLoad } from './commands/load.ts';
import { addPlan } from './commands/plan.ts';
import { addRehearse } from './commands/rehearse.ts';
import { Interrupted } from './commands/shared.ts';
import { addSimulate } from './commands/simulate.ts';
import { addTest } from './commands/test.ts';
import { addUp } from './commands/up.ts';
import { hasPrinted, outliveReaders, printJsonLine, reportError } from './output.ts';

const program = new Command('cutover')
  .description(
    'Rehearse a move from a monolith to microservices on Amazon ECS, on one machine, before anyone deploys it.',
  )
  .showHelpAfterError('(./cutover COMMAND --help lists the flags)')
  .showSuggestionAfterError()
  .enablePositionalOptions()
  .configureHelp({ sortSubcommands: false });

for (const add of [
  addRehearse,
  addUp,
  addPlan,
  addCheck,
  addInspect,
  addDown,
  addDeploy,
  addLoad,
  addSimulate,
  addImages,
  addDoctor,
  addTest,
])
  add(program);
for (const command of [program, ...program.commands]) command.exitOverride();

const wantsJson = process.argv.includes('--json');
outliveReaders();

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeFor(error);
}

function exitCodeFor(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return ExitCode.pass;
    const message = error.code === 'commander.help' ? 'no command is named' : error.message.replace(/^error: /, '');
    const fix = './cutover --help lists commands and flags';
    // Commander has said it on stderr.
    if (wantsJson) printJsonLine(errorToJson(new CutoverError({ code: 'BAD_FLAG', message, fix })));
    return ExitCode.usage;
  }
  if (error instanceof Interrupted || (error instanceof Error && error.name === 'AbortError')) {
    const interrupted = new CutoverError({ code: 'INTERRUPTED', message: 'interrupted' });
    if (wantsJson && !hasPrinted()) printJsonLine(errorToJson(interrupted));
    return interrupted.exitCode;
  }
  return reportError(error, wantsJson);
}
