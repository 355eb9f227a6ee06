/** Reads the JSON lines that the scenarios write, as they come, into one outcome for each order. */
import { type FileHandle, open } from 'node:fs/promises';
import type { Outcome } from '../verdict/record.ts';

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

const CHUNK_BYTES = 1 << 20;

export class OutcomeLog {
  readonly #file: string;
  readonly #outcomes = new Map<string, Outcome>();
  #handle: FileHandle | null = null;
  #offset = 0;
  #rest = '';
  #ended = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** Orders told so far. */
  get sent(): number {
    return this.#outcomes.size;
  }

  get inFlight(): number {
    return this.#outcomes.size - this.#ended;
  }

  /** Reads what was written since the last call; a file that is not there yet is empty. */
  async read(): Promise<void> {
    this.#handle ??= await open(this.#file, 'r').catch(() => null);
    if (!this.#handle) return;
    const buffer = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await this.#handle.read(buffer, 0, CHUNK_BYTES, this.#offset);
      if (bytesRead === 0) return;
      this.#offset += bytesRead;
      // Lines are ASCII JSON, so a chunk's edge cannot cut a character.
      const lines = (this.#rest + buffer.toString('latin1', 0, bytesRead)).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#take(line);
    }
  }

  /** Every order in the order of sending. */
  outcomes(): Outcome[] {
    return [...this.#outcomes.values()];
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = null;
  }

  #take(text: string): void {
    const line = parseLine(text);
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

/** Anything else that a script prints is not an outcome. */
function parseLine(text: string): Line | null {
  try {
    const line = JSON.parse(text) as Line;
    return typeof line === 'object' && line !== null && (line.o === 's' || line.o === 'e') ? line : null;
  } catch {
    return null;
  }
}
