/** Reading inside quotes, heredocs and after a `$`. Pure. */
import type { Part } from './words.ts';

/** A place in a text. */
export class Cursor {
  index = 0;
  readonly #text: string;
  #counted = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  get done(): boolean {
    return this.index >= this.#text.length;
  }

  /** `''` past the end. */
  peek(offset = 0): string {
    return this.#text[this.index + offset] ?? '';
  }

  ahead(length: number): string {
    return this.#text.slice(this.index, this.index + length);
  }

  skip(count: number): void {
    this.index += count;
  }

  skipLine(): void {
    const end = this.#text.indexOf('\n', this.index);
    this.index = end === -1 ? this.#text.length : end;
  }

  /** The rest of the line, and past its end. */
  line(): string {
    return this.until('\n');
  }

  /** Text up to the sign, which is passed too; to the end where there is none. */
  until(sign: string): string {
    const end = this.#text.indexOf(sign, this.index);
    const stop = end === -1 ? this.#text.length : end;
    const text = this.#text.slice(this.index, stop);
    this.index = end === -1 ? stop : stop + sign.length;
    return text;
  }

  slice(from: number, to: number): string {
    return this.#text.slice(from, to);
  }

  /** Asked for in the order of the text. */
  lineOf(index: number): number {
    for (; this.#counted < index; this.#counted++) if (this.#text[this.#counted] === '\n') this.#line += 1;
    return this.#line;
  }
}

/** After the opening quote; passes the closing one. */
export function readDoubleQuoted(at: Cursor): Part[] {
  // An empty string is a word too.
  const parts: Part[] = [{ kind: 'text', text: '', quoted: true }];
  while (!at.done) {
    const c = at.peek();
    if (c === '"') {
      at.skip(1);
      break;
    }
    parts.push(readInside(at, /[$`"\\\n]/));
  }
  return parts;
}

/** A heredoc without quotes around its delimiter: variables and commands are expanded, quotes are text. */
export function readHeredocBody(body: string): Part[] {
  const at = new Cursor(body);
  const parts: Part[] = [];
  while (!at.done) parts.push(readInside(at, /[$`\\\n]/));
  return parts;
}

function readInside(at: Cursor, escapable: RegExp): Part {
  const c = at.peek();
  if (c === '$' || c === '`') return readDollar(at, true);
  if (c === '\\' && escapable.test(at.peek(1))) {
    const next = at.peek(1);
    at.skip(2);
    return { kind: 'text', text: next === '\n' ? '' : next, quoted: true };
  }
  let text = '';
  do {
    text += at.peek();
    at.skip(1);
  } while (!at.done && !/[$`"\\]/.test(at.peek()));
  return { kind: 'text', text, quoted: true };
}

/** At a `$` or a backquote. */
export function readDollar(at: Cursor, quoted: boolean): Part {
  if (at.peek() === '`') {
    at.skip(1);
    return { kind: 'command', text: at.until('`'), quoted };
  }
  at.skip(1);
  if (at.ahead(2) === '((') {
    at.skip(2);
    return { kind: 'unknown', text: `$((${at.until('))')}))`, quoted };
  }
  if (at.peek() === '(') return { kind: 'command', text: balanced(at, '(', ')'), quoted };
  if (at.peek() === '{') return braced(balanced(at, '{', '}'), quoted);
  if (at.peek() === "'" && !quoted) {
    at.skip(1);
    return { kind: 'text', text: unescaped(at.until("'")), quoted: true };
  }
  const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(at.ahead(256))?.[0];
  if (name) {
    at.skip(name.length);
    return { kind: 'variable', name, fallback: null, quoted };
  }
  if (/[0-9@*#?$!-]/.test(at.peek())) {
    const text = `$${at.peek()}`;
    at.skip(1);
    return { kind: 'unknown', text, quoted };
  }
  return { kind: 'text', text: '$', quoted };
}

function braced(inside: string, quoted: boolean): Part {
  const [, name = '', fallback = null] = /^([A-Za-z_][A-Za-z0-9_]*)(?::?[-=]([\s\S]*))?$/.exec(inside) ?? [];
  if (name) return { kind: 'variable', name, fallback, quoted };
  return { kind: 'unknown', text: `\${${inside}}`, quoted };
}

/** From an opening sign to the one that closes it, past both; quotes inside are passed over. @returns what is inside */
function balanced(at: Cursor, open: string, close: string): string {
  const from = at.index + 1;
  let depth = 0;
  while (!at.done) {
    const c = at.peek();
    at.skip(1);
    if (c === '\\') at.skip(1);
    else if (c === "'" && open === '(') at.until("'");
    else if (c === open) depth += 1;
    else if (c === close) {
      depth -= 1;
      if (depth === 0) return at.slice(from, at.index - 1);
    }
  }
  return at.slice(from, at.index);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"' };

/** `\n`, `\t` and the like, as printf, `echo -e` and `$'…'` know them. */
export const unescaped = (text: string): string =>
  text.replace(/\\(.)/gs, (whole, sign: string) => ESCAPES[sign] ?? whole);
