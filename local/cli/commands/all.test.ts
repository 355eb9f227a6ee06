import test from 'ava';
import { Command } from 'commander';
import { addCommands, COMMAND_FILES } from './all.ts';

const namesOf = (program: Command): string[] => program.commands.map((command) => command.name());

test('each file adds the commands by which it is found, and no name is in two', async (t) => {
  for (const { names, load } of COMMAND_FILES) {
    const program = new Command().enablePositionalOptions();
    (await load())(program);
    t.deepEqual(namesOf(program), [...names]);
    for (const command of program.commands) t.deepEqual(command.aliases(), []);
  }
  const all = COMMAND_FILES.flatMap(({ names }) => names);
  t.is(new Set(all).size, all.length);
});

test('a command that is named comes with those of its file alone; anything else, with all', async (t) => {
  const added = async (first: string | undefined): Promise<string[]> => {
    const program = new Command().enablePositionalOptions();
    await addCommands(program, first);
    return namesOf(program);
  };
  t.deepEqual(await added('judge'), ['load', 'judge']);
  const all = COMMAND_FILES.flatMap(({ names }) => names);
  for (const first of [undefined, '--help', 'help', 'chek', 'toString']) t.deepEqual(await added(first), all);
});
