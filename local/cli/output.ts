/** How commands talk: results to stdout, progress to stderr; colour only where a terminal wants it. */
import { CutoverError, describeProblem, ExitCode, errorToJson } from '../errors.ts';

/** Whether the stream is a terminal that understands more than lines. */
export const isTerminal = (stream: NodeJS.WriteStream): boolean =>
  Boolean(stream.isTTY) && process.env['TERM'] !== 'dumb';

const wantsColour = (stream: NodeJS.WriteStream): boolean => isTerminal(stream) && !process.env['NO_COLOR'];

const CODES = { red: 31, green: 32, yellow: 33, cyan: 36, dim: 2, bold: 1 } as const;

/** Wraps text in a terminal colour, or leaves it as it is (no terminal, NO_COLOR, a pipe). */
export function paint(text: string, colour: keyof typeof CODES, stream: NodeJS.WriteStream = process.stdout): string {
  return wantsColour(stream) ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text;
}

let printed = false;

/** Whether a result, or a part of one, is out. */
export const hasPrinted = (): boolean => printed;

/** A result, to stdout. */
export function print(text: string): void {
  printed = true;
  process.stdout.write(`${text}\n`);
}

/** A result as JSON, to stdout. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** One of many results, or an error that may follow some: JSON on one line. */
export const printJsonLine = (value: unknown): void => print(JSON.stringify(value));

/** Whoever read may have read enough (`| head -1`): what is left is written to nobody, and nothing fails for it. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
}

/** Progress, to stderr. */
export function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Reports any error the way the flags ask for. @returns the exit code */
export function reportError(error: unknown, json: boolean): ExitCode {
  if (json) printJsonLine(errorToJson(error));
  if (error instanceof CutoverError) {
    if (!json) for (const problem of error.problems) progress(paint(describeProblem(problem), 'red', process.stderr));
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  progress(
    paint(`INTERNAL: this is a bug in Cutover, please report it with what follows\n${text}`, 'red', process.stderr),
  );
  return ExitCode.internal;
}

/** A plain table: header, rows, columns two spaces apart; numbers are the caller's text. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((h, i) => Math.max(h.length, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return [paint(line(header), 'bold'), ...rows.map(line)].join('\n');
}
