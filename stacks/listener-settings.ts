import type { Environment } from './environments.ts';

/** A service that closed first would make the load balancer answer 502 (ELB load-balancer-troubleshooting). */
const LONGER_BY_SECONDS = 5;
const MS_PER_SECOND = 1000;

/** What every service is told of how it listens: on all addresses, and longer than its load balancer waits. */
export function listenerSettings({ idleTimeoutSeconds }: Environment): Readonly<Record<string, string>> {
  return {
    HOST: '0.0.0.0',
    KEEP_ALIVE_TIMEOUT_MS: String((idleTimeoutSeconds + LONGER_BY_SECONDS) * MS_PER_SECOND),
  };
}
