/** Which port is really bound for a wished one, by what the machine allows. */
import { CutoverError } from '../../errors.ts';
import type { Probe } from './probe.ts';

export interface PortMap {
  /** Fixed for (owner, port) until the owner is forgotten: load balancer listeners. */
  fixed(owner: string, host: string, port: number): number;
  forget(owner: string): void;
  /** For a wished port on an instance or task address. */
  bind(host: string, port: number): number;
  /** One sentence a mapped port. */
  describe(): string[];
}

/** Every port is real. */
export const realPorts: PortMap = {
  fixed: (_owner, _host, port) => port,
  forget: () => {},
  bind: (_host, port) => port,
  describe: () => [],
};

const LOW_PORTS = 1024;
const LOW_PORT_OFFSET = 10_000;

/** Ports below 1024 become 10000 + port, or the next free one of that address; all others are real. */
export function createLowPortMap(): PortMap {
  const byHost = new Map<string, Map<number, number>>();
  const map = (host: string, port: number): number => {
    const ports = byHost.get(host) ?? new Map<number, number>();
    byHost.set(host, ports);
    const known = ports.get(port);
    if (known !== undefined) return known;
    const taken = new Set(ports.values());
    let actual = port < LOW_PORTS ? port + LOW_PORT_OFFSET : port;
    while (taken.has(actual)) actual += 1;
    ports.set(port, actual);
    return actual;
  };
  return {
    fixed: (_owner, host, port) => map(host, port),
    forget: () => {},
    bind: map,
    describe: () =>
      [...byHost].flatMap(([host, ports]) =>
        [...ports].flatMap(([port, actual]) => (port === actual ? [] : [`${host}: port ${port} is ${actual}`])),
      ),
  };
}

const LISTENER_PORTS = { first: 10, last: 99 };
const TASK_PORTS = { first: 100, last: 989 };

/**
 * One address for all, so each wish gets a port of its own: listeners from port base + 10 to + 99, instances and tasks
 * from + 100 to + 989, those that nobody else uses now. Listener ports are fixed; each call of `bind` gives the port
 * that was given longest ago.
 */
export async function createLeasedPortMap(probe: Probe, host: string, portBase: number): Promise<PortMap> {
  const free = async (range: { first: number; last: number }): Promise<number[]> => {
    const ports: number[] = [];
    for (let port = portBase + range.first; port <= Math.min(portBase + range.last, 65_535); port++)
      if ((await probe.canBind(host, port)) === 'free') ports.push(port);
    return ports;
  };
  const listenerPorts = await free(LISTENER_PORTS);
  const taskPorts = await free(TASK_PORTS);
  const leased = new Map<string, number>();
  return {
    fixed(owner, _host, port) {
      const key = `${owner} port ${port}`;
      const actual = leased.get(key) ?? listenerPorts.shift();
      if (actual === undefined) throw noPortLeft(portBase);
      leased.set(key, actual);
      return actual;
    },
    forget(owner) {
      for (const [key, port] of leased) {
        if (!key.startsWith(`${owner} port `)) continue;
        leased.delete(key);
        listenerPorts.push(port);
      }
    },
    bind() {
      const actual = taskPorts.shift();
      if (actual === undefined) throw noPortLeft(portBase);
      taskPorts.push(actual);
      return actual;
    },
    describe: () => [...leased].map(([key, port]) => `${key} is ${host}:${port}`),
  };
}

function noPortLeft(portBase: number): CutoverError {
  return new CutoverError({
    code: 'ADDRESS_UNAVAILABLE',
    message: 'no free port is left in the range of this plane',
    value: portBase,
    rule: 'with one loopback address only, the plane leases ports from port base + 10 to + 989',
    fix: 'choose another --port-base, or run on Linux, where all of 127.0.0.0/8 is there',
  });
}
