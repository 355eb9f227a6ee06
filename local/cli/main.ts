/** The command line: names, flags and exit codes. Each command's work is in commands/. */
import { Command, CommanderError } from 'commander';
import { CutoverError, ExitCode, errorToJson } from '../errors.ts';
import { addCommands } from './commands/all.ts';
import { Interrupted } from './commands/shared.ts';
import { hasPrinted, outliveReaders, printJsonLine, reportError } from './output.ts';

const program = new Command('cutover')
  .description(
    'Rehearse a move from a monolith to microservices on Amazon ECS, on one machine, before anyone deploys it.',
  )
  .showHelpAfterError('(./cutover COMMAND --help lists the flags)')
  .showSuggestionAfterError()
  .enablePositionalOptions()
  .configureHelp({ sortSubcommands: false });

await addCommands(program, process.argv[2]);
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
