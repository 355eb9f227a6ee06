/**
 * The plane's control routes, `/_cutover/*`: what the commands and the harness use, but for those of front-door.ts.
 * Guarded by the state file's token.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CutoverError, errorToJson } from '../../errors.ts';
import type { Plane } from '../plane.ts';
import { openLines } from './lines.ts';
import { isToken } from './token.ts';

const MAX_BODY_BYTES = 64 * 1024;

/**
 * @returns a handler that answers true when the request was its own
 */
export function createControlRoutes(plane: Plane, token: string) {
  const routes: Readonly<
    Record<string, (req: IncomingMessage, res: ServerResponse, query: URLSearchParams) => unknown>
  > = {
    'GET status': (_req, res) => sendJson(res, plane.status()),
    'GET events': (_req, res, query) => events(plane, res, query),
    'GET logs': (_req, res, query) => logs(plane, res, query),
    'GET signing': (_req, res) => sendJson(res, plane.signing()),
    'GET deliveries': (_req, res) => sendJson(res, plane.deliveries()),
    'GET fidelity': (_req, res) => sendJson(res, plane.fidelity()),
    'POST plan': async (req, res) => {
      const { dir } = (await readJson(req)) as { dir: string };
      sendJson(res, { changes: await plane.plan(String(dir)) });
    },
    'POST image': async (req, res) => {
      const { image } = (await readJson(req)) as { image: string };
      await plane.prepareImage(String(image));
      sendJson(res, { image });
    },
    'POST apply': (req, res) => apply(plane, req, res),
  };

  return (req: IncomingMessage, res: ServerResponse): boolean => {
    if (!req.url?.startsWith('/_cutover/')) return false;
    const url = new URL(req.url, 'http://127.0.0.1');
    const route = routes[`${req.method} ${url.pathname.slice('/_cutover/'.length)}`];
    if (!isToken(token, req.headers['x-cutover-token'])) {
      sendError(res, 403, new CutoverError({ code: 'BAD_FLAG', message: 'wrong or missing x-cutover-token' }));
    } else if (!route) {
      sendError(
        res,
        404,
        new CutoverError({ code: 'UNKNOWN_COMMAND', message: `no control route ${req.method} ${url.pathname}` }),
      );
    } else {
      void (async () => route(req, res, url.searchParams))().catch((error) => sendError(res, 400, error));
    }
    return true;
  };
}

async function apply(plane: Plane, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { dir, stage, system } = (await readJson(req)) as { dir: string; stage?: unknown; system?: unknown };
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  const line = openLines(res);
  try {
    const input = { dir: String(dir), stage: text(stage), system: text(system) };
    const result = await plane.apply(input, (progress) => line({ type: 'progress', ...progress }));
    line({ type: 'result', ...result });
  } catch (error) {
    line({ type: 'result', changes: [], problems: errorToJson(error).errors });
  }
  res.end();
}

function events(plane: Plane, res: ServerResponse, query: URLSearchParams): void {
  const since = Number(query.get('since') ?? 0) || 0;
  if (query.get('follow') !== '1') {
    sendJson(res, plane.events.since(since));
    return;
  }
  const line = openLines(res);
  for (const event of plane.events.since(since)) line(event);
  res.on('close', plane.events.subscribe(line));
}

/** `group` (or all), `stream`, `contains`, `afterSeq`, `limit` (default 1,000), `follow`. */
function logs(plane: Plane, res: ServerResponse, query: URLSearchParams): void {
  const groups = query.get('group') ? [query.get('group') ?? ''] : plane.logs.groups().map((group) => group.name);
  const limit = Number(query.get('limit') ?? 1000) || 1000;
  const afterSeq = Number(query.get('afterSeq') ?? 0) || 0;
  const contains = query.get('contains') ?? undefined;
  const stream = query.get('stream') ?? undefined;
  const found = groups
    .flatMap((group) =>
      plane.logs
        .read({ group, afterSeq, limit, ...(contains ? { contains } : {}), ...(stream ? { stream } : {}) })
        .map((record) => ({ ...record, group })),
    )
    .sort((a, b) => a.timestampMs - b.timestampMs || a.seq - b.seq);
  if (query.get('follow') !== '1') {
    sendJson(res, found);
    return;
  }
  const line = openLines(res);
  for (const record of found) line(record);
  const end = plane.logs.subscribe((group, name, record) => {
    if (query.get('group') && group !== query.get('group')) return;
    if (stream && name !== stream) return;
    if (contains && !record.message.includes(contains)) return;
    line({ ...record, group, stream: name });
  });
  res.on('close', end);
}

async function readJson(req: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES)
      throw new CutoverError({ code: 'BAD_FLAG', message: 'the request body is over 64 KiB' });
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}');
  } catch {
    throw new CutoverError({ code: 'BAD_FLAG', message: 'the request body is not JSON' });
  }
}

function sendJson(res: ServerResponse, value: unknown): void {
  res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function sendError(res: ServerResponse, status: number, error: unknown): void {
  if (res.headersSent) return void res.end();
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(errorToJson(error)));
}
