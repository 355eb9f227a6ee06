/** What this machine lets the plane bind. Owns trial binds; decides nothing. */
import { createServer, type Server } from 'node:net';

/** `denied`: a privileged port. `unavailable`: no such address here. `in-use`: another process has it. */
export type BindResult = 'free' | 'denied' | 'unavailable' | 'in-use';

export interface Probe {
  canBind(host: string, port: number): Promise<BindResult>;
  /** Holds host and port until released; null where it cannot be had. */
  hold(host: string, port: number): Promise<{ release(): Promise<void> } | null>;
}

export const machineProbe: Probe = {
  async canBind(host, port) {
    const outcome = await listen(host, port);
    if (typeof outcome === 'string') return outcome;
    await closed(outcome);
    return 'free';
  },
  async hold(host, port) {
    const outcome = await listen(host, port);
    if (typeof outcome === 'string') return null;
    outcome.unref();
    return { release: () => closed(outcome) };
  },
};

function listen(host: string, port: number): Promise<Server | BindResult> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => resolve(resultOf(error.code)));
    server.listen({ host, port, exclusive: true }, () => resolve(server));
  });
}

function resultOf(code: string | undefined): BindResult {
  if (code === 'EACCES' || code === 'EPERM') return 'denied';
  return code === 'EADDRINUSE' ? 'in-use' : 'unavailable';
}

const closed = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
