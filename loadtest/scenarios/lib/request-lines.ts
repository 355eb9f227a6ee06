/** One short JSON line when a request is sent and one when it ends: the harness follows every request from these. */
import type { RefinedResponse } from 'k6/http';

/** Longer ones, and anything but printable ASCII, are not what a service of ours sends. */
const MAX_VERSION_LENGTH = 100;

/** Written before the request, so that one in flight when the generator ends is not forgotten. */
export function asked(iteration: number, path: string): void {
  console.log(JSON.stringify(['s', iteration, path, Date.now()]));
}

export function answered(iteration: number, response: RefinedResponse<'text'>, failedCheck: string | null): void {
  const version = response.headers['X-Service-Version'] ?? null;
  const line = [
    'e',
    iteration,
    Date.now(),
    response.status,
    Math.round(response.timings.duration * 100) / 100,
    failedCheck,
    version === null ? null : version.replace(/[^ -~]/g, '?').slice(0, MAX_VERSION_LENGTH),
    response.error || null,
  ];
  console.log(JSON.stringify(line));
}
