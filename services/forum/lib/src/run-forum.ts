/** Runs a forum service as a process: what the monolith's workers and the microservices have in common. */

import type { RequestFacts } from '../../../kit/src/exchange.ts';
import { runService, type ServiceContext } from '../../../kit/src/run.ts';
import type { HttpOptions } from '../../../kit/src/server.ts';
import { DEFAULT_DATA, type ForumData } from './data.ts';
import { checkDataFile, loadData } from './load-data.ts';
import { addClass, addGreeting, type ForumClass, type Greeting } from './routes.ts';
import { forumSettings } from './settings.ts';

const settings = forumSettings();
export type ForumContext = ServiceContext<typeof settings>;

export interface ForumService {
  /** The image's name without its registry: `api`, `users`, `posts`, `threads`. */
  readonly name: string;
  /** The image's tag. */
  readonly build: string;
  readonly classes: readonly ForumClass[];
  readonly greeting: Greeting;
  /** What this build has with it. Default: {@link DEFAULT_DATA}. */
  readonly data?: ForumData;
  /** Other workers write to this stdout. Default: false. */
  readonly sharesStdout?: boolean;
}

/**
 * Runs until SIGTERM.
 * @param before sees the service before its routes are registered
 */
export function runForum(forum: ForumService, before?: (context: ForumContext) => void): Promise<void> {
  return runService({
    name: forum.name,
    build: forum.build,
    settings,
    check: checkDataFile,
    http: httpOptions(forum),
    sharesStdout: forum.sharesStdout,
    setUp: (context) => {
      const { config, log, service } = context;
      before?.(context);
      const data = loadData(config.DB_FILE, forum.data ?? DEFAULT_DATA);
      addGreeting(service, forum.greeting);
      for (const forumClass of forum.classes) addClass(service, data, forumClass);
      service.http.once('listening', () => log.line('Worker started'));
      return async () => undefined;
    },
  });
}

/** Load tests tell versions apart by the header. */
function httpOptions({ name, build }: ForumService): HttpOptions {
  return { headers: { 'X-Service-Version': `${name}/${build}` }, requestLine: accessLine };
}

/** The workshop's access log: `GET /api/users - 3`, milliseconds. */
function accessLine({ method, path, ms }: RequestFacts): string {
  return `${method} ${path} - ${Math.round(ms)}`;
}
