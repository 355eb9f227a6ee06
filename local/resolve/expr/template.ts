/** String templates: literal text with `${…}` in it, escapes `$${` and `%%{`, strip markers `~`. */
import { ExpressionError, type Node } from './ast.ts';
import type { Parser } from './parser.ts';

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

/** A lone interpolation keeps its type; all else is text. */
export function templateNode(parts: readonly (string | Node)[]): Node {
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
export function templateParts(parser: Parser, quoted: boolean): (string | Node)[] {
  const { source } = parser;
  const start = parser.position;
  const parts: (string | Node)[] = [];
  let literal = '';
  let strip = false;
  const flush = (): void => {
    const text = strip ? literal.trimStart() : literal;
    if (text) parts.push(text);
    literal = '';
    strip = false;
  };
  while (parser.position < source.length) {
    const i = parser.position;
    const c = source[i] as string;
    const opens = source[i + 1] === '{';
    if (quoted && c === '"') {
      parser.position += 1;
      flush();
      return parts;
    }
    if ((c === '$' || c === '%') && source[i + 1] === c && source[i + 2] === '{') {
      literal += `${c}{`;
      parser.position += 3;
    } else if (c === '%' && opens)
      throw new ExpressionError(
        'template directives (%{if}, %{for}) are not supported; a literal %{ is written %%{',
        i,
      );
    else if (c === '$' && opens) {
      const stripBefore = source[i + 2] === '~';
      if (stripBefore) literal = literal.trimEnd();
      flush();
      parser.position += stripBefore ? 3 : 2;
      parts.push(parser.expression());
      strip = parser.closeInterpolation();
    } else if (quoted && c === '\\') literal += escaped(parser);
    else if (quoted && c === '\n') throw new ExpressionError('a string is not closed on its line', start);
    else {
      literal += c;
      parser.position += 1;
    }
  }
  if (quoted) throw new ExpressionError('a string is not closed', start);
  flush();
  return parts;
}

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
