/** Refuses a dead target before any load. */
import exec from 'k6/execution';
import http from 'k6/http';

/** Answers of a load balancer that has nothing behind it. */
const NOTHING_BEHIND = [502, 503, 504];

/** The harness turns this marker into the exit code for an environment problem. */
export const MARKER = 'TARGET_UNREACHABLE';

/** @param url what must answer, with any status but a load balancer's own 502, 503 and 504 */
export function refuseDeadTarget(url: string, timeoutSeconds: number): void {
  const response = http.get(url, { timeout: `${timeoutSeconds}s`, tags: { kind: 'probe' }, redirects: 0 });
  if (response.status === 0) exec.test.abort(`${MARKER}: ${url} does not answer: ${response.error}`);
  if (NOTHING_BEHIND.includes(response.status)) {
    exec.test.abort(`${MARKER}: ${url} answers ${response.status}: no healthy target is behind it`);
  }
}
