/** Regular expressions as Terraform takes them (RE2 syntax), run on JavaScript's engine, which may backtrack: bounded in time. */
import { createContext, Script } from 'node:vm';

/** RE2 is linear, so whatever takes longer than this here is a pattern that only RE2 could run. */
const MAX_MATCHING_MS = 500;
const MAX_TEXT = 1_000_000;

/** POSIX classes inside brackets (RE2 syntax: ASCII only). */
const POSIX: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: '\\t ',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

/** Escapes that mean the same in both; any other escaped character is itself. */
const SAME_ESCAPES = /^[dDwWsSbBtnrfv0-9pPxux^$\\.*+?()[\]{}|/]$/;
/** Whole-text anchors, and what JavaScript calls them without its `m` flag. */
const ANCHORS: Readonly<Record<string, string>> = { A: '^', z: '$', a: '\\x07' };

/** @throws Error for a pattern that is wrong */
export function compile(source: string, flags: string): RegExp {
  const leading = /^\(\?([imsU]+)\)/.exec(source);
  const named = leading?.[1] ?? '';
  if (named.includes('U')) throw new Error('the flag U (ungreedy) is not supported');
  const body = translated(source.slice(leading?.[0].length ?? 0));
  return new RegExp(body, `${flags}${named}u`);
}

function translated(source: string): string {
  let out = '';
  let inClass = false;
  for (let i = 0; i < source.length; i++) {
    const c = source[i] as string;
    const next = source[i + 1] ?? '';
    if (c === '\\') {
      out += escapeOf(next, inClass);
      i += 1;
      continue;
    }
    const posix = inClass && c === '[' ? /^\[:(\^?)(\w+):\]/.exec(source.slice(i)) : null;
    if (posix) {
      out += posixOf(posix[2] ?? '', posix[1] === '^');
      i += posix[0].length - 1;
      continue;
    }
    if (c === '[' && !inClass) inClass = true;
    else if (c === ']' && inClass && !/\[\^?$/.test(out)) inClass = false;
    else if (c === '[') {
      out += '\\[';
      continue;
    }
    // RE2: a bracket that stands first in a class is a character of it; named groups are (?P<name>…).
    if (c === ']' && inClass) out += '\\]';
    else if (!inClass && source.startsWith('(?P<', i)) {
      out += '(?<';
      i += 3;
    } else out += c;
  }
  return out;
}

function escapeOf(next: string, inClass: boolean): string {
  if (!inClass && Object.hasOwn(ANCHORS, next)) return ANCHORS[next] as string;
  if (SAME_ESCAPES.test(next) || (inClass && next === '-')) return `\\${next}`;
  if (/[A-Za-z]/.test(next) || next === '') throw new Error(`there is no escape \\${next}`);
  return next;
}

function posixOf(name: string, negated: boolean): string {
  const found = Object.hasOwn(POSIX, name) ? POSIX[name] : undefined;
  if (!found || negated) throw new Error(`the class [:${negated ? '^' : ''}${name}:] is not supported`);
  return found;
}

const room = createContext({ run: null as (() => void) | null });
const call = new Script('run()');

/** Matches a text, within a bound of time. @throws Error */
export function matching<T>(source: string, text: string, flags: string, use: (pattern: RegExp) => T): T {
  if (text.length > MAX_TEXT) throw new Error(`the text has ${text.length} characters; at most ${MAX_TEXT}`);
  const pattern = compile(source, flags);
  if (!/[*+{]/.test(source)) return use(pattern);
  let result: { value: T } | null = null;
  room['run'] = () => {
    result = { value: use(pattern) };
  };
  try {
    call.runInContext(room, { timeout: MAX_MATCHING_MS });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new Error(
      `matching took more than ${MAX_MATCHING_MS} ms; write the pattern without repetitions inside others`,
    );
  }
  return (result as unknown as { value: T }).value;
}
