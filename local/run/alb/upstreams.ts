/** One connection pool a target, kept alive between requests. */
import { Pool } from 'undici';
import type { TargetEntry } from './targets.ts';

/** Connect limit of a load balancer (ELB load-balancer-troubleshooting: 504). Requests are real time. */
const CONNECT_MS = 10_000;
/** Below the services' keep-alive, so that the load balancer closes first and meets few closed connections. */
const KEEP_ALIVE_MS = 4000;

export interface Upstreams {
  poolOf(entry: TargetEntry, idleTimeoutSeconds: number): Pool;
  drop(entry: TargetEntry): void;
  close(): void;
}

export function createUpstreams(): Upstreams {
  const pools = new Map<TargetEntry, Pool>();
  return {
    poolOf(entry, idleTimeoutSeconds) {
      const known = pools.get(entry);
      if (known) return known;
      const { host, port } = entry.target.endpoint;
      const pool = new Pool(`http://${host}:${port}`, {
        connections: 256,
        pipelining: 1,
        connect: { timeout: CONNECT_MS },
        headersTimeout: idleTimeoutSeconds * 1000,
        bodyTimeout: idleTimeoutSeconds * 1000,
        keepAliveTimeout: KEEP_ALIVE_MS,
        keepAliveMaxTimeout: KEEP_ALIVE_MS,
        maxHeaderSize: 65_536,
      });
      pools.set(entry, pool);
      return pool;
    },
    drop(entry) {
      const pool = pools.get(entry);
      pools.delete(entry);
      void pool?.destroy().catch(() => undefined);
    },
    close() {
      for (const pool of pools.values()) void pool.destroy().catch(() => undefined);
      pools.clear();
    },
  };
}
