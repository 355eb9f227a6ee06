/**
 * What an instance would do with its user data, without running it: files that it writes or fetches, and the Node
 * programs that it starts, by systemd or by themselves (docs/instances.md lists what is understood). Pure; no input
 * makes it throw, and no path in its answer leads out of the instance's folder.
 */
import { lexShell } from '../shell/lexer.ts';
import type { ShellCommand, Word } from '../shell/words.ts';
import { COMMANDS, type Invocation } from './commands.ts';
import { ControlFlow } from './control-flow.ts';
import { type Facts, Machine } from './machine.ts';
import { scriptsOf } from './parts.ts';
import type { UserDataPlan } from './plan.ts';
import { assignments } from './unit-file.ts';

export type { Facts } from './machine.ts';

/** Far more than EC2 takes (16 KiB): what is longer is cut, so that nothing takes long. */
const MAX_SOURCE = 64 * 1024;

export function decideUserData(userData: string, facts: Facts): UserDataPlan {
  const machine = new Machine(facts);
  const { scripts, refused } = scriptsOf(userData.slice(0, MAX_SOURCE));
  for (const what of refused) machine.problem(what);
  for (const script of scripts) runScript(script, machine);
  return machine.plan();
}

function runScript(script: string, machine: Machine): void {
  const flow = new ControlFlow();
  let piped: string | null = null;
  for (const command of lexShell(script)) {
    machine.at(command.line);
    const step = flow.next(command.words.map(literalOf));
    if (step.do === 'skip') machine.ignore(`${command.source} (depends on a condition, not evaluated)`);
    const output: string | null = step.do === 'run' ? runCommand(command, step.drop, machine, piped) : null;
    piped = command.end === '|' ? output : null;
  }
}

const literalOf = (word: Word): string => word.map((part) => (part.kind === 'text' ? part.text : '$')).join('');

/** Words that only say how the next one is run. */
const PREFIXES = new Set(['sudo', 'nohup', 'exec', 'time', 'nice', 'ionice', 'setsid', 'command', 'builtin', 'env']);
/** Options of these that take a value. */
const PREFIX_OPTIONS_WITH_VALUE = /^(?:-u|-g|-n|-c|--user|--group|--adjustment)$/;

/** @returns what it prints, where that is known */
function runCommand(command: ShellCommand, drop: number, machine: Machine, piped: string | null): string | null {
  let words = machine.words(command.words.slice(drop));
  const set = leadingAssignments(words);
  words = words.slice(set.length);
  if (words.length === 0) {
    for (const [name, value] of set) machine.set(name, value, false);
    return null;
  }
  const { env, rest } = withoutPrefixes(words);
  const [program = '', ...args] = rest;
  const name = program.split('/').at(-1) ?? program;
  const handler = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  const invocation: Invocation = {
    name,
    args,
    env: { ...Object.fromEntries(set), ...env },
    input: inputOf(command, machine) ?? piped,
    source: command.source,
    machine,
  };
  const output = handler?.(invocation);
  if (output === undefined) {
    machine.ignore(command.source);
    return null;
  }
  return toFile(command, output, machine) ? null : output;
}

function leadingAssignments(words: readonly string[]): [string, string][] {
  const out: [string, string][] = [];
  for (const word of words) {
    const [pair] = assignments([word]);
    if (!pair) break;
    out.push(pair);
  }
  return out;
}

function withoutPrefixes(words: readonly string[]): { env: Record<string, string>; rest: readonly string[] } {
  const env: Record<string, string> = {};
  let at = 0;
  let inPrefix = false;
  while (at < words.length) {
    const word = words[at] as string;
    const [pair] = inPrefix ? assignments([word]) : [];
    if (PREFIXES.has(word.split('/').at(-1) ?? '')) inPrefix = true;
    else if (pair) env[pair[0]] = pair[1];
    else if (inPrefix && word.startsWith('-')) at += PREFIX_OPTIONS_WITH_VALUE.test(word) ? 1 : 0;
    else break;
    at += 1;
  }
  return { env, rest: words.slice(at) };
}

function inputOf(command: ShellCommand, machine: Machine): string | null {
  if (command.input !== null) return machine.text(command.input);
  const from = command.redirects.find((redirect) => redirect.operator === '<' && redirect.fd === 0);
  return from ? machine.read(machine.path(machine.text(from.target))) : null;
}

/** Settings of the kernel are not this machine's to take. */
const NO_FILE = /^\/(?:proc|sys|dev)(?:\/|$)/;

/** @returns whether the output went to a file */
function toFile({ redirects, source }: ShellCommand, output: string | null, machine: Machine): boolean {
  const to = redirects.find(({ fd, operator }) => fd === 1 && (operator === '>' || operator === '>>'));
  if (!to) return false;
  const path = machine.path(machine.text(to.target));
  if (NO_FILE.test(path) || output === null) {
    if (output !== null) machine.ignore(source);
    return true;
  }
  machine.write(path, output, to.operator === '>>');
  return true;
}
