/** Heredocs inside expressions: `<<EOT` … `EOT`. Where one is the whole of an attribute, reading has made a text of it already. */
import { ExpressionError } from './ast.ts';

const START = /<<(-?)([\p{L}_][\p{L}\p{N}_-]*)\r?\n/uy;

export interface Heredoc {
  /** The template in it. */
  readonly body: string;
  /** Where the line of its end word ends. */
  readonly end: number;
}

/** @param at where its `<<` is @throws ExpressionError */
export function heredocAt(source: string, at: number): Heredoc {
  START.lastIndex = at;
  const found = START.exec(source);
  if (!found) throw new ExpressionError('a heredoc begins with << and a word that ends its line', at);
  const [, isFlush, word] = found;
  const start = START.lastIndex;
  for (let line = start; line < source.length; line = nextLine(source, line)) {
    const next = nextLine(source, line);
    if (source.slice(line, next).trim() !== word) continue;
    const lines = source.slice(start, line).match(/[^\n]*\n/g) ?? [];
    return { body: (isFlush ? flush(lines) : lines).join(''), end: source.slice(line, next).trimEnd().length + line };
  }
  throw new ExpressionError(`the heredoc is not closed with ${word} on a line of its own`, at);
}

function nextLine(source: string, from: number): number {
  const at = source.indexOf('\n', from);
  return at < 0 ? source.length : at + 1;
}

/** Takes away the indentation that all lines have. A line whose beginning was stripped by `~}` above it has none of its own (HCL). */
function flush(lines: readonly string[]): string[] {
  const begins = lines.map((_, i) => i === 0 || !/~\}[^\S\n]*\n$/.test(lines[i - 1] ?? ''));
  const counted = lines.filter((line, i) => begins[i] && line.trim() !== '');
  const spaces = counted.map((line) => (/^\s*[$%]\{~/.test(line) ? 0 : line.length - line.trimStart().length));
  const indentation = Math.min(...spaces, Number.MAX_SAFE_INTEGER);
  return lines.map((line, i) => (begins[i] && line.trim() !== '' ? line.slice(indentation) : line));
}
