/** The forum's part of `record.json`: every request, in rows that name what repeats by index. */
import type { Profile } from '../profiles.ts';
import type { GeneratorRecord } from './record.ts';

/**
 * One request: index of its path, when the script asked for it and when it had the answer (ms after `baseMs`), latency of
 * the exchange itself in ms (without the wait for a connection), HTTP status (0: no answer), and the indexes of the failed
 * check, of the version that answered and of k6's error text; -1 where there is none. End, latency and status are null
 * while it was in flight when the generator ended.
 */
export type ForumRow = readonly [
  path: number,
  sentMs: number,
  endedMs: number | null,
  latencyMs: number | null,
  status: number | null,
  failedCheck: number,
  version: number,
  error: number,
];

export interface ForumRequests {
  readonly baseMs: number;
  readonly paths: readonly string[];
  readonly failedChecks: readonly string[];
  /** `X-Service-Version` of the answers, `<service>/<build>`. */
  readonly versions: readonly string[];
  readonly errors: readonly string[];
  readonly rows: readonly ForumRow[];
}

export interface ForumLoad {
  readonly profile: Profile;
  readonly generator: GeneratorRecord;
  readonly requests: ForumRequests;
}

/** A row with its names. */
export interface ForumRequest {
  /** Path class, e.g. `/api/users/:userId`. */
  readonly path: string;
  readonly sentAtMs: number;
  readonly endedAtMs: number | null;
  readonly latencyMs: number | null;
  readonly status: number | null;
  /** Which check of the answer failed; null where all held, and where there was no answer. */
  readonly failedCheck: string | null;
  /** Null where the answer did not say. */
  readonly version: string | null;
  readonly error: string | null;
}

export function requestsOf(load: ForumLoad): ForumRequest[] {
  const { baseMs, paths, failedChecks, versions, errors, rows } = load.requests;
  return rows.map(([path, sentMs, endedMs, latencyMs, status, check, version, error]) => ({
    path: paths[path] ?? '',
    sentAtMs: baseMs + sentMs,
    endedAtMs: endedMs === null ? null : baseMs + endedMs,
    latencyMs,
    status,
    failedCheck: failedChecks[check] ?? null,
    version: versions[version] ?? null,
    error: errors[error] ?? null,
  }));
}

/** The other way round, for whoever writes a record. @param baseMs no later than the first request */
export function packRequests(requests: readonly ForumRequest[], baseMs: number): ForumRequests {
  const paths = new Names();
  const failedChecks = new Names();
  const versions = new Names();
  const errors = new Names();
  const rows = requests.map(
    (request): ForumRow => [
      paths.indexOf(request.path),
      request.sentAtMs - baseMs,
      request.endedAtMs === null ? null : request.endedAtMs - baseMs,
      request.latencyMs,
      request.status,
      failedChecks.indexOf(request.failedCheck),
      versions.indexOf(request.version),
      errors.indexOf(request.error),
    ],
  );
  return {
    baseMs,
    paths: paths.list,
    failedChecks: failedChecks.list,
    versions: versions.list,
    errors: errors.list,
    rows,
  };
}

/** Each name once, in the order of its first use. */
class Names {
  readonly list: string[] = [];
  readonly #indexes = new Map<string, number>();

  /** -1 for null. */
  indexOf(name: string | null): number {
    if (name === null) return -1;
    const known = this.#indexes.get(name);
    if (known !== undefined) return known;
    this.#indexes.set(name, this.list.length);
    return this.list.push(name) - 1;
  }
}
