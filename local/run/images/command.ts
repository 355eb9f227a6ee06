/** Splits a command into words as a shell would, without running one. Pure. */

export interface ParsedCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Leading `NAME=value` words. */
  readonly env: Readonly<Record<string, string>>;
}

/** A message for the user in `message`. */
export class CommandSyntaxError extends Error {}

const NEEDS_SHELL = /[|&;<>()`$\n]/;
const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=/;

/**
 * Quotes and backslashes work as in sh; nothing is expanded, and what would need a shell is refused by name.
 * @throws CommandSyntaxError
 */
export function parseCommand(text: string): ParsedCommand {
  const words = splitWords(text);
  const env: Record<string, string> = {};
  while (words[0] && !words[0].quotedName && ASSIGNMENT.test(words[0].text)) {
    const word = words.shift()?.text ?? '';
    const equals = word.indexOf('=');
    env[word.slice(0, equals)] = word.slice(equals + 1);
  }
  const [command, ...args] = words.map((word) => word.text);
  if (!command) throw new CommandSyntaxError('there is no command');
  return { command, args, env };
}

interface Word {
  text: string;
  /** A quote before any `=`: then it is no assignment. */
  quotedName: boolean;
}

function splitWords(text: string): Word[] {
  const words: Word[] = [];
  let word: Word | null = null;
  const add = (piece: string): void => {
    word ??= { text: '', quotedName: false };
    word.text += piece;
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (character === ' ' || character === '\t') {
      if (word) words.push(word);
      word = null;
    } else if (character === "'" || character === '"') {
      const { content, end } = quoted(text, at);
      add('');
      const current = word as unknown as Word;
      current.quotedName ||= !current.text.includes('=');
      add(content);
      at = end;
    } else if (character === '\\') {
      at += 1;
      if (at >= text.length) throw new CommandSyntaxError('it ends in a backslash');
      add(text[at] as string);
    } else {
      refuseShell(character);
      add(character);
    }
  }
  if (word) words.push(word);
  return words;
}

/** The text inside the quotes that open at `start`. */
function quoted(text: string, start: number): { content: string; end: number } {
  const quote = text[start] as string;
  let content = '';
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at] as string;
    if (character === quote) return { content, end: at };
    if (quote === '"' && character === '\\' && /["\\$`]/.test(text[at + 1] ?? '')) {
      at += 1;
      content += text[at];
      continue;
    }
    if (quote === '"' && /[$`]/.test(character)) refuseShell(character);
    content += character;
  }
  throw new CommandSyntaxError(`a ${quote} is not closed`);
}

function refuseShell(character: string): void {
  if (!NEEDS_SHELL.test(character)) return;
  const shown = character === '\n' ? 'a newline' : `"${character}"`;
  throw new CommandSyntaxError(`${shown} needs a shell, and none is used: quote it, or run sh -c '…'`);
}
