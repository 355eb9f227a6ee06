/** One HTTP(S) attempt: keep-alive connections, 15 s of wall time for the whole answer, loopback endpoints only. */
import { isIP } from 'node:net';
import type { Agent, request } from 'undici';
import type { Clock } from '../clock.ts';
import type { AttemptResult } from './types.ts';

/** The receiver has this long to answer (SNS sns-message-delivery-retries). Requests are in real time. */
export const ANSWER_LIMIT_MS = 15_000;
const MAX_ANSWER_BYTES = 256 * 1024;

export interface Post {
  /** As subscribed; its host stays in the Host header, so that host-header rules see what AWS would send. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

export type Poster = (post: Post) => Promise<AttemptResult>;

/**
 * @param options.localise turns load balancer names into loopback endpoints
 */
export function createPoster(options: { clock: Clock; localise: (text: string) => string }): {
  post: Poster;
  close(): Promise<void>;
} {
  const { clock, localise } = options;
  const client = createClient();
  const post: Poster = async ({ endpoint, headers, body, signal }) => {
    const route = routeOf(endpoint, localise);
    if ('error' in route) return { status: null, error: route.error };
    const limit = new AbortController();
    const cancel = clock.afterWall(ANSWER_LIMIT_MS, () => limit.abort(new Error('no answer within 15 s')));
    try {
      const { agent, request } = await client.use();
      const answer = await request(route.url, {
        method: 'POST',
        dispatcher: agent,
        headers: { ...headers, ...route.headers },
        body,
        headersTimeout: 0,
        bodyTimeout: 0,
        signal: AbortSignal.any([signal, limit.signal]),
      });
      await answer.body.dump({ limit: MAX_ANSWER_BYTES, signal: limit.signal });
      const failed = answer.statusCode < 200 || answer.statusCode > 299;
      return { status: answer.statusCode, error: failed ? `the endpoint answered ${answer.statusCode}` : null };
    } catch (error) {
      return { status: null, error: reasonOf(limit.signal.aborted ? limit.signal.reason : error) };
    } finally {
      cancel();
    }
  };
  return { post, close: client.close };
}

interface Loaded {
  readonly agent: Agent;
  readonly request: typeof request;
}

/**
 * undici, loaded at the first attempt, which is the confirmation of a subscription and no message under load: a plane
 * that has none starts a tenth of a second sooner.
 */
function createClient(): { use(): Promise<Loaded>; close(): Promise<void> } {
  let loading: Promise<Loaded> | undefined;
  let closed = false;
  async function load(): Promise<Loaded> {
    const { Agent, request } = await import('undici');
    const agent = new Agent({
      connections: 128,
      pipelining: 1,
      keepAliveTimeout: 4_000,
      // Endpoints are on this machine, where an HTTPS listener has a certificate of the plane's authority in the place of the stack's.
      connect: { timeout: ANSWER_LIMIT_MS, rejectUnauthorized: false },
    });
    if (closed) await agent.destroy();
    return { agent, request };
  }
  return {
    use: () => (loading ??= load()),
    async close() {
      closed = true;
      await (await loading)?.agent.destroy();
    },
  };
}

/** Where an endpoint is on this machine. A rehearsal never posts to another machine. */
function routeOf(
  endpoint: string,
  localise: (text: string) => string,
): { readonly url: URL; readonly headers: Record<string, string> } | { readonly error: string } {
  const url = URL.parse(localise(endpoint));
  const wished = URL.parse(endpoint);
  if (!url || !wished) return { error: 'the endpoint is not a URL' };
  if (!isLoopback(url.hostname))
    return { error: `${url.hostname} names no load balancer of the plane, and the plane posts to no other machine` };
  const headers: Record<string, string> = { host: wished.host };
  if (url.username || url.password) {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
    url.username = '';
    url.password = '';
  }
  return { url, headers };
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code;
  return error.message || code || error.name;
}
