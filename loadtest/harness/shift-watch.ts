/** Keeps what is seen of one blue/green deployment: each change once, with the times between which it came. */
import type { Status } from '../../local/status.ts';
import type { System } from '../systems.ts';
import type { ShiftReading } from '../verdict/blue-green-record.ts';
import type { ReadTimes } from './follower.ts';
import { findShift, type KnownSets, readShift, type Shift } from './read-shift.ts';

export class ShiftWatch {
  readonly readings: ShiftReading[] = [];
  readonly #deploymentId: string;
  readonly #system: System;
  #sets: KnownSets = { blue: null, green: null };
  #lastAskedMs: number | null = null;
  #shift: Shift | null = null;

  readonly #onChange: (now: ShiftReading) => void;

  constructor(deploymentId: string, system: System, onChange: (now: ShiftReading) => void) {
    this.#deploymentId = deploymentId;
    this.#system = system;
    this.#onChange = onChange;
  }

  /** As it was last read; null before the plane told of it. */
  get shift(): Shift | null {
    return this.#shift;
  }

  /** Every status comes by here, with the times between which the plane wrote it. */
  observe(status: Status, { askedMs, gotMs }: ReadTimes): void {
    const shift = findShift(status, this.#deploymentId);
    if (!shift) return;
    this.#shift = shift;
    const { blue, green } = shift.deployment;
    this.#sets = { blue: this.#sets.blue ?? blue.taskSet, green: this.#sets.green ?? green.taskSet };
    const reading = readShift(status, shift, { system: this.#system, sets: this.#sets });
    const last = this.readings.at(-1);
    if (!last || !isSame(last, reading)) {
      const now = { ...reading, atMs: gotMs, beforeMs: this.#lastAskedMs };
      this.readings.push(now);
      this.#onChange(now);
    }
    this.#lastAskedMs = askedMs;
  }
}

function isSame(a: ShiftReading, b: Omit<ShiftReading, 'atMs' | 'beforeMs'>): boolean {
  return (Object.keys(b) as (keyof typeof b)[]).every((key) => a[key] === b[key]);
}
