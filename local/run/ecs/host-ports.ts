/** Dynamic host ports: unique on their instance, from its ephemeral range, and free on the machine when taken. */
import { createServer } from 'node:net';
import type { Instance } from '../instances/instances.ts';
import type { Random } from '../random.ts';

/** Ports that something else on the machine may have, in a row, before the range counts as used up. */
const TRIES = 200;

/**
 * @param taken ports of the reservation that it is for, where the port is noted before anything is waited for
 * @param isFree can the port be bound on the machine just now?
 * @returns a free port, already noted in `taken`; null where the range is used up
 */
export async function leasePort(
  instance: Pick<Instance, 'address' | 'group' | 'reservations'>,
  taken: number[],
  random: Pick<Random, 'below'>,
  isFree: (host: string, port: number) => Promise<boolean> = canBind,
): Promise<number | null> {
  const [low, high] = instance.group.ephemeralPortRange;
  const size = high - low + 1;
  const start = random.below(size);
  // Read anew after each wait: another task may have taken ports meanwhile.
  const isUsed = (port: number): boolean =>
    taken.includes(port) || [...instance.reservations.values()].some(({ ports }) => ports.includes(port));
  let tries = 0;
  for (let i = 0; i < size && tries < TRIES; i++) {
    const port = low + ((start + i) % size);
    if (isUsed(port)) continue;
    tries += 1;
    taken.push(port);
    if (await isFree(instance.address, port)) return port;
    taken.splice(taken.indexOf(port), 1);
  }
  return null;
}

function canBind(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
