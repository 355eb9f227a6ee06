/** What a shell script is made of, before anything is expanded. Types only. */

export type Part =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  /** `$NAME` or `${NAME:-fallback}`; null: no fallback. */
  | { readonly kind: 'variable'; readonly name: string; readonly fallback: string | null; readonly quoted: boolean }
  /** `$(…)` or backquotes: the text inside. */
  | { readonly kind: 'command'; readonly text: string; readonly quoted: boolean }
  /** Arithmetic and pattern expansions: not evaluated. */
  | { readonly kind: 'unknown'; readonly text: string; readonly quoted: boolean };

export type Word = readonly Part[];

export interface Redirect {
  /** 0 is the input; 1 the output; 2 errors. */
  readonly fd: number;
  readonly operator: '<' | '>' | '>>' | '>&' | '<&';
  readonly target: Word;
}

/** One simple command. */
export interface ShellCommand {
  /** Line of its first word, from 1. */
  readonly line: number;
  /** As written, heredoc bodies left out. */
  readonly source: string;
  readonly words: readonly Word[];
  readonly redirects: readonly Redirect[];
  /** Text of a heredoc or here-string; null without one. */
  readonly input: Word | null;
  /** What follows it. */
  readonly end: ';' | '&' | '&&' | '||' | '|';
}
