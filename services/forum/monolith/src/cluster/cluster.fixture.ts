/** Fixture: the monolith from the one bundle that a container and systemd start, and what its processes do. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleService } from '../../../../bundle.ts';
import type { ServiceProcess } from '../../../../kit/src/testing/service.ts';
import { entry, get, until } from '../../../lib/src/testing/forum.ts';

/** The bundle of `api:v2`, and what removes it. */
export async function makeBundle(): Promise<{ file: string; remove(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-forum-'));
  const file = join(dir, 'app.cjs');
  await bundleService({ entry: entry('monolith', 'v2'), outFile: file });
  return { file, remove: () => rm(dir, { recursive: true }) };
}

export const TWO = { WORKERS: '2' };
export const events = (service: Pick<ServiceProcess, 'records'>, event: string) =>
  service.records().filter((record) => record.event === event);
export const started = (service: ServiceProcess) =>
  service
    .stdout()
    .split('\n')
    .filter((line) => line === 'Worker started');

/** Workers that live, by the log of their births and deaths. */
export async function workerPids(service: ServiceProcess, count: number): Promise<number[]> {
  const alive = (): number[] => {
    const gone = new Set(
      [...events(service, 'worker-died'), ...events(service, 'worker-ended')].map((each) => each.pid),
    );
    return events(service, 'worker-listening').flatMap(({ pid }) => (gone.has(pid) ? [] : [pid as number]));
  };
  await until(() => alive().length === count, `${count} workers listen`);
  return alive();
}

export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export const ask = async (service: ServiceProcess): Promise<number> => {
  const response = await get(service, '/api/users/1', { headers: { Connection: 'close' } });
  await response.arrayBuffer();
  return response.status;
};

/** A request without its end, so that its worker has something to finish. */
export async function halfRequest(port: number): Promise<{ socket: Socket; finish(): Promise<string> }> {
  const socket = connect({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.write('GET /api/users/1 HTTP/1.1\r\nHost: x\r\n');
  return {
    socket,
    finish: async () => {
      let text = '';
      socket.setEncoding('latin1').on('data', (more: string) => {
        text += more;
      });
      socket.write('\r\n');
      await once(socket, 'close');
      return text;
    },
  };
}
