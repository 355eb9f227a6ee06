/** Which users and threads there are: read once, so that any data file will do. */
import exec from 'k6/execution';
import http from 'k6/http';
import type { LoadPlan } from './options.ts';
import { MARKER, refuseDeadTarget } from './target.ts';

/** Parameter of a path → the ids to put there. */
export interface ForumIds {
  readonly userId: readonly number[];
  readonly threadId: readonly number[];
}

export interface AskedPath {
  readonly path: string;
  /** Null where the path has no parameter. */
  readonly value: number | null;
}

/** Ends the test where the target is dead or no forum. */
export function firstRead(plan: LoadPlan): ForumIds {
  refuseDeadTarget(`${plan.baseUrl}/`, plan.profile.timeoutSeconds);
  return { userId: idsAt(plan, '/api/users'), threadId: idsAt(plan, '/api/threads') };
}

function idsAt(plan: LoadPlan, path: string): number[] {
  const url = plan.baseUrl + path;
  const response = http.get(url, { timeout: `${plan.profile.timeoutSeconds}s`, tags: { kind: 'probe' }, redirects: 0 });
  const list = response.status === 200 ? parse(String(response.body)) : null;
  if (!Array.isArray(list)) exec.test.abort(`${MARKER}: ${url} answers ${response.status} and no list: it is no forum`);
  return (list as { id?: unknown }[]).map((entry) => entry?.id).filter((id): id is number => typeof id === 'number');
}

/** @returns the path to ask for, ids one after another; null where there is no id to put into it */
export function idFor(path: string, ids: ForumIds, iteration: number): AskedPath | null {
  const parameter = /:(userId|threadId)/.exec(path)?.[1] as keyof ForumIds | undefined;
  if (!parameter) return { path, value: null };
  const known = ids[parameter];
  // A prime, so that an id is not tied to a place in the mix.
  const value = known[Math.floor(iteration / 7) % known.length];
  return value === undefined ? null : { path: path.replace(`:${parameter}`, String(value)), value };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
