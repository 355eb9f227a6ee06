/** Values computed once, on demand. Knows what is being computed, so that a circle is an error, and what marked values it rests on. */
import { CutoverError } from '../../errors.ts';

/** What is true of a value, and of every value that rests on it. */
export type Mark = 'sensitive' | 'ephemeral';

interface Frame {
  readonly key: string;
  readonly marks: Set<Mark>;
}

/** A longer chain of references is a mistake, and must not end in an exhausted call stack. */
const MAX_CHAIN = 300;

export class Memo {
  readonly #values = new Map<string, unknown>();
  readonly #failures = new Map<string, unknown>();
  readonly #marks = new Map<string, ReadonlySet<Mark>>();
  readonly #frames: Frame[] = [];

  /** @throws CutoverError REFERENCE_CYCLE, and again what the first computing threw */
  once<T>(key: string, compute: () => T): T {
    if (this.#failures.has(key)) throw this.#failures.get(key);
    if (!this.#values.has(key)) this.#compute(key, compute);
    for (const mark of this.#marks.get(key) ?? []) this.mark(mark);
    return this.#values.get(key) as T;
  }

  #compute(key: string, compute: () => unknown): void {
    this.#refuseCircle(key);
    const frame: Frame = { key, marks: new Set() };
    this.#frames.push(frame);
    try {
      this.#values.set(key, compute());
    } catch (error) {
      this.#failures.set(key, error);
      throw error;
    } finally {
      this.#frames.pop();
      if (frame.marks.size > 0) this.#marks.set(key, frame.marks);
    }
  }

  #refuseCircle(key: string): void {
    const from = this.#frames.findIndex((f) => f.key === key);
    if (from < 0 && this.#frames.length < MAX_CHAIN) return;
    const chain = [...this.#frames.slice(Math.max(0, from)).map((f) => f.key), key].map(plain);
    const shown = chain.filter((name, i) => name !== '' && name !== chain[i - 1]);
    throw new CutoverError({
      code: from < 0 ? 'INVALID_EXPRESSION' : 'REFERENCE_CYCLE',
      address: plain(key),
      message:
        from < 0
          ? `the chain of references is longer than ${MAX_CHAIN}`
          : `the value depends on itself: ${shown.join(' → ')}`,
      rule: 'a value is known before what refers to it',
      fix: 'remove one of these references',
    });
  }

  /** What is being computed has the mark. */
  mark(mark: Mark): void {
    this.#frames.at(-1)?.marks.add(mark);
  }

  /** What is being computed has no longer the mark of what it rests on. */
  unmark(mark: Mark): void {
    this.#frames.at(-1)?.marks.delete(mark);
  }

  /** Runs; what that rests on gives its other marks to what is being computed, not this one. */
  without<T>(mark: Mark, run: () => T): T {
    const frame: Frame = { key: '', marks: new Set() };
    this.#frames.push(frame);
    try {
      return run();
    } finally {
      this.#frames.pop();
      for (const other of frame.marks) if (other !== mark) this.mark(other);
    }
  }

  has(mark: Mark, key: string): boolean {
    return this.#marks.get(key)?.has(mark) === true;
  }
}

/** A key without what distinguishes several values of one thing. */
const plain = (key: string): string => key.replace(/ \([^)]*\)$/, '');
