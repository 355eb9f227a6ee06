/** The commands that user data is understood by. Each returns what it prints; null where that is not known. */
import { unescaped } from '../shell/quoting.ts';
import { fetchObjects } from './aws-command.ts';
import type { Machine } from './machine.ts';
import { parentOf } from './machine.ts';
import { startNode, systemctl } from './start-command.ts';
import { assignments } from './unit-file.ts';

export interface Invocation {
  /** Without its folder. */
  readonly name: string;
  readonly args: readonly string[];
  /** Variables set for this command alone. */
  readonly env: Readonly<Record<string, string>>;
  /** Heredoc, here-string, or what the command before the pipe printed. */
  readonly input: string | null;
  readonly source: string;
  readonly machine: Machine;
}

/** Undefined: nothing of it acts here. */
export type CommandHandler = (invocation: Invocation) => string | null | undefined;

const options = (args: readonly string[]): readonly string[] => args.filter((arg) => /^-./.test(arg));
const operands = (args: readonly string[]): readonly string[] => args.filter((arg) => !/^-./.test(arg));

function cat({ args, input, machine }: Invocation): string | null {
  const files = operands(args);
  if (files.length === 0) return input;
  const texts = files.map((file) => (file === '-' ? input : machine.read(machine.path(file))));
  return texts.includes(null) ? null : texts.join('');
}

function echo({ args }: Invocation): string {
  const flags = args.findIndex((arg) => !/^-[neE]+$/.test(arg));
  const given = args.slice(0, flags === -1 ? args.length : flags).join('');
  const text = args.slice(flags === -1 ? args.length : flags).join(' ');
  return (given.includes('e') ? unescaped(text) : text) + (given.includes('n') ? '' : '\n');
}

function printf({ args }: Invocation): string | null {
  const [format = '', ...values] = args[0] === '--' ? args.slice(1) : args;
  if (/%(?![%sd])/.test(format)) return null;
  const slots = (format.match(/%[sd]/g) ?? []).length;
  const once = (from: number): string => {
    let at = from;
    return unescaped(format).replace(/%([%sd])/g, (_, kind: string) => (kind === '%' ? '%' : (values[at++] ?? '')));
  };
  if (slots === 0) return once(0);
  const rounds = Math.max(1, Math.ceil(values.length / slots));
  return Array.from({ length: Math.min(rounds, 1000) }, (_, round) => once(round * slots)).join('');
}

function tee({ args, input, machine, source }: Invocation): string | null {
  const append = options(args).some((flag) => flag === '-a' || flag === '--append');
  for (const file of operands(args)) {
    const path = machine.path(file);
    if (input === null || /^\/(?:proc|sys|dev)(?:\/|$)/.test(path)) machine.ignore(source);
    else machine.write(path, input, append);
  }
  return input;
}

function mkdir({ args, machine }: Invocation): null {
  for (const path of operands(args.filter((_, at) => !/^(?:-m|--mode)$/.test(args[at - 1] ?? ''))))
    machine.makeFolder(machine.path(path));
  return null;
}

function install({ args, machine }: Invocation): null | undefined {
  if (!args.includes('-d') && !args.includes('--directory')) return undefined;
  const valued = /^(?:-m|-o|-g|--mode|--owner|--group)$/;
  for (const path of operands(args.filter((_, at) => !valued.test(args[at - 1] ?? ''))))
    machine.makeFolder(machine.path(path));
  return null;
}

function copy({ name, args, machine }: Invocation): null | undefined {
  const [from, to, more] = operands(args);
  if (!from || !to || more) return undefined;
  const source = machine.path(from);
  const target = machine.path(to);
  const isInside = to.endsWith('/') || machine.isFolder(target);
  machine.copy(source, isInside ? machine.path(`${target}/${source.split('/').at(-1)}`) : target, name === 'mv');
  return null;
}

function unzip({ args, machine }: Invocation): null | undefined {
  const at = args.indexOf('-d');
  const [file] = operands(args.filter((_, index) => index !== at + 1 || at === -1));
  if (!file) return undefined;
  const folder = at === -1 ? machine.cwd : machine.path(args[at + 1] ?? '.');
  machine.step({ kind: 'unzip', file: machine.path(file), folder }, folder);
  return null;
}

function cd({ args, machine }: Invocation): null {
  machine.cwd = machine.path(operands(args)[0] ?? '/root');
  return null;
}

function exportVariables({ args, machine }: Invocation): null {
  for (const arg of operands(args)) {
    const [pair] = assignments([arg]);
    if (pair) machine.set(pair[0], pair[1], true);
    else machine.export(arg);
  }
  return null;
}

function set({ args, machine }: Invocation): null {
  if (args.some((arg) => /^-[a-z]*a/.test(arg)) || (args[0] === '-o' && args[1] === 'allexport'))
    machine.exportsAll = true;
  if (args.some((arg) => /^\+[a-z]*a/.test(arg)) || (args[0] === '+o' && args[1] === 'allexport'))
    machine.exportsAll = false;
  return null;
}

function unset({ args, machine }: Invocation): null {
  for (const name of operands(args)) machine.unset(name);
  return null;
}

/** `.` and `source`: variables that a file sets. */
function source({ args, machine }: Invocation): null | undefined {
  const text = machine.read(machine.path(args[0] ?? ''));
  if (text === null) return undefined;
  for (const line of text.split('\n')) {
    const [pair] = assignments([line.trim().replace(/^export\s+/, '')]);
    if (!pair) continue;
    const value = /^(["'])(.*)\1$/s.exec(pair[1])?.[2] ?? pair[1];
    machine.set(pair[0], value, /^\s*export\s/.test(line));
  }
  return null;
}

function touch({ args, machine }: Invocation): null {
  for (const path of operands(args).map((file) => machine.path(file)))
    if (machine.read(path) === null && parentOf(path) !== path) machine.write(path, '', true);
  return null;
}

const nothing = (): null => null;

export const COMMANDS: Readonly<Record<string, CommandHandler>> = {
  cat,
  echo,
  printf,
  tee,
  mkdir,
  install,
  cp: copy,
  mv: copy,
  unzip,
  touch,
  cd,
  export: exportVariables,
  declare: exportVariables,
  set,
  unset,
  source,
  '.': source,
  aws: fetchObjects,
  node: startNode,
  nodejs: startNode,
  systemctl,
  service: (invocation) => {
    const [unit = '', verb = ''] = invocation.args;
    return systemctl({ ...invocation, args: [verb, unit] });
  },
  true: nothing,
  ':': nothing,
  sleep: nothing,
  wait: nothing,
  disown: nothing,
};
