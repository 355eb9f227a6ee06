/**
 * The forum's paths. Their bodies are the workshop's: lists as they are in the data, single objects by id, posts
 * filtered. What one path can answer is known from the start, so each body is serialised once.
 */
import { ServiceError } from '../../../kit/src/errors.ts';
import type { Exchange } from '../../../kit/src/exchange.ts';
import { type PreparedReply, prepareJson, prepareText, sendPrepared } from '../../../kit/src/prepared.ts';
import type { HttpService } from '../../../kit/src/server.ts';
import type { ForumData, Post } from './data.ts';

/** One class of objects: what a microservice serves. */
export type ForumClass = 'users' | 'threads' | 'posts';

/** The texts at `/` and `/api`. */
export interface Greeting {
  readonly root: string;
  readonly api: string;
}

export function addGreeting(service: HttpService, { root, api }: Greeting): void {
  for (const [path, text] of [
    ['/', root],
    ['/api', api],
  ] as const) {
    const reply = prepareText(text, service.headers);
    service.get(path, ({ req, res }) => sendPrepared(req, res, reply));
  }
}

export function addClass(service: HttpService, data: ForumData, forumClass: ForumClass): void {
  if (forumClass === 'users') addObjects(service, 'users', data.users, ':userId');
  else if (forumClass === 'threads') addObjects(service, 'threads', data.threads, ':threadId');
  else addPosts(service, data.posts);
}

/** `/api/<list>` and `/api/<list>/<id>`. */
function addObjects(
  service: HttpService,
  list: string,
  objects: readonly { readonly id: number }[],
  parameter: `:${string}`,
): void {
  const all = prepareJson(objects, service.headers);
  const byId = new Map(objects.map((object) => [object.id, once(() => prepareJson(object, service.headers))]));
  service.get(`/api/${list}`, ({ req, res }) => sendPrepared(req, res, all));
  service.get(`/api/${list}/${parameter}`, (exchange) => {
    const reply = byId.get(idOf(exchange, parameter));
    if (!reply) throw new ServiceError('NOT_FOUND', 'there is no such object', { fix: `see /api/${list}` });
    sendPrepared(exchange.req, exchange.res, reply());
  });
}

/** Nobody's posts are an empty list, whether or not there is such a thread or user. */
function addPosts(service: HttpService, posts: readonly Post[]): void {
  const none = prepareJson([], service.headers);
  for (const [path, parameter, member] of [
    ['/api/posts/in-thread/', ':threadId', 'thread'],
    ['/api/posts/by-user/', ':userId', 'user'],
  ] as const) {
    const lists = Map.groupBy(posts, (post) => post[member]);
    const byId = new Map([...lists].map(([id, list]) => [id, once(() => prepareJson(list, service.headers))]));
    service.get(`${path}${parameter}`, (exchange) => {
      sendPrepared(exchange.req, exchange.res, byId.get(idOf(exchange, parameter))?.() ?? none);
    });
  }
}

/** As the workshop's services read an id: `3`, `3abc` and `0x3` are 3, `abc` is none. */
function idOf({ params }: Exchange, parameter: `:${string}`): number {
  const text = params[parameter.slice(1)];
  if (!text) throw new ServiceError('NOT_FOUND', 'there is nothing at this path');
  // biome-ignore lint/correctness/useParseIntRadix: the workshop's have none
  return Number.parseInt(text);
}

function once(make: () => PreparedReply): () => PreparedReply {
  let made: PreparedReply | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
