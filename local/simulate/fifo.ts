/** First in, first out, without the cost of shifting an array. */
export class Fifo<T> {
  #items: T[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  peek(): T | undefined {
    return this.#items[this.#head];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (this.#head >= this.#items.length) return undefined;
    this.#head += 1;
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Takes out what the test picks. @returns what was taken out, in order */
  extract(picks: (item: T) => boolean): T[] {
    const all = this.#items.slice(this.#head);
    this.#items = all.filter((item) => !picks(item));
    this.#head = 0;
    return all.filter(picks);
  }
}
