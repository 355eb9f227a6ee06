/**
 * The ECS task metadata endpoint, version 4, on the AWS endpoint's port: `/_metadata/v4/<task id>` with nothing,
 * `/task`, `/stats` or `/task/stats` behind it. On AWS the address differs for each container; here a container other
 * than the first adds `?container=<name>`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { cpus } from 'node:os';
import type { Clock } from '../clock.ts';
import type { EcsView, ProcessRunner, TaskState } from '../contracts.ts';
import { containerShape, dockerId, statsShape, type TaskContainer, taskShape } from './shapes.ts';

export interface MetadataOptions {
  readonly view: Pick<EcsView, 'tasks' | 'taskDefinitions'>;
  readonly processes: Pick<ProcessRunner, 'usage'>;
  readonly clock: Clock;
}

const PATH = /^\/_metadata\/v4\/([A-Za-z0-9-]{1,64})(\/task|\/stats|\/task\/stats)?\/?$/;

/** @returns a route: true where the request was its own and is, or will be, answered */
export function createMetadataRoute(options: MetadataOptions): (req: IncomingMessage, res: ServerResponse) => boolean {
  return (req, res) => {
    if (!req.url?.startsWith('/_metadata/')) return false;
    const url = new URL(req.url, 'http://127.0.0.1');
    const [, taskId, what = ''] = PATH.exec(url.pathname) ?? [];
    const task = options.view.tasks().find((one) => one.id === taskId);
    const named = url.searchParams.get('container');
    const container = task?.containers.find((one) => named === null || one.name === named);
    if (req.headers.origin !== undefined) answer(res, 403, 'a web page may not read task metadata');
    else if (req.method !== 'GET') answer(res, 405, 'only GET');
    else if (!task || !container) answer(res, 404, `no such task or container: ${url.pathname}`);
    else
      read(what, task, container, options).then(
        (shape) => answer(res, 200, shape),
        (error: Error) => answer(res, 500, error.message),
      );
    return true;
  };
}

async function read(
  what: string,
  task: TaskState,
  container: TaskContainer,
  options: MetadataOptions,
): Promise<unknown> {
  const definition = options.view.taskDefinitions().find((one) => one.arn === task.taskDefinitionArn) ?? null;
  const statsOf = async (one: TaskContainer): Promise<object | null> => {
    const usage = one.pid === null ? null : await options.processes.usage(one.pid);
    if (!usage) return null;
    const defined = definition?.containers.find((candidate) => candidate.name === one.name);
    const all = cpus();
    const systemMs = all.flatMap(({ times }) => Object.values(times)).reduce((sum, ms) => sum + ms, 0);
    return statsShape({
      nowMs: options.clock.now(),
      usage,
      limitMiB: defined?.memoryMiB ?? definition?.memoryMiB ?? null,
      cpus: all.length,
      systemCpuSeconds: systemMs / 1000,
    });
  };
  if (what === '/task') return taskShape(task, definition);
  if (what === '/stats') return statsOf(container);
  if (what === '/task/stats') {
    const all = task.containers.map(async (one) => [dockerId(task, one), await statsOf(one)] as const);
    return Object.fromEntries(await Promise.all(all));
  }
  return containerShape(task, container, definition);
}

function answer(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
