/** Words into texts: variables by what the script set, commands by what is known of them. Pure. */
import type { Word } from './words.ts';

export interface Expansion {
  variable(name: string): string | undefined;
  /** What a command prints; null where it is not known here. */
  command(text: string): string | null;
  /** Told what could not be evaluated: it counts as nothing. */
  unknown(text: string): void;
}

/** One text, whatever is in it: for heredocs, assignments and redirections. */
export function expandText(word: Word, expansion: Expansion): string {
  return word.map((part) => partValue(part, expansion)).join('');
}

/** As the shell splits: what comes from an unquoted variable or command is several words where it holds blanks. */
export function expandWord(word: Word, expansion: Expansion): string[] {
  const out: string[] = [];
  let current: string | null = null;
  for (const part of word) {
    const value = partValue(part, expansion);
    if (part.kind === 'text' || part.quoted) {
      current = (current ?? '') + value;
      continue;
    }
    const pieces = value.split(/[ \t\n]+/);
    for (const [index, piece] of pieces.entries()) {
      if (index > 0 && current !== null) {
        out.push(current);
        current = null;
      }
      if (piece !== '') current = (current ?? '') + piece;
    }
  }
  if (current !== null) out.push(current);
  return out;
}

function partValue(part: Word[number], expansion: Expansion): string {
  if (part.kind === 'text') return part.text;
  if (part.kind === 'variable') {
    const value = expansion.variable(part.name);
    return value !== undefined && value !== '' ? value : (part.fallback ?? '');
  }
  const value = part.kind === 'command' ? expansion.command(part.text) : null;
  if (value === null) expansion.unknown(part.text);
  return (value ?? '').replace(/\n+$/, '');
}
