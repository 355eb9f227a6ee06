/** Fixture: a build of the monolith as a process, with an HQ that the test plays. */
import { join } from 'node:path';
import { type ServiceProcess, startProcess } from '../../../kit/src/testing/service.ts';
import { type Stub, startStub } from '../../../kit/src/testing/stub.ts';

/** The entry of a build. */
export const entry = (build: string): string => join(import.meta.dirname, 'builds', `${build}.ts`);

interface Pair {
  readonly hq: Stub;
  readonly monolith: ServiceProcess;
}

/** Runs a build against an HQ of its own, and stops both whatever happens. */
export async function withBuild(
  build: string,
  env: Record<string, string>,
  run: (pair: Pair) => Promise<void>,
): Promise<void> {
  const hq = await startStub();
  const monolith = await startProcess(entry(build), {
    FULFILLMENT_API_ENDPOINT: hq.url,
    FULFILLMENT_API_KEY: 'the-key',
    ALLOW_UNSIGNED: 'true',
    ...env,
  });
  try {
    await run({ hq, monolith });
  } finally {
    await monolith.stop('SIGKILL');
    await hq.close();
  }
}

export const post = (service: ServiceProcess, path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(service.url + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
export const bundle = { Message: { bundle: '1' }, MessageId: 'order-1' };
/** The lines that are not JSON. */
export const plainLines = (service: ServiceProcess) =>
  service
    .stdout()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('{'));
