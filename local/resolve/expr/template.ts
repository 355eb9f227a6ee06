/**
 * String templates: literal text with `${…}` and directives `%{ if }…%{ else }…%{ endif }`, `%{ for }…%{ endfor }` in it,
 * escapes `$${` and `%%{`, strip markers `~`.
 */
import { ExpressionError, type Node } from './ast.ts';
import type { Parser } from './parser.ts';

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

/** Strip markers reach to the end of their line, since HCL takes literal text line by line; in quotes it is one line. */
const FIRST_LINE = /^[^\n]*\n?/;
const LAST_LINE = /[^\n]*\n?$/;
const ALL = /^[\s\S]*$/;

/** Directives inside one another. */
const MAX_NESTING = 30;

type Part = string | Node;

/** A lone interpolation keeps its type; all else is text. */
export function templateNode(parts: readonly Part[]): Node {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined && typeof first !== 'string') return first;
  if (parts.every((part) => typeof part === 'string')) return { kind: 'literal', value: parts.join('') };
  return { kind: 'template', parts };
}

/**
 * Reads from the parser's position: to the closing quote (with backslash escapes), or to the end of the source (without,
 * because JSON has taken its own escapes away already).
 * @throws ExpressionError
 */
export function templateParts(parser: Parser, quoted: boolean): Part[] {
  const reader = new TemplateReader(parser, quoted);
  const { parts, end, at } = reader.read();
  if (end !== null) throw new ExpressionError(`%{ ${end} } has no beginning`, at);
  return parts;
}

/** What was read up to a word that ends a piece (`else`, `endif`, `endfor`), or up to the end of the template. */
interface Piece {
  readonly parts: Part[];
  readonly end: string | null;
  readonly at: number;
}

class TemplateReader {
  readonly #parser: Parser;
  readonly #quoted: boolean;
  readonly #start: number;
  #literal = '';
  /** White space at the beginning of the next literal goes. */
  #strip = false;
  #nesting = 0;

  readonly #firstToken: RegExp;
  readonly #lastToken: RegExp;

  constructor(parser: Parser, quoted: boolean) {
    this.#parser = parser;
    this.#quoted = quoted;
    this.#firstToken = quoted ? ALL : FIRST_LINE;
    this.#lastToken = quoted ? ALL : LAST_LINE;
    this.#start = parser.position;
  }

  read(): Piece {
    const { source } = this.#parser;
    const parts: Part[] = [];
    while (this.#parser.position < source.length) {
      const at = this.#parser.position;
      const c = source[at] as string;
      if (this.#quoted && c === '"') {
        this.#parser.position += 1;
        this.#flush(parts);
        return { parts, end: null, at };
      }
      if ((c === '$' || c === '%') && source[at + 1] === c && source[at + 2] === '{') {
        this.#literal += `${c}{`;
        this.#parser.position += 3;
      } else if ((c === '$' || c === '%') && source[at + 1] === '{') {
        this.#open(parts);
        if (c === '$') this.#interpolation(parts);
        else {
          const end = this.#directive(parts, at);
          if (end !== null) return { parts, end, at };
        }
      } else this.#character(c);
    }
    if (this.#quoted) throw new ExpressionError('a string is not closed', this.#start);
    this.#flush(parts);
    return { parts, end: null, at: source.length };
  }

  #character(c: string): void {
    if (this.#quoted && c === '\\') this.#literal += escaped(this.#parser);
    else if (this.#quoted && c === '\n') throw new ExpressionError('a string is not closed on its line', this.#start);
    else {
      this.#literal += c;
      this.#parser.position += 1;
    }
  }

  #flush(parts: Part[]): void {
    const text = this.#strip ? this.#literal.replace(this.#firstToken, (t) => t.trimStart()) : this.#literal;
    if (text) parts.push(text);
    this.#literal = '';
    this.#strip = false;
  }

  /** Goes behind `${`, `${~`, `%{` or `%{~`. */
  #open(parts: Part[]): void {
    const strips = this.#parser.source[this.#parser.position + 2] === '~';
    if (strips) this.#literal = this.#literal.replace(this.#lastToken, (t) => t.trimEnd());
    this.#flush(parts);
    this.#parser.position += strips ? 3 : 2;
  }

  #interpolation(parts: Part[]): void {
    parts.push(this.#parser.expression());
    this.#strip = this.#parser.closeInterpolation();
  }

  /** @returns the word where it ends a piece */
  #directive(parts: Part[], at: number): string | null {
    const word = this.#parser.directive();
    if (word === 'if') this.#inside(at, () => parts.push(this.#condition(at)));
    else if (word === 'for') this.#inside(at, () => parts.push(this.#loop(at)));
    else if (word === 'else' || word === 'endif' || word === 'endfor') {
      this.#strip = this.#parser.closeInterpolation();
      return word;
    } else throw new ExpressionError(`there is no directive %{ ${word} }; a literal %{ is written %%{`, at);
    return null;
  }

  #inside(at: number, read: () => void): void {
    if (++this.#nesting > MAX_NESTING) throw new ExpressionError(`directives nested deeper than ${MAX_NESTING}`, at);
    read();
    this.#nesting -= 1;
  }

  #condition(at: number): Node {
    const test = this.#parser.expression();
    this.#strip = this.#parser.closeInterpolation();
    const yes = this.#piece(['else', 'endif'], 'if', at);
    const no = yes.end === 'else' ? this.#piece(['endif'], 'if', at) : { parts: [] };
    return text([{ kind: 'if', test, yes: text(yes.parts), no: text(no.parts) }]);
  }

  #loop(at: number): Node {
    const loop = this.#parser.loop();
    this.#strip = this.#parser.closeInterpolation();
    const { parts } = this.#piece(['endfor'], 'for', at);
    const of: Node = { kind: 'for', ...loop, resultKey: null, result: text(parts), test: null, group: false };
    return text([{ kind: 'joined', of }]);
  }

  #piece(ends: readonly string[], of: string, at: number): Piece {
    const piece = this.read();
    if (piece.end !== null && ends.includes(piece.end)) return piece;
    const found = piece.end === null ? '' : `, found %{ ${piece.end} }`;
    throw new ExpressionError(`%{ ${of} } is not closed with %{ ${ends.at(-1)} }${found}`, at);
  }
}

/** Text whatever the parts are. */
const text = (parts: readonly Part[]): Node => ({ kind: 'template', parts });

function escaped(parser: Parser): string {
  const at = parser.position;
  const c = parser.source[at + 1] ?? '';
  const hex = c === 'u' ? 4 : c === 'U' ? 8 : 0;
  parser.position += 2 + hex;
  if (Object.hasOwn(ESCAPES, c)) return ESCAPES[c] as string;
  const digits = parser.source.slice(at + 2, at + 2 + hex);
  const code = Number.parseInt(digits, 16);
  if (hex === 0 || !/^[0-9a-fA-F]+$/.test(digits) || digits.length !== hex || code > 0x10ffff)
    throw new ExpressionError(`unknown escape \\${c}`, at);
  return String.fromCodePoint(code);
}
