/** Signals as KillSignal= names them. Pure. */
import { constants } from 'node:os';

/** With or without `SIG`, or a number; null where there is no such signal. */
export function signalOf(text: string | undefined): NodeJS.Signals | null {
  if (text === undefined) return null;
  const names = constants.signals as Readonly<Record<string, number>>;
  const name = text.startsWith('SIG') ? text : `SIG${text}`;
  const found = Object.keys(names).find((one) => one === name || String(names[one]) === text);
  return (found as NodeJS.Signals | undefined) ?? null;
}
