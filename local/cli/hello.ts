/** Who listens at a port base: a plane says so without a token, also while it starts. */
import type { Hello } from '../run/control/front-door.ts';

const HELLO_WALL_MS = 2_000;

/** @returns null where nobody is there, or it is no plane of this state folder */
export async function helloAt(portBase: number, stateDir: string): Promise<Hello | null> {
  try {
    const signal = AbortSignal.timeout(HELLO_WALL_MS);
    const response = await fetch(`http://127.0.0.1:${portBase}/_cutover/hello`, { signal });
    const told = (await response.json()) as Hello;
    return told.stateDir === stateDir && Number.isInteger(told.pid) ? told : null;
  } catch {
    return null;
  }
}
