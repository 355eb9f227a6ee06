/** Runs the health checks of one target on the control clock (ELB target-group-health-checks). */
import { type ClientRequest, request } from 'node:http';
import type { Cancel, Clock } from '../clock.ts';
import type { Endpoint } from '../contracts.ts';
import { type CheckOutcome, matchesStatus } from './decide-health.ts';
import type { TargetEntry } from './targets.ts';

export interface CheckerOptions {
  readonly clock: Clock;
  /** May the load balancer's packets reach the target? */
  readonly reachable: (entry: TargetEntry) => boolean;
}

/** The first check is made at once, the next ones an interval apart. */
export function startHealthChecks(
  options: CheckerOptions,
  entry: TargetEntry,
  report: (outcome: CheckOutcome) => void,
): Cancel {
  const { clock } = options;
  let ended = false;
  let cancelTimer: Cancel = () => undefined;
  const run = (): void => {
    if (ended) return;
    const { healthCheck } = entry.group.definition;
    const startedMs = clock.now();
    void checkOnce(options, entry).then((outcome) => {
      if (ended) return;
      report(outcome);
      const elapsed = clock.now() - startedMs;
      if (!ended) cancelTimer = clock.after(Math.max(0, healthCheck.intervalSeconds * 1000 - elapsed), run);
    });
  };
  cancelTimer = clock.after(0, run);
  return () => {
    ended = true;
    cancelTimer();
  };
}

function checkOnce(options: CheckerOptions, entry: TargetEntry): Promise<CheckOutcome> {
  const { healthCheck } = entry.group.definition;
  const endpoint: Endpoint = {
    host: entry.target.endpoint.host,
    port: healthCheck.port === 'traffic-port' ? entry.target.endpoint.port : healthCheck.port,
  };
  const timeout: CheckOutcome = { ok: false, reason: 'Target.Timeout', description: 'Request timed out' };
  return new Promise((resolve) => {
    let settled = false;
    let req: ClientRequest | null = null;
    const cancel = options.clock.after(healthCheck.timeoutSeconds * 1000, () => finish(timeout));
    // What a security group drops is never answered: the time-out tells.
    if (!options.reachable(entry)) return;
    req = request({
      ...endpoint,
      path: healthCheck.path,
      method: 'GET',
      agent: false,
      headers: {
        Host: `${endpoint.host}:${endpoint.port}`,
        'User-Agent': 'ELB-HealthChecker/2.0',
        'Accept-Encoding': 'gzip, compressed',
        Connection: 'close',
      },
    });
    function finish(outcome: CheckOutcome): void {
      if (settled) return;
      settled = true;
      cancel();
      req?.destroy();
      resolve(outcome);
    }
    req.on('response', (res) => {
      const status = res.statusCode ?? 0;
      finish(
        matchesStatus(healthCheck.matcher, status)
          ? { ok: true }
          : {
              ok: false,
              reason: 'Target.ResponseCodeMismatch',
              description: `Health checks failed with these codes: [${status}]`,
            },
      );
    });
    req.on('error', () =>
      finish({ ok: false, reason: 'Target.FailedHealthChecks', description: 'Health checks failed' }),
    );
    req.end();
  });
}
