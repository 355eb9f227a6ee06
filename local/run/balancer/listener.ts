/** What listeners, rules and load balancers are at run time, and the socket a listener is bound to. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { CutoverError } from '../../errors.ts';
import type { Listener, LoadBalancer } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import type { Endpoint } from '../contracts.ts';
import type { Authority } from './certificate.ts';
import { ClientConnection } from './client-connection.ts';
import type { RouteTable } from './decide-route.ts';
import type { Share } from './decide-target.ts';
import type { HeadRules, RequestHead } from './http/request-head.ts';
import { alpnProtocols } from './network/alpn.ts';
import { NetworkCounters } from './network/counters.ts';
import { acceptFlow, type NetworkFlow } from './network/flow.ts';
import type { LocalAnswer } from './pages.ts';
import type { StickyCookies } from './sticky.ts';
import type { TargetGroupRuntime } from './target-group.ts';
import type { TraceIds } from './trace-id.ts';
import { LoadBalancerCounters } from './traffic.ts';

/** Past this many clients at one listener, new ones are rejected (RejectedConnectionCount). */
const CONNECTION_LIMIT = 20_000;
const HANDSHAKE_MS = 10_000;

export interface GroupShare extends Share {
  readonly group: TargetGroupRuntime;
}

/** What a redirect needs to know of the listener that was asked. */
export interface AskedListener {
  readonly definition: Pick<Listener, 'protocol'>;
  readonly bound: Pick<Endpoint, 'port'>;
}

/** An action, compiled. */
export type RouteAction =
  | {
      readonly type: 'forward';
      readonly shares: readonly GroupShare[];
      /** Group stickiness; null where off. */
      readonly stickinessSeconds: number | null;
      /** What group cookies are for: the rule's or listener's ARN. */
      readonly scope: string;
    }
  | { readonly type: 'redirect'; readonly answer: (request: RequestHead, at: AskedListener) => LocalAnswer }
  | { readonly type: 'fixed-response'; readonly answer: LocalAnswer };

export class LoadBalancerRuntime {
  definition: LoadBalancer;
  headRules: HeadRules;
  readonly counters = new LoadBalancerCounters();
  /** Of a network load balancer. */
  readonly network = new NetworkCounters();

  constructor(definition: LoadBalancer) {
    this.definition = definition;
    this.headRules = definition;
  }

  update(definition: LoadBalancer): void {
    this.definition = definition;
    this.headRules = definition;
  }
}

/** What connections share. */
export interface ProxyContext {
  readonly clock: Clock;
  readonly random: () => number;
  readonly traceIds: TraceIds;
  readonly cookies: StickyCookies;
  readonly connections: Set<ClientConnection>;
  /** Connections through network load balancers. */
  readonly flows: Set<NetworkFlow>;
  /** Of the certificates of HTTPS listeners; none: they sign themselves. */
  readonly authority: Authority | undefined;
  /** HTTP date of about now. */
  date: string;
}

export class ListenerRuntime {
  definition: Listener;
  readonly lb: LoadBalancerRuntime;
  readonly endpoint: Endpoint;
  readonly context: ProxyContext;
  /** Replaced as a whole: a request sees the old rules or the new ones. */
  routes: RouteTable<RouteAction>;
  closing = false;
  /** What was bound; its port differs from the endpoint's only where that is 0. */
  bound: Endpoint;
  #server: Server | null = null;

  constructor(
    definition: Listener,
    lb: LoadBalancerRuntime,
    how: { endpoint: Endpoint; context: ProxyContext; routes: RouteTable<RouteAction> },
  ) {
    this.definition = definition;
    this.lb = lb;
    this.endpoint = how.endpoint;
    this.bound = how.endpoint;
    this.context = how.context;
    this.routes = how.routes;
  }

  /** @throws CutoverError PORT_IN_USE | ADDRESS_UNAVAILABLE */
  async bind(): Promise<void> {
    const { host, port } = this.endpoint;
    const server = await this.#serverOf(host);
    server.maxConnections = CONNECTION_LIMIT;
    server.on('drop', () => {
      if (this.definition.network) this.lb.network.rejected();
      else this.lb.counters.RejectedConnectionCount++;
    });
    return new Promise((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => reject(bindError(error, this.definition, this.endpoint)));
      server.listen({ host, port, backlog: 4096 }, () => {
        this.#server = server;
        this.bound = { host, port: (server.address() as AddressInfo).port };
        server.removeAllListeners('error');
        server.on('error', () => undefined);
        resolve();
      });
    });
  }

  /** Behind HTTPS everything is as behind HTTP, behind TLS as behind TCP; nothing that fails before the handshake is done is a connection. */
  async #serverOf(host: string): Promise<Server> {
    const accept = (socket: Socket): void => this.#accept(socket);
    const { protocol, network } = this.definition;
    // A client that has sent its end may still be told something.
    const halfOpen = network ? { allowHalfOpen: true } : {};
    if (protocol === 'HTTP' || protocol === 'TCP')
      return createServer({ noDelay: true, pauseOnConnect: false, ...halfOpen }, accept);
    const { dnsName, aliases = [] } = this.lb.definition;
    const { clock, authority } = this.context;
    // Most load balancers have none: what makes certificates is loaded only for one that has.
    const { makeCertificate } = await import('./certificate.ts');
    const names = ['localhost', dnsName, ...aliases];
    const certificate = await makeCertificate({ host, names, nowMs: clock.wallNow(), authority });
    const settings = { noDelay: true, minVersion: 'TLSv1.2', handshakeTimeout: HANDSHAKE_MS } as const;
    const protocols = alpnProtocols(network?.alpnPolicy);
    const alpn = protocols.length > 0 ? { ALPNProtocols: protocols } : {};
    const server = createTlsServer({ ...certificate, ...settings, ...halfOpen, ...alpn }, accept);
    server.on('tlsClientError', (_error, socket) => {
      (network ? this.lb.network : this.lb.counters).ClientTLSNegotiationErrorCount++;
      socket.destroy();
    });
    return server;
  }

  /** Takes no new connections from now on; idle ones end, those with a request under way end after it. */
  close(): void {
    this.closing = true;
    this.#server?.close();
    for (const connection of this.context.connections) if (connection.listener === this) connection.closeWhenIdle();
  }

  #accept(socket: Socket): void {
    if (this.definition.network) {
      acceptFlow(socket, this);
      return;
    }
    this.lb.counters.NewConnectionCount++;
    new ClientConnection(socket, this);
  }
}

function bindError(error: NodeJS.ErrnoException, listener: Listener, { host, port }: Endpoint): CutoverError {
  const value = `${host}:${port}`;
  if (error.code === 'EADDRINUSE')
    return new CutoverError({
      code: 'PORT_IN_USE',
      address: listener.address,
      value,
      message: `port ${port} of ${host} is in use, so the listener cannot be bound`,
      rule: 'a listener needs its port for itself',
      fix: `end what listens there (ss -ltnp 'sport = :${port}'), or start the plane with another --port-base`,
    });
  const denied = error.code === 'EACCES';
  return new CutoverError({
    code: 'ADDRESS_UNAVAILABLE',
    address: listener.address,
    value,
    message: `${host}:${port} cannot be bound: ${error.message}`,
    rule: denied
      ? 'ports below 1024 need a privilege on this machine'
      : 'a listener needs a loopback address of this machine',
    fix: denied
      ? 'sysctl net.ipv4.ip_unprivileged_port_start=80, or give the listener a port from 1024 up'
      : `see that ${host} is a loopback address here (./cutover doctor)`,
  });
}
