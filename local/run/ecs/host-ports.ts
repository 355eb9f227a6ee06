/** Dynamic host ports: unique on their instance, from its ephemeral range, and free on the machine when taken. */
import { createServer } from 'node:net';
import type { Instance } from '../instances/instances.ts';
import type { Random } from '../random.ts';

const TRIES = 200;

/** @returns a free port, already noted in `taken`; null where the range is used up */
export async function leasePort(instance: Instance, taken: number[], random: Random): Promise<number | null> {
  const [low, high] = instance.group.ephemeralPortRange;
  const size = high - low + 1;
  const start = random.below(size);
  const used = new Set([...instance.reservations.values()].flatMap((r) => r.ports));
  for (let i = 0; i < Math.min(size, TRIES + used.size); i++) {
    const port = low + ((start + i) % size);
    if (used.has(port) || taken.includes(port)) continue;
    taken.push(port);
    if (await isFree(instance.address, port)) return port;
    taken.splice(taken.indexOf(port), 1);
  }
  return null;
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
