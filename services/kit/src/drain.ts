/**
 * The end of a service. SIGTERM: stop accepting, let orders in flight finish, close keep-alive connections, exit 0.
 * ECS sends SIGTERM, waits stopTimeout (30 s), then SIGKILL (ECS task_definition_parameters, stopTimeout).
 */
import { Server as NetServer } from 'node:net';
import type { HttpService } from './server.ts';

/** How often connections are looked at that a response sent before the drain has left open. */
const SWEEP_MS = 50;

export interface DrainLimits {
  /** Bound on the whole drain, milliseconds. */
  readonly timeoutMs: number;
  /** How long idle connections stay open, milliseconds. */
  readonly idleMs: number;
}

/** @returns what was cut off when the time was up: 0 and 0 after a clean drain */
export async function drain(
  service: HttpService,
  limits: DrainLimits,
): Promise<{ requests: number; connections: number }> {
  const startedAt = performance.now();
  service.startDraining();
  const closed = stopAccepting(service);
  const sweep = setInterval(() => {
    if (performance.now() - startedAt >= limits.idleMs) service.http.closeIdleConnections();
  }, SWEEP_MS);
  const allDone = (async () => {
    await closed;
    // A handler whose client has left still finishes its order.
    while (service.running > 0) await pause(5);
  })();
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<'time is up'>((resolve) => {
    timer = setTimeout(() => resolve('time is up'), limits.timeoutMs);
  });
  const outcome = await Promise.race([allDone, timeUp]);
  clearInterval(sweep);
  clearTimeout(timer);
  if (outcome !== 'time is up') return { requests: 0, connections: 0 };
  const cut = { requests: service.running, connections: await connections(service) };
  service.http.closeAllConnections();
  return cut;
}

/** http.Server.close() would end idle connections at once, and with them requests already on the wire. */
function stopAccepting(service: HttpService): Promise<void> {
  return new Promise((resolve) => {
    NetServer.prototype.close.call(service.http, () => resolve());
  });
}

function connections(service: HttpService): Promise<number> {
  return new Promise((resolve) => service.http.getConnections((_error, count) => resolve(count ?? 0)));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
