/** Reads a file's lines as they are written. */
import { type FileHandle, open } from 'node:fs/promises';

const CHUNK_BYTES = 1 << 20;

export class LineTail {
  readonly #file: string;
  readonly #take: (line: string) => void;
  #handle: FileHandle | null = null;
  #offset = 0;
  #rest = '';

  /** @param take gets each whole line, as latin1: what must be exact is ASCII */
  constructor(file: string, take: (line: string) => void) {
    this.#file = file;
    this.#take = take;
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
      // One byte is one character here, so a chunk's edge cuts none.
      const lines = (this.#rest + buffer.toString('latin1', 0, bytesRead)).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#take(line);
    }
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = null;
  }
}

/** What a scenario's lines mean: one of these for each kind of load. */
export interface LoadLog {
  /** Orders or requests told so far. */
  readonly sent: number;
  readonly inFlight: number;
  take(line: string): void;
}

/** Anything else that a script prints is no line of ours. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
