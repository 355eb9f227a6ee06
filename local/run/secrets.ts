/** Generated secrets, by resource address: the same as long as the plane's state folder lives, also after a crash. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom } from './random.ts';
import { setAside } from './set-aside.ts';

export interface Secrets {
  /** 32 characters for an address. */
  of(address: string): string;
}

/** The seed is kept with mode 0600 in the state folder. @param onWarn told where it was damaged */
export async function createSecrets(stateDir: string, onWarn: (message: string) => void): Promise<Secrets> {
  const file = join(stateDir, 'secrets.seed');
  const text = await readFile(file, 'utf8').catch(() => '');
  // Cut off, as by a full disk, it would make secrets that anybody can make.
  const known = /^[0-9a-f]{64}$/.test(text) ? text : null;
  if (known === null && text !== '') onWarn(`${file} is damaged: generated secrets are drawn anew; ${setAside(file)}`);
  const seed = known ?? createRandom().hex(64);
  if (known === null) await writeFile(file, seed, { mode: 0o600 });
  return { of: (address) => createRandom(`${seed} ${address}`).hex(32) };
}
