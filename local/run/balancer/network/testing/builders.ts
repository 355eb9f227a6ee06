/** A network load balancer for tests, and targets that hold their connections open. */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { ExecutionContext } from 'ava';
import { freePort } from '../../../../../services/kit/src/testing/free-port.ts';
import type { Listener, NetworkGroup, TargetGroup } from '../../../../topology.ts';
import { LISTENING_DEFAULTS, NETWORK_DEFAULTS } from '../../../api/services/elbv2-network.ts';
import { makeCertificate } from '../../certificate.ts';
import { type BalancerSetup, startBalancer, targetGroup } from '../../testing/builders.ts';

const HOST = '127.0.0.1';

export const networkGroup = (
  name: string,
  network: Partial<NetworkGroup> = {},
  change: Partial<TargetGroup> = {},
): TargetGroup =>
  targetGroup(name, {
    protocol: 'TCP',
    network: { ...NETWORK_DEFAULTS, ...network },
    ...change,
  });

export const tcp: Partial<Listener> = { protocol: 'TCP', network: LISTENING_DEFAULTS };

/** With a TCP listener that forwards to the group `web`, unless told otherwise. */
export async function startNetwork(t: ExecutionContext, setup: BalancerSetup = {}) {
  const lb = await startBalancer({
    groups: [networkGroup('web')],
    listener: tcp,
    ...setup,
    loadBalancer: { network: { crossZone: false }, ...setup.loadBalancer },
  });
  t.teardown(() => lb.balancer.close());
  return lb;
}

export interface HeldTarget {
  readonly port: number;
  /** Connections that sent something, in order; checks by TCP send nothing. */
  readonly sockets: Socket[];
  /** All that each of them sent so far, a character a byte. */
  readonly received: string[];
  /** What connections sent that were ended before their first byte was answered: checks. */
  close(): void;
}

/** @param onData what to do with the n-th connection's bytes; @param secure speaks TLS */
export async function heldTarget(
  t: ExecutionContext,
  onData: (socket: Socket, text: string) => void = () => undefined,
  secure = false,
): Promise<HeldTarget> {
  const sockets: Socket[] = [];
  const received: string[] = [];
  const all = new Set<Socket>();
  const accept = (socket: Socket): void => {
    all.add(socket);
    let index = -1;
    socket.on('error', () => undefined);
    socket.on('close', () => all.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      if (index < 0) index = sockets.push(socket) - 1;
      received[index] = (received[index] ?? '') + chunk.toString('latin1');
      onData(socket, chunk.toString('latin1'));
    });
  };
  const server: Server = secure
    ? createTlsServer(
        {
          ...(await makeCertificate({ host: HOST, names: ['localhost'], nowMs: Date.now() })),
          ALPNProtocols: ['h2', 'http/1.1'],
        },
        accept,
      )
    : createServer({ allowHalfOpen: true, noDelay: true }, accept);
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, HOST, resolve));
  const close = (): void => {
    server.close();
    for (const socket of all) socket.destroy();
  };
  t.teardown(close);
  return { port, sockets, received, close };
}

/** Until it holds; tests end it by their own limit. */
export async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

/** Resolves with the code of the connection's error, or with `null` where it ends without one. */
export function endOf(socket: Socket): Promise<string | null> {
  return new Promise((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
    socket.on('close', () => resolve(null));
  });
}
