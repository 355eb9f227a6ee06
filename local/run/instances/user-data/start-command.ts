/** What starts a program: a Node command line, or a systemd unit that the user data wrote. */
import type { Invocation } from './commands.ts';
import type { Machine } from './machine.ts';
import { absolutePath } from './paths.ts';
import { type Argument, DEFAULT_SUPERVISION, type Supervision } from './plan.ts';
import { assignments, environmentLines, parseServiceUnit, type ServiceUnit } from './unit-file.ts';

const UNIT_FOLDERS = ['/etc/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system', '/run/systemd/system'];
const STARTING = new Set(['start', 'restart', 'try-restart', 'reload-or-restart']);

export function startNode({ args, env, machine, source }: Invocation): null {
  // Started in the background of a script, nobody starts it again.
  const supervision = DEFAULT_SUPERVISION;
  const all = { ...machine.exported(), ...env };
  report(startProgram(machine, { words: args, env: all, cwd: machine.cwd, supervision, source, name: null }), machine);
  return null;
}

export function systemctl({ args, machine }: Invocation): null | undefined {
  const [verb = '', ...units] = args.filter((arg) => !arg.startsWith('-'));
  const starts = STARTING.has(verb) || (verb === 'enable' && args.includes('--now'));
  if (!starts) return undefined;
  for (const unit of units) report(startUnit(unit, machine), machine);
  return null;
}

function report(problem: string | null, machine: Machine): void {
  if (problem !== null) machine.problem(problem);
}

/** @returns why it cannot be started here; null where it is, or is none of this user data's */
function startUnit(name: string, machine: Machine): string | null {
  const full = /\.[a-z]+$/.test(name) ? name : `${name}.service`;
  const texts = UNIT_FOLDERS.map((folder) => machine.read(absolutePath(`${folder}/${full}`)));
  const text = texts.find((one) => one !== null) ?? null;
  if (text === null) {
    machine.ignore(`${full} is not written by this user data`);
    return null;
  }
  if (!full.endsWith('.service')) return `${full} is no service: only services are started here`;
  const unit = parseServiceUnit(text);
  if (unit.commands > 1) return `${full} has several ExecStart lines: they are not run here`;
  if (unit.type === 'forking') return `${full}: Type=forking is not followed here`;
  if (unit.ignored.length > 0) machine.ignore(`${full}: ${unit.ignored.join(' ')}`);
  const env = environmentOf(unit, full, machine);
  const [first = '', ...rest] = unit.command.map((word) => expandUnitWord(word, env));
  const words = [first.replace(/^[-@:+!]+/, ''), ...rest.filter((word) => word !== '')];
  const { program, args, env: more } = withoutEnv(words);
  if (!/^node(?:js)?$/.test(program.split('/').at(-1) ?? ''))
    return `${full}: ${program || 'ExecStart='} is no Node program, and nothing else is run here`;
  return startProgram(machine, {
    words: args,
    env: { ...env, ...more },
    cwd: absolutePath(unit.workingDirectory),
    supervision: unit.supervision,
    source: full,
    name: full.replace(/\.service$/, ''),
  });
}

function environmentOf(unit: ServiceUnit, name: string, machine: Machine): Record<string, string> {
  const fromFiles = unit.environmentFiles.map(({ path, optional }) => {
    const text = machine.read(absolutePath(path));
    if (text === null && !optional)
      machine.problem(`${name}: EnvironmentFile=${path} is not written by this user data`);
    return environmentLines(text ?? '');
  });
  // What a file sets overrides Environment= (systemd.exec).
  return Object.assign({}, unit.environment, ...fromFiles) as Record<string, string>;
}

/** `$NAME` as a word of its own, and `${NAME}` anywhere (systemd.service, command lines). */
const expandUnitWord = (word: string, env: Readonly<Record<string, string>>): string =>
  word
    .replace(/^\$([A-Za-z_][A-Za-z0-9_]*)$/, (_, name: string) => own(env, name))
    .replaceAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => own(env, name));

const own = (env: Readonly<Record<string, string>>, name: string): string =>
  Object.hasOwn(env, name) ? (env[name] ?? '') : '';

/** `/usr/bin/env [NAME=value …] program …`. */
function withoutEnv(words: readonly string[]): { program: string; args: string[]; env: Record<string, string> } {
  const [first = '', ...rest] = words;
  if (first.split('/').at(-1) !== 'env') return { program: first, args: rest, env: {} };
  const bare = rest.filter((word, at) => !(word.startsWith('-') && rest.slice(0, at).every((w) => w.startsWith('-'))));
  const at = bare.findIndex((word) => assignments([word]).length === 0);
  const from = at === -1 ? bare.length : at;
  const [program = '', ...args] = bare.slice(from);
  return { program, args, env: Object.fromEntries(assignments(bare.slice(0, from))) };
}

interface Program {
  /** What follows `node`. */
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly supervision: Supervision;
  readonly source: string;
  /** Null: the script's name. */
  readonly name: string | null;
}

/** Options of Node that take the next word as their value. */
const NODE_OPTION_WITH_VALUE = /^(?:-r|--require|--import|-C|--conditions|--env-file|--title)$/;
const INLINE = /^(?:-e|-p|-i|-c|--eval|--print|--interactive|--check|-pe)$|^--(?:eval|print)=/;

/** @returns why it cannot be started here; null where it is */
function startProgram(machine: Machine, program: Program): string | null {
  const { words, cwd, source } = program;
  let at = 0;
  while (words[at]?.startsWith('-')) {
    if (INLINE.test(words[at] ?? '')) return `${source}: code on the command line is not run here`;
    at += NODE_OPTION_WITH_VALUE.test(words[at] ?? '') ? 2 : 1;
  }
  const script = words[at];
  if (script === undefined) return `${source}: node without a file is not run here`;
  const path = absolutePath(script, cwd);
  const plain = (word: string): Argument => argumentOf(word, machine);
  machine.start({
    name: program.name ?? path.split('/').at(-1) ?? 'node',
    args: [...words.slice(0, at).map(plain), { before: '', path }, ...words.slice(at + 1).map(plain)],
    env: Object.fromEntries(Object.entries(program.env).map(([name, value]) => [name, plain(value)])),
    cwd,
    supervision: program.supervision,
  });
  return null;
}

/** A path of the instance is one of this machine only where the instance has something there. */
function argumentOf(word: string, machine: Machine): Argument {
  const [, before = '', path] = /^(--?[\w-]+=)?(\/.*)$/s.exec(word) ?? [];
  if (path === undefined || !machine.holds(absolutePath(path))) return word;
  return { before, path: absolutePath(path) };
}
