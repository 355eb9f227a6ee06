/** Recognises the shell commands that wait for AWS (AWS CLI: elbv2 wait target-in-service, ecs wait services-stable). Pure. */
import type { CommandWait } from '../../topology.ts';

export type Wait = CommandWait['wait'];

/** What is recognised, for messages. */
export const RECOGNISED =
  'one command: aws elbv2 wait target-in-service --target-group-arn ARN, or aws ecs wait services-stable --cluster C --services S…';

/** Options of every AWS CLI command that change nothing about what is waited for, and whether they take a value. */
const GLOBAL_OPTIONS: Readonly<Record<string, boolean>> = {
  '--region': true,
  '--profile': true,
  '--endpoint-url': true,
  '--output': true,
  '--query': true,
  '--color': true,
  '--ca-bundle': true,
  '--cli-connect-timeout': true,
  '--cli-read-timeout': true,
  '--cli-binary-format': true,
  '--debug': false,
  '--no-cli-pager': false,
  '--no-cli-auto-prompt': false,
  '--no-paginate': false,
  '--no-sign-request': false,
  '--no-verify-ssl': false,
};

/** Why a command is not recognised. */
class NotRecognised extends Error {}

/** @param env variables that the command may use @returns the wait, or why it is none */
export function parseWait(command: string, env: Readonly<Record<string, string>> = {}): Wait | string {
  try {
    const words = wordsOf(command, env);
    while (/^[A-Za-z_][A-Za-z0-9_]*=/.test(words[0] ?? '')) words.shift();
    if (words.shift()?.replace(/^.*\//, '') !== 'aws') return 'it is not a command of the AWS CLI';
    return waitOf(words);
  } catch (error) {
    if (error instanceof NotRecognised) return error.message;
    throw error;
  }
}

function waitOf(words: readonly string[]): Wait {
  const { positional, options } = optionsOf(words);
  const name = positional.join(' ');
  if (name === 'elbv2 wait target-in-service') {
    const [arn, ...more] = take(options, ['--target-group-arn', '--target-group-arns'], name);
    refuseRest(options, name);
    if (!arn) throw new NotRecognised('it names no target group');
    if (more.length > 0)
      throw new NotRecognised('it names several target groups; wait for each in a resource of its own');
    return { kind: 'target-in-service', targetGroupArn: arn };
  }
  if (name === 'ecs wait services-stable') {
    const [cluster = 'default'] = options.has('--cluster') ? take(options, ['--cluster'], name) : [];
    const services = take(options, ['--services', '--service'], name);
    refuseRest(options, name);
    if (services.length === 0 || services.length > 10)
      throw new NotRecognised('it names no services, or more than ten');
    return { kind: 'services-stable', clusterName: lastPart(cluster), serviceNames: services.map(lastPart) };
  }
  throw new NotRecognised(`aws ${name || '(nothing)'} is no wait that is done here`);
}

/** The name in an ARN, or the name. */
const lastPart = (text: string): string => text.split('/').at(-1) ?? text;

function take(options: Map<string, string[]>, names: readonly string[], command: string): string[] {
  const name = names.find((n) => options.has(n));
  if (!name) throw new NotRecognised(`aws ${command} needs ${names[0]}`);
  const values = options.get(name) ?? [];
  options.delete(name);
  return values;
}

function refuseRest(options: ReadonlyMap<string, unknown>, command: string): void {
  const [first] = options.keys();
  if (first) throw new NotRecognised(`aws ${command} with ${first} is not done here`);
}

/** `--name value…` and `--name=value`; an option that every command has is left out. */
function optionsOf(words: readonly string[]) {
  const positional: string[] = [];
  const options = new Map<string, string[]>();
  let current: string[] | null = null;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    const [name = '', inline] = word.startsWith('--') ? splitOnce(word) : [''];
    if (!name) {
      if (current) current.push(word);
      else positional.push(word);
    } else if (Object.hasOwn(GLOBAL_OPTIONS, name)) {
      if (GLOBAL_OPTIONS[name] && inline === undefined) i += 1;
      current = positional.length < 3 ? null : [];
    } else {
      current = inline === undefined ? [] : [inline];
      options.set(name, current);
    }
  }
  return { positional, options };
}

function splitOnce(word: string): [string, string?] {
  const at = word.indexOf('=');
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

/** Words of one simple POSIX shell command. @throws NotRecognised where there is more than one, or anything computed */
function wordsOf(command: string, env: Readonly<Record<string, string>>): string[] {
  const text = command.replace(/\\\r?\n/g, ' ').trim();
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (quote === "'") {
      if (c === "'") quote = '';
      else word += c;
    } else if (c === '\\') {
      i += 1;
      word = (word ?? '') + (text[i] ?? '');
    } else if (c === '$') {
      const [all, name] = /^\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?/.exec(text.slice(i)) ?? [];
      const value = name !== undefined && Object.hasOwn(env, name) ? env[name] : undefined;
      if (!all || value === undefined) throw new NotRecognised('it computes a value when it runs');
      word = (word ?? '') + value;
      i += all.length - 1;
    } else if (c === '`') throw new NotRecognised('it computes a value when it runs');
    else if (quote) {
      if (c === '"') quote = '';
      else word += c;
    } else if (c === '"' || c === "'") {
      quote = c;
      word ??= '';
    } else if (/[;&|<>()\n#]/.test(c)) throw new NotRecognised('it is more than one command');
    else if (/\s/.test(c)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + c;
  }
  if (quote) throw new NotRecognised('a quote is not closed');
  return word === null ? words : [...words, word];
}
