/**
 * Splits a shell script into simple commands (POSIX shell grammar, and what bash adds that user data uses). Nothing is
 * run or expanded. What is malformed is read to its end: no input makes it throw.
 */
import { Cursor, readDollar, readDoubleQuoted, readHeredocBody } from './quoting.ts';
import type { Part, Redirect, ShellCommand, Word } from './words.ts';

const BLANK = /[ \t]/;
const META = /[ \t\n;&|()<>]/;

interface Pending {
  delimiter: string;
  stripTabs: boolean;
  raw: boolean;
}

/** @returns the commands in the order of the script; keywords (`if`, `done`, `{`) are words like others */
export function lexShell(source: string): readonly ShellCommand[] {
  return new Lexer(source.replaceAll('\r\n', '\n')).run();
}

class Lexer {
  readonly #at: Cursor;
  readonly #commands: ShellCommand[] = [];
  #words: Word[] = [];
  #redirects: Redirect[] = [];
  #input: Word | null = null;
  /** Index of the command whose heredoc is pending, with what ends it. */
  #pending: { command: number; heredoc: Pending }[] = [];
  #start = -1;

  constructor(source: string) {
    this.#at = new Cursor(source);
  }

  run(): readonly ShellCommand[] {
    const at = this.#at;
    while (!at.done) this.#step();
    this.#end(';');
    return this.#commands;
  }

  #step(): void {
    const at = this.#at;
    const c = at.peek();
    if (BLANK.test(c)) at.skip(1);
    else if (c === '\\' && at.peek(1) === '\n') at.skip(2);
    else if (c === '\n') {
      at.skip(1);
      this.#end(';');
      this.#readHeredocs();
    } else if (c === '#') at.skipLine();
    else if (c === '(' && this.#words.length === 1 && at.peek(1) === ')') {
      at.skip(2);
      this.#words.push([{ kind: 'text', text: '()', quoted: false }]);
    } else if (c === '(' || c === ')') {
      at.skip(1);
      this.#end(';');
    } else if (c === ';') {
      at.skip(at.peek(1) === ';' ? 2 : 1);
      this.#end(';');
    } else if (c === '|') {
      const two = at.peek(1);
      at.skip(two === '|' || two === '&' ? 2 : 1);
      this.#end(two === '|' ? '||' : '|');
    } else if (c === '&' && at.peek(1) === '>') {
      at.skip(1);
      this.#redirect(1);
    } else if (c === '&') {
      const both = at.peek(1) === '&';
      at.skip(both ? 2 : 1);
      this.#end(both ? '&&' : '&');
    } else if (c === '<' || c === '>') this.#redirect(c === '<' ? 0 : 1);
    else this.#word();
  }

  #word(): void {
    const from = this.#at.index;
    if (this.#start === -1) this.#start = from;
    const word = this.#readWord();
    const c = this.#at.peek();
    const only = word.length === 1 ? word[0] : undefined;
    // `2>` and `1>>`: digits right before the sign are no word.
    if ((c === '<' || c === '>') && only?.kind === 'text' && !only.quoted && /^\d$/.test(only.text))
      this.#redirect(Number(only.text));
    else this.#words.push(word);
  }

  #readWord(): Part[] {
    const at = this.#at;
    const parts: Part[] = [];
    const text = (piece: string, quoted: boolean): void => void parts.push({ kind: 'text', text: piece, quoted });
    while (!at.done) {
      const c = at.peek();
      if (META.test(c)) break;
      if (c === '\\') {
        const next = at.peek(1);
        at.skip(next === '' ? 1 : 2);
        if (next !== '\n' && next !== '') text(next, true);
      } else if (c === "'") {
        at.skip(1);
        text(at.until("'"), true);
      } else if (c === '"') {
        at.skip(1);
        parts.push(...readDoubleQuoted(at));
      } else if (c === '$' || c === '`') parts.push(readDollar(at, false));
      else {
        text(c, false);
        at.skip(1);
      }
    }
    return joined(parts);
  }

  #redirect(fd: number): void {
    const at = this.#at;
    if (this.#start === -1) this.#start = at.index;
    const sign = /^(?:<<<|<<-?|<&|<>|<|>>|>&|>\||>)/.exec(at.ahead(3))?.[0] ?? at.peek();
    at.skip(Math.max(1, sign.length));
    while (BLANK.test(at.peek())) at.skip(1);
    if (sign === '<<' || sign === '<<-') this.#heredoc(sign === '<<-');
    else if (sign === '<<<') this.#input = [...this.#readWord(), { kind: 'text', text: '\n', quoted: true }];
    else this.#redirects.push({ fd, operator: operatorOf(sign), target: this.#readWord() });
  }

  #heredoc(stripTabs: boolean): void {
    const word = this.#readWord();
    const raw = word.some((part) => part.quoted);
    const delimiter = word.map((part) => (part.kind === 'variable' ? `$${part.name}` : part.text)).join('');
    this.#pending.push({ command: this.#commands.length, heredoc: { delimiter, stripTabs, raw } });
    this.#input = [];
  }

  #readHeredocs(): void {
    for (const { command, heredoc } of this.#pending) {
      const lines: string[] = [];
      while (!this.#at.done) {
        const line = this.#at.line();
        const bare = heredoc.stripTabs ? line.replace(/^\t+/, '') : line;
        if (bare === heredoc.delimiter) break;
        lines.push(`${bare}\n`);
      }
      const body = lines.join('');
      const input: Word = heredoc.raw ? [{ kind: 'text', text: body, quoted: true }] : readHeredocBody(body);
      const owner = this.#commands[command];
      if (owner) this.#commands[command] = { ...owner, input };
    }
    this.#pending = [];
  }

  #end(end: ShellCommand['end']): void {
    if (this.#start === -1) return;
    const source = this.#at.slice(this.#start, this.#at.index).replace(/[\s;&|()]+$/, '');
    this.#commands.push({
      line: this.#at.lineOf(this.#start),
      source,
      words: this.#words,
      redirects: this.#redirects,
      input: this.#input,
      end,
    });
    this.#words = [];
    this.#redirects = [];
    this.#input = null;
    this.#start = -1;
  }
}

function operatorOf(sign: string): Redirect['operator'] {
  if (sign === '>>' || sign === '>&' || sign === '<&') return sign;
  return sign.startsWith('<') ? '<' : '>';
}

/** Neighbouring texts of one kind as one. */
function joined(parts: readonly Part[]): Part[] {
  const out: Part[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (part.kind === 'text' && last?.kind === 'text' && last.quoted === part.quoted)
      out[out.length - 1] = { ...last, text: last.text + part.text };
    else out.push(part);
  }
  return out;
}
