/** Durations that task definitions carry in their environment: `…_MS`, `…_SECONDS`, or a bare number. Pure. */
import type { ContainerDefinition } from '../../../topology.ts';

export interface Duration {
  readonly name: string;
  readonly seconds: number;
}

/** A bare number of this size or more is taken for milliseconds. */
const LEAST_MILLISECONDS = 1000;

/** The first variable that the pattern names and that holds a number; null where there is none. */
export function durationIn(container: ContainerDefinition, names: RegExp): Duration | null {
  for (const [name, value] of Object.entries(container.environment)) {
    const found = names.test(name) ? /^\s*(\d+(?:\.\d+)?)\s*(ms|s)?\s*$/i.exec(value) : null;
    if (!found) continue;
    const number = Number(found[1]);
    const unit = found[2]?.toLowerCase();
    const isSeconds = unit === 's' || /_(S|SEC|SECS|SECONDS)$/i.test(name);
    const isMilliseconds = unit === 'ms' || /_(MS|MILLIS|MILLISECONDS)$/i.test(name);
    const inSeconds = isSeconds || (!isMilliseconds && number < LEAST_MILLISECONDS);
    return { name, seconds: inSeconds ? number : number / 1000 };
  }
  return null;
}

/** How long a service finishes requests after SIGTERM. */
export const DRAIN = /(^|_)(DRAIN|SHUTDOWN|GRACEFUL|TERMINATION)(_[A-Z]+)*_?(TIMEOUT|PERIOD|GRACE)(_[A-Z]+)?$/i;

/** How long a service keeps an idle connection. */
export const KEEP_ALIVE = /KEEP_?ALIVE(_?TIMEOUT)?(_[A-Z]+)?$/i;
