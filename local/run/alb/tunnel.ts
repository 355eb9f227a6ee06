/** WebSocket and other upgrades: the two connections are joined, byte for byte. */
import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { ForwardOptions } from './forward.ts';
import { rawError } from './responses.ts';
import type { TargetEntry } from './targets.ts';

export interface TunnelRequest {
  readonly req: IncomingMessage;
  readonly socket: Socket;
  readonly head: Buffer;
  readonly entry: TargetEntry;
  readonly headers: readonly string[];
}

export function tunnel(options: ForwardOptions, { req, socket, head, entry, headers }: TunnelRequest): void {
  const upstream = connect({ ...entry.target.endpoint });
  const cut = (): void => {
    upstream.destroy();
    socket.destroy();
  };
  entry.inFlight.add(cut);
  let open = false;
  upstream.on('connect', () => {
    open = true;
    entry.requests += 1;
    const lines = [`${req.method} ${req.url} HTTP/1.1`];
    for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
    upstream.write(`${lines.join('\r\n')}\r\n\r\n`);
    if (head.length > 0) upstream.write(head);
    upstream.pipe(socket);
    socket.pipe(upstream);
  });
  upstream.on('error', () => (open ? cut() : socket.end(rawError(502))));
  socket.on('error', cut);
  upstream.on('close', () => {
    entry.inFlight.delete(cut);
    options.targets.settled(entry);
    socket.end();
  });
  socket.on('close', () => upstream.destroy());
}
