/** At most so many at a time; the others wait in the order in which they came. */
export interface Slots {
  /** Resolves with the slot; calling the answer gives it back. */
  take(): Promise<() => void>;
}

export function createSlots(limit: number): Slots {
  const waiting: (() => void)[] = [];
  let taken = 0;
  const release = (): void => {
    const next = waiting.shift();
    if (next) next();
    else taken -= 1;
  };
  return {
    async take() {
      if (taken < limit) taken += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return release;
    },
  };
}
