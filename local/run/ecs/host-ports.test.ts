/** Dynamic host ports: leased and given back in any order, several at once, on a machine where others listen too. */
import { createServer } from 'node:net';
import test from 'ava';
import fc from 'fast-check';
import type { Instance, Reservation } from '../instances/instances.ts';
import { groupOf } from '../instances/testing/fleet.ts';
import { createRandom } from '../random.ts';
import { leasePort } from './host-ports.ts';

type Host = Pick<Instance, 'address' | 'group' | 'reservations'>;
const LOW = 40_000;

const host = (size: number): Host => ({
  address: '127.0.0.1',
  group: groupOf({ ephemeralPortRange: [LOW, LOW + size - 1] }),
  reservations: new Map(),
});

function reserve(on: Host, task: string): number[] {
  const reservation: Reservation = { taskGroup: 'service:web', cpuUnits: 0, memoryMiB: 0, ports: [] };
  on.reservations.set(task, reservation);
  return reservation.ports;
}

test('property: no port is used twice on an instance, none outside its range, and one is found while there is one', async (t) => {
  const step = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ lease: fc.integer({ min: 1, max: 3 }), count: fc.integer({ min: 1, max: 2 }) }),
    },
    { weight: 1, arbitrary: fc.record({ release: fc.nat(4) }) },
  );
  const busyPorts = fc.array(fc.nat(7), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 8 }),
      busyPorts,
      fc.array(step, { maxLength: 6 }),
      fc.nat(),
      async (size, busy, steps, seed) => {
        const on = host(size);
        const random = { below: (n: number) => seed % n };
        const others = new Set(busy.map((offset) => LOW + offset));
        const isFree = async (_host: string, port: number): Promise<boolean> => !others.has(port);
        let made = 0;
        const all = (): number[] => [...on.reservations.values()].flatMap(({ ports }) => ports);
        for (const one of steps) {
          if ('release' in one) {
            on.reservations.delete([...on.reservations.keys()][one.release] ?? '');
            continue;
          }
          // Several tasks start at once, each with one or two ports.
          const starting = Array.from({ length: one.lease }, async () => {
            const ports = reserve(on, `t${made++}`);
            const got: (number | null)[] = [];
            for (let i = 0; i < one.count; i++) got.push(await leasePort(on, ports, random, isFree));
            return got;
          });
          const refused = (await Promise.all(starting)).flat().includes(null);
          const used = all();
          const free = Array.from({ length: size }, (_, i) => LOW + i).filter(
            (p) => !others.has(p) && !used.includes(p),
          );
          if (new Set(used).size !== used.length) return false;
          if (used.some((port) => port < LOW || port >= LOW + size || others.has(port))) return false;
          if (refused && free.length > 0) return false;
        }
        return true;
      },
    ),
    { numRuns: 10_000 },
  );
  t.pass();
});

test('a port that something on the machine listens at is passed over', async (t) => {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  t.teardown(() => server.close());
  const on = { ...host(1), group: groupOf({ ephemeralPortRange: [port, port] }) };
  t.is(await leasePort(on, reserve(on, 'a'), createRandom('ports')), null);
  t.deepEqual(on.reservations.get('a')?.ports, []);
});
