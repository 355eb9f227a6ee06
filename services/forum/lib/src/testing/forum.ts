/** Fixture: builds of the forum's services as processes. */
import { join } from 'node:path';
import { type ServiceProcess, startProcess } from '../../../../kit/src/testing/service.ts';
import type { ForumClass } from '../routes.ts';

export type ForumName = 'monolith' | ForumClass;

/** The entry of a build. */
export const entry = (name: ForumName, build: string): string =>
  join(import.meta.dirname, '../../..', name, 'src/builds', `${build}.ts`);

/** Runs a build and stops it whatever happens. @param what name and build, or a bundle's path */
export async function withForum(
  what: readonly [ForumName, string] | string,
  env: Record<string, string>,
  run: (service: ServiceProcess) => Promise<void>,
): Promise<void> {
  const service = await startProcess(typeof what === 'string' ? what : entry(...what), env);
  try {
    await run(service);
  } finally {
    await service.stop('SIGKILL');
  }
}

export const get = (service: ServiceProcess, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(service.url + path, init);

/** Lines of the access log, in order. */
export const accessLines = (service: ServiceProcess): string[] =>
  service
    .stdout()
    .split('\n')
    .filter((line) => /^[A-Z]+ \//.test(line));

const PATIENCE_MS = 20_000;

/** Resolves when the condition holds; rejects after twenty seconds. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; !holds(); ) {
    if (performance.now() > end) throw new Error(`did not happen within 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
