/** A small forum to aim the load at: answers each path as it should, by the version that a test says. */
import { type Reply, type SeenRequest, startTarget, type TestTarget } from './target.ts';

export const USERS = [
  { id: 11, username: 'a', name: 'A', bio: '' },
  { id: 12, username: 'b', name: 'B', bio: 'b' },
];
export const THREADS = [
  { id: 7, title: 'seven', createdBy: 11 },
  { id: 8, title: 'eight', createdBy: 12 },
];
const POSTS = [{ thread: 7, text: 'x', user: 12 }];

export interface ForumTarget extends TestTarget {
  /** Version of the threads service, `threads/latest` at first. Null: no header. */
  version: string | null;
  /** Takes the place of an answer; null: as it should be. */
  spoil: (request: SeenRequest) => Reply | null;
}

export async function startForum(): Promise<ForumTarget> {
  const target = await startTarget((request) => forum.spoil(request) ?? answer(request, forum.version));
  const forum: ForumTarget = Object.assign(target, { version: 'threads/latest', spoil: () => null });
  return forum;
}

function answer({ path }: SeenRequest, threadsVersion: string | null): Reply {
  const json = (value: unknown, version: string | null): Reply => ({
    status: value === undefined ? 404 : 200,
    body: JSON.stringify(value ?? { error: 'none' }),
    headers: {
      'content-type': 'application/json; charset=utf-8',
      ...(version ? { 'x-service-version': version } : {}),
    },
  });
  const [, , list, key, id] = path.split('/');
  if (list === undefined || list === '') {
    return {
      status: 200,
      body: 'Ready',
      headers: { 'content-type': 'text/plain', 'x-service-version': 'users/latest' },
    };
  }
  if (list === 'users') return json(key ? USERS.find((user) => user.id === Number(key)) : USERS, 'users/latest');
  if (list === 'threads') return json(key ? THREADS.find((t) => t.id === Number(key)) : THREADS, threadsVersion);
  const member = key === 'in-thread' ? 'thread' : 'user';
  return json(
    POSTS.filter((post) => post[member] === Number(id)),
    'posts/latest',
  );
}
