/** The lines that the order scenarios write, as one outcome for each order. */
import type { Outcome } from '../verdict/record.ts';
import { type LoadLog, parseJson } from './line-tail.ts';

type Line =
  | { readonly o: 's'; readonly id: string; readonly path: string; readonly at: number }
  | {
      readonly o: 'e';
      readonly id: string;
      readonly as: string;
      readonly status: number;
      readonly ms: number;
      readonly error: string | null;
    };

export class OutcomeLog implements LoadLog {
  readonly #outcomes = new Map<string, Outcome>();
  #ended = 0;

  get sent(): number {
    return this.#outcomes.size;
  }

  get inFlight(): number {
    return this.#outcomes.size - this.#ended;
  }

  /** Every order in the order of sending. */
  outcomes(): Outcome[] {
    return [...this.#outcomes.values()];
  }

  take(text: string): void {
    const line = lineOf(parseJson(text));
    if (line?.o === 's') {
      const { id, path, at } = line;
      this.#outcomes.set(id, { id, path, sentAtMs: at, latencyMs: null, status: null, error: null });
      return;
    }
    const told = line && this.#outcomes.get(line.id);
    if (!line || !told) return;
    if (told.status === null) this.#ended += 1;
    this.#outcomes.set(line.id, { ...told, id: line.as, latencyMs: line.ms, status: line.status, error: line.error });
  }
}

function lineOf(value: unknown): Line | null {
  const line = value as Line | null;
  return typeof line === 'object' && line !== null && (line.o === 's' || line.o === 'e') ? line : null;
}
