/** Values computed once, on demand. Knows what is being computed, so that a circle is an error, and what rests on a secret. */
import { CutoverError } from '../../errors.ts';

interface Frame {
  readonly key: string;
  sensitive: boolean;
}

/** A longer chain of references is a mistake, and must not end in an exhausted call stack. */
const MAX_CHAIN = 300;

export class Memo {
  readonly #values = new Map<string, unknown>();
  readonly #failures = new Map<string, unknown>();
  readonly #sensitive = new Set<string>();
  readonly #frames: Frame[] = [];

  /** @throws CutoverError REFERENCE_CYCLE, and again what the first computing threw */
  once<T>(key: string, compute: () => T): T {
    if (this.#failures.has(key)) throw this.#failures.get(key);
    if (!this.#values.has(key)) this.#compute(key, compute);
    if (this.#sensitive.has(key)) this.markSensitive();
    return this.#values.get(key) as T;
  }

  #compute(key: string, compute: () => unknown): void {
    this.#refuseCircle(key);
    const frame: Frame = { key, sensitive: false };
    this.#frames.push(frame);
    try {
      this.#values.set(key, compute());
    } catch (error) {
      this.#failures.set(key, error);
      throw error;
    } finally {
      this.#frames.pop();
      if (frame.sensitive) this.#sensitive.add(key);
    }
  }

  #refuseCircle(key: string): void {
    const from = this.#frames.findIndex((f) => f.key === key);
    if (from < 0 && this.#frames.length < MAX_CHAIN) return;
    const chain = [...this.#frames.slice(Math.max(0, from)).map((f) => f.key), key];
    throw new CutoverError({
      code: from < 0 ? 'INVALID_EXPRESSION' : 'REFERENCE_CYCLE',
      address: key,
      message:
        from < 0
          ? `the chain of references is longer than ${MAX_CHAIN}`
          : `the value depends on itself: ${chain.join(' → ')}`,
      rule: 'a value is known before what refers to it',
      fix: 'remove one of these references',
    });
  }

  /** What is being computed rests on a secret. */
  markSensitive(): void {
    const frame = this.#frames.at(-1);
    if (frame) frame.sensitive = true;
  }

  isSensitive(key: string): boolean {
    return this.#sensitive.has(key);
  }
}
