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
const SAME_ESCAPES = /^[dDwWsSbBtnrfvx^$\\.*+?()[\]{}|/]$/;
/** What only backtracking engines have (RE2 syntax: not supported). */
const LOOKING_AROUND = /^\(\?<?[=!]/;
/** A brace that counts; any other is itself. */
const COUNTED = /^\{\d+(?:,\d*)?\}/;
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
  for (let i = 0; i < source.length; ) {
    const [text, length] = source[i] === '[' ? classAt(source, i) : pieceAt(source, i);
    out += text;
    i += length;
  }
  return out;
}

/** What stands for a piece outside of a class, and how long the piece is. */
function pieceAt(source: string, i: number): readonly [text: string, length: number] {
  const c = source[i] as string;
  const rest = source.slice(i, i + 20);
  if (c === '\\') return escapeAt(source, i, false);
  if (rest.startsWith('(?P<')) return ['(?<', 4];
  if (LOOKING_AROUND.test(rest)) throw new Error(`${rest.slice(0, 3)} is not of RE2: nothing looks ahead or behind`);
  if (c === '{') {
    const counted = COUNTED.exec(rest)?.[0];
    return counted ? [counted, counted.length] : ['\\{', 1];
  }
  return [c === '}' || c === ']' ? `\\${c}` : c, 1];
}

/** A class, `[…]`: a bracket that stands first in it is a character of it. */
function classAt(source: string, start: number): readonly [text: string, length: number] {
  let out = source[start + 1] === '^' ? '[^' : '[';
  const first = start + out.length;
  let isAfterSet = false;
  for (let i = first; i < source.length; ) {
    if (source[i] === ']' && i > first) return [`${out}]`, i + 1 - start];
    // A hyphen beside an edge of the class, or after `\w` and the like, is itself.
    const isLone = i === first || isAfterSet || source[i + 1] === ']';
    const [text, length] = memberAt(source, i, isLone);
    isAfterSet = length > 2 || /^\\[dDwWsS]$/.test(text);
    out += text;
    i += length;
  }
  throw new Error('a [ is not closed');
}

function memberAt(source: string, i: number, isLone: boolean): readonly [text: string, length: number] {
  const c = source[i] as string;
  if (c === '\\') return escapeAt(source, i, true);
  const posix = c === '[' ? /^\[:(\^?)(\w+):\]/.exec(source.slice(i, i + 20)) : null;
  if (posix) return [posixOf(posix[2] ?? '', posix[1] === '^'), posix[0].length];
  return [c === '[' || c === ']' || (c === '-' && isLone) ? `\\${c}` : c, 1];
}

function escapeAt(source: string, i: number, inClass: boolean): readonly [text: string, length: number] {
  // `\pL` and `\p{L}`.
  const [property, sign, short] = /^\\([pP])(?:([A-Z])|\{\w+\})/.exec(source.slice(i, i + 40)) ?? [];
  if (property) return [short ? `\\${sign}{${short}}` : property, property.length];
  const [byNumber, digits] = /^\\x\{([0-9A-Fa-f]{1,6})\}/.exec(source.slice(i, i + 12)) ?? [];
  if (byNumber) return [`\\u{${digits}}`, byNumber.length];
  const next = source[i + 1] ?? '';
  if (!inClass && Object.hasOwn(ANCHORS, next)) return [ANCHORS[next] as string, 2];
  if (SAME_ESCAPES.test(next) || (inClass && next === '-')) return [`\\${next}`, 2];
  if (/[A-Za-z0-9]/.test(next) || next === '') throw new Error(`there is no escape \\${next}`);
  return [next, 2];
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
  if (!/[*+{?|]/.test(source)) return use(pattern);
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
