/** Tables of the terminal summary. */
import Table from 'cli-table3';

// biome-ignore lint/suspicious/noControlCharactersInRegex: values must not steer the terminal
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

export function plainTable(head: string[]): Table.Table {
  return new Table({ head, style: { head: [], border: [], compact: true } });
}

/** Without what would steer a terminal. */
export function clean(value: unknown): string {
  return String(value).replace(CONTROL, '\ufffd');
}
