/** One listener: its server, the checks ALB makes on a request, the rule, the action. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { CutoverError } from '../../errors.ts';
import type { Action, LoadBalancer } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import type { Endpoint } from '../contracts.ts';
import type { Random } from '../random.ts';
import { type CompiledRule, decideRoute, type RouteRequest } from './decide-route.ts';
import { chooseTarget, eligible, pickWeighted } from './decide-target.ts';
import { type ForwardOptions, forward } from './forward.ts';
import { headerOf, MAX_FORWARDED_FOR, requestHeaders } from './headers.ts';
import { rawError, sendError, sendFixed, sendRedirect } from './responses.ts';
import type { Cookies } from './sticky.ts';
import type { GroupEntry, TargetEntry } from './targets.ts';
import { tunnel } from './tunnel.ts';

export interface FrontendOptions extends ForwardOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly cookies: Cookies;
  readonly reachable: (loadBalancer: LoadBalancer, entry: TargetEntry) => boolean;
}

export interface Frontend {
  readonly endpoint: Endpoint;
  loadBalancer: LoadBalancer;
  rules: readonly CompiledRule[];
  close(): Promise<void>;
}

const MAX_URI_BYTES = 16_384;
const MAX_HEADER_BYTES = 65_536;

/** @throws CutoverError PORT_IN_USE | ADDRESS_UNAVAILABLE */
export async function openFrontend(
  options: FrontendOptions,
  at: { endpoint: Endpoint; port: number; loadBalancer: LoadBalancer; rules: readonly CompiledRule[] },
): Promise<Frontend> {
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    keepAliveTimeout: at.loadBalancer.idleTimeoutSeconds * 1000,
    requestTimeout: 0,
    headersTimeout: at.loadBalancer.idleTimeoutSeconds * 1000,
    insecureHTTPParser: false,
    noDelay: true,
  });
  server.maxRequestsPerSocket = 0;
  // Upgraded connections are no longer the server's own: they are ended by hand.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const frontend: Frontend = {
    endpoint: at.endpoint,
    loadBalancer: at.loadBalancer,
    rules: at.rules,
    close: () => closeServer(server, sockets),
  };
  const serve = (req: IncomingMessage, res: ServerResponse): void => handle(options, frontend, at.port, req, res);
  server.on('request', serve);
  // ALB answers 100-continue itself and then takes the body.
  server.on('checkContinue', (req, res) => {
    res.writeContinue();
    serve(req, res);
  });
  server.on('upgrade', (req: IncomingMessage, socket: Socket, head: Buffer) =>
    tunnelTo(options, frontend, at.port, { req, socket, head }),
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable) return void socket.destroy();
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 400 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
    options.stats.own(frontend.loadBalancer.arnSuffix, status);
    socket.end(rawError(status));
  });
  await listen(server, at.endpoint, at.port);
  return frontend;
}

function handle(
  options: FrontendOptions,
  frontend: Frontend,
  port: number,
  req: IncomingMessage,
  res: ServerResponse,
): void {
  const { loadBalancer } = frontend;
  const refused = refusal(req);
  if (refused !== null) {
    options.stats.own(loadBalancer.arnSuffix, refused);
    sendError(res, refused);
    return;
  }
  const route = routeRequest(req);
  const rule = decideRoute(frontend.rules, route);
  const action = rule.actions.find((a) => a.type !== 'forward') ?? rule.actions[0];
  if (!action) sendError(res, 500);
  else if (action.type === 'fixed-response') sendFixed(res, action);
  else if (action.type === 'redirect') sendRedirect(res, action, route, port);
  else pass(options, { frontend, port, req, res, action });
}

interface Passing {
  readonly frontend: Frontend;
  readonly port: number;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly action: Extract<Action, { type: 'forward' }>;
}

/** Carries out a forward action. */
function pass(options: FrontendOptions, { frontend, port, req, res, action }: Passing): void {
  const { loadBalancer } = frontend;
  const chosen = choose(options, action, req);
  options.stats.request(loadBalancer.arnSuffix, chosen?.group?.definition.arnSuffix ?? null);
  if (!chosen?.entry) {
    options.stats.own(loadBalancer.arnSuffix, 503);
    sendError(res, 503);
    return;
  }
  const { entry, cookies } = chosen;
  if (!options.reachable(loadBalancer, entry)) {
    // Packets that a security group drops: the connect limit passes, in real time as for any client.
    options.clock.afterWall(10_000, () => sendError(res, 504));
    return;
  }
  forward(options, {
    req,
    res,
    entry,
    loadBalancer,
    cookies,
    headers: headersFor(options, frontend, port, req, false),
  });
}

function headersFor(
  options: FrontendOptions,
  frontend: Frontend,
  port: number,
  req: IncomingMessage,
  upgrade: boolean,
): string[] {
  return requestHeaders(req.rawHeaders, {
    loadBalancer: frontend.loadBalancer,
    clientIp: (req.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
    clientPort: req.socket.remotePort ?? 0,
    listenerPort: port,
    epochSeconds: options.clock.wallNow() / 1000,
    random: options.random,
    upgrade,
  });
}

/** What ALB answers itself before it looks at a rule; null where the request may pass. */
function refusal(req: IncomingMessage): number | null {
  if (req.method === 'TRACE') return 405;
  if ((req.url ?? '').length > MAX_URI_BYTES) return 414;
  const encoding = req.headers['transfer-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'chunked') return 501;
  if (req.headers.host === undefined && req.httpVersion !== '1.0') return 400;
  for (const value of req.rawHeaders) if (value.length > 16_384) return 400;
  const forwarded = headerOf(req.rawHeaders, 'x-forwarded-for');
  if (forwarded !== undefined && forwarded.split(',').length > MAX_FORWARDED_FOR) return 463;
  return null;
}

function routeRequest(req: IncomingMessage): RouteRequest {
  const url = req.url ?? '/';
  const mark = url.indexOf('?');
  const host = req.headers.host ?? '';
  const colon = host.lastIndexOf(':');
  return {
    method: req.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    host: colon > 0 && /^\d+$/.test(host.slice(colon + 1)) ? host.slice(0, colon) : host,
    sourceIp: req.socket.remoteAddress ?? '',
    header: (name) => {
      const value = req.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
  };
}

interface Chosen {
  readonly group: GroupEntry | null;
  readonly entry: TargetEntry | null;
  readonly cookies: readonly string[];
}

function choose(
  options: FrontendOptions,
  action: Extract<Action, { type: 'forward' }>,
  req: IncomingMessage,
): Chosen | null {
  const cookies: string[] = [];
  const group = chooseGroup(options, action, req, cookies);
  if (!group) return null;
  const entries = [...group.targets.values()];
  const views = entries.map((entry) => ({
    entry,
    state: entry.record.state,
    outstanding: entry.inFlight.size,
    healthyForMs: options.clock.now() - entry.healthySinceMs,
  }));
  const field = eligible(views);
  const { algorithm, slowStartSeconds, stickiness } = group.definition;
  const name = stickiness?.type === 'app_cookie' ? 'AWSALBAPP-0' : 'AWSALB';
  const wanted = stickiness ? options.cookies.read(req.headers.cookie, name) : null;
  const stuck =
    wanted === null ? undefined : field.find(({ entry }) => `${entry.target.id}:${entry.target.port}` === wanted);
  const entry =
    stuck?.entry ??
    chooseTarget(field, {
      algorithm,
      slowStartMs: slowStartSeconds * 1000,
      turn: group.turn,
      random: options.random.next(),
    })?.entry ??
    null;
  group.turn += 1;
  if (stickiness && entry)
    cookies.push(options.cookies.make(name, `${entry.target.id}:${entry.target.port}`, stickiness.durationSeconds));
  return { group, entry, cookies };
}

function chooseGroup(
  options: FrontendOptions,
  action: Extract<Action, { type: 'forward' }>,
  req: IncomingMessage,
  cookies: string[],
): GroupEntry | null {
  const [only] = action.targetGroups;
  if (action.targetGroups.length === 1 && only) return options.targets.group(only.arn) ?? null;
  const wanted = action.stickinessSeconds === null ? null : options.cookies.read(req.headers.cookie, 'AWSALBTG');
  const stuck = action.targetGroups.find((g) => g.arn === wanted && g.weight > 0);
  const picked =
    stuck ??
    pickWeighted(
      action.targetGroups,
      action.targetGroups.map((g) => g.weight),
      options.random.next(),
    );
  if (picked && action.stickinessSeconds !== null)
    cookies.push(options.cookies.make('AWSALBTG', picked.arn, action.stickinessSeconds));
  return picked ? (options.targets.group(picked.arn) ?? null) : null;
}

function tunnelTo(
  options: FrontendOptions,
  frontend: Frontend,
  port: number,
  from: { req: IncomingMessage; socket: Socket; head: Buffer },
): void {
  const rule = decideRoute(frontend.rules, routeRequest(from.req));
  const action = rule.actions.find((a) => a.type === 'forward');
  const chosen = action?.type === 'forward' ? choose(options, action, from.req) : null;
  if (!chosen?.entry) return void from.socket.end(rawError(503));
  tunnel(options, { ...from, entry: chosen.entry, headers: headersFor(options, frontend, port, from.req, true) });
}

function listen(server: Server, endpoint: Endpoint, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(
        new CutoverError({
          code: taken ? 'PORT_IN_USE' : 'ADDRESS_UNAVAILABLE',
          address: `${endpoint.host}:${endpoint.port}`,
          message: `the listener on port ${port} cannot be bound to ${endpoint.host}:${endpoint.port} (${error.code})`,
          value: endpoint.port,
          fix: taken
            ? 'stop the program on that port, or run beside it with --port-base'
            : './cutover doctor tells what this machine allows',
        }),
      );
    });
    server.listen({ host: endpoint.host, port: endpoint.port, backlog: 1024 }, () => resolve());
  });
}

/** Idle connections go at once; requests in flight have a moment to finish. */
function closeServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    server.closeAllConnections();
    for (const socket of sockets) socket.destroy();
  });
}
