/** Bytes received and not yet used. Adopts a chunk that comes alone; grows by doubling where heads come in pieces. */
export class Bytes {
  #buffer: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;
  #owned = false;

  get length(): number {
    return this.#end - this.#start;
  }

  /** The bytes, valid until the next append. */
  view(): Buffer {
    return this.#start === 0 && this.#end === this.#buffer.length
      ? this.#buffer
      : this.#buffer.subarray(this.#start, this.#end);
  }

  append(chunk: Buffer): void {
    if (this.length === 0) {
      this.#buffer = chunk;
      this.#start = 0;
      this.#end = chunk.length;
      this.#owned = false;
      return;
    }
    const needed = this.length + chunk.length;
    if (!this.#owned || this.#end + chunk.length > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed * 2, 1024));
      this.#buffer.copy(grown, 0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
      this.#buffer = grown;
      this.#owned = true;
    }
    chunk.copy(this.#buffer, this.#end);
    this.#end += chunk.length;
  }

  drop(count: number): void {
    this.#start += count;
    if (this.#start >= this.#end) this.clear();
  }

  clear(): void {
    this.#buffer = EMPTY;
    this.#start = 0;
    this.#end = 0;
    this.#owned = false;
  }
}

const EMPTY = Buffer.alloc(0);
