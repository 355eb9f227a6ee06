/**
 * Control-plane time. The only file of the plane that reads a clock or sets a timer (lint holds it).
 *
 * `rate` N makes control time run N times faster than the wall: health intervals, drains, back-off, cooldowns.
 * Requests stay in real time. No wait is clipped.
 */

/** Cancels a pending timer. Calling it twice, or after it fired, does nothing. */
export type Cancel = () => void;

export interface Clock {
  /** How many control milliseconds pass in one wall millisecond (1 … 1000). */
  readonly rate: number;
  /** Control time, milliseconds since the Unix epoch. */
  now(): number;
  /** Wall time, milliseconds since the Unix epoch. */
  wallNow(): number;
  /** A monotonic wall reading in milliseconds, for latencies. */
  monotonicMs(): number;
  /** Calls `fn` once after `controlMs` of control time. */
  after(controlMs: number, fn: () => void): Cancel;
  /** Calls `fn` each `controlMs` of control time, the first time after one period. */
  every(controlMs: number, fn: () => void): Cancel;
  /** Calls `fn` once after `wallMs` of wall time, for limits on real I/O (process stops, sockets). */
  afterWall(wallMs: number, fn: () => void): Cancel;
  /** Resolves after `controlMs` of control time; rejects with the signal's reason when aborted. */
  sleep(controlMs: number, signal?: AbortSignal): Promise<void>;
}

/** A clock on the machine's own time. @param rate 1 … 1000, default 1 */
export function createClock(rate = 1): Clock {
  const wallStart = Date.now();
  const monoStart = performance.now();
  const wallNow = (): number => wallStart + (performance.now() - monoStart);
  const timer = (ms: number, fn: () => void): Cancel => {
    const id = setTimeout(fn, Math.max(0, ms));
    return () => clearTimeout(id);
  };
  const clock: Clock = {
    rate,
    now: () => wallStart + (performance.now() - monoStart) * rate,
    wallNow,
    monotonicMs: () => performance.now(),
    after: (controlMs, fn) => timer(controlMs / rate, fn),
    every(controlMs, fn) {
      const id = setInterval(fn, Math.max(1, controlMs / rate));
      return () => clearInterval(id);
    },
    afterWall: timer,
    sleep: (controlMs, signal) => sleepWith(clock, controlMs, signal),
  };
  return clock;
}

/** A clock that only moves when told to: for tests and simulation. */
export interface ManualClock extends Clock {
  /** Moves control time on by `controlMs`, firing due timers in order and letting their promises settle. */
  advance(controlMs: number): Promise<void>;
}

/** @param startMs first reading of `now()`; default 2026-01-01T00:00:00Z */
export function createManualClock(startMs = Date.UTC(2026, 0, 1)): ManualClock {
  interface Timer {
    at: number;
    seq: number;
    fn: () => void;
    periodMs?: number;
  }
  let now = startMs;
  let seq = 0;
  const timers = new Set<Timer>();
  const add = (controlMs: number, fn: () => void, periodMs?: number): Cancel => {
    const timer: Timer = { at: now + Math.max(0, controlMs), seq: seq++, fn, ...(periodMs ? { periodMs } : {}) };
    timers.add(timer);
    return () => timers.delete(timer);
  };
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => setImmediate(resolve));
  };
  const clock: ManualClock = {
    rate: 1,
    now: () => now,
    wallNow: () => now,
    monotonicMs: () => now - startMs,
    after: (controlMs, fn) => add(controlMs, fn),
    every: (controlMs, fn) => add(controlMs, fn, Math.max(1, controlMs)),
    afterWall: (wallMs, fn) => add(wallMs, fn),
    sleep: (controlMs, signal) => sleepWith(clock, controlMs, signal),
    async advance(controlMs) {
      const end = now + controlMs;
      await settle();
      for (;;) {
        const due = [...timers].filter((t) => t.at <= end).sort((a, b) => a.at - b.at || a.seq - b.seq)[0];
        if (!due) break;
        now = Math.max(now, due.at);
        if (due.periodMs) due.at += due.periodMs;
        else timers.delete(due);
        due.fn();
        await settle();
      }
      now = end;
      await settle();
    },
  };
  return clock;
}

function sleepWith(clock: Clock, controlMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = (): void => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.after(controlMs, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}
