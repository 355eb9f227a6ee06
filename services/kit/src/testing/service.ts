/** Fixtures: an HTTP service in this process, and service builds as processes of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type ConfigOf, readConfig } from '../config.ts';
import type { Log } from '../log.ts';
import { createHttpService, type HttpOptions, type HttpService } from '../server.ts';
import { type ServiceConfig, serviceSettings, snsSettings } from '../settings.ts';

export type TestConfig = ServiceConfig & ConfigOf<ReturnType<typeof snsSettings>>;

/** Settings with their defaults, on a free port. */
export function testConfig(env: Record<string, string> = {}): TestConfig {
  const settings = { ...serviceSettings({ port: 0 }), ...snsSettings() };
  return readConfig({ service: 'test', settings, env: { PORT: '0', ...env } });
}

/** A log that keeps what is written. */
export function memoryLog(): Log & { readonly lines: string[]; readonly records: Record<string, unknown>[] } {
  const lines: string[] = [];
  const records: Record<string, unknown>[] = [];
  const write = (record: Record<string, unknown>): void => void records.push(record);
  const logger = { trace: write, debug: write, info: write, warn: write, error: write, fatal: write };
  return {
    lines,
    records,
    logger: { ...logger, child: () => logger } as unknown as Log['logger'],
    line: (text) => void lines.push(text),
    flush: async () => undefined,
    flushSync: () => undefined,
  };
}

export interface RunningService {
  readonly service: HttpService;
  readonly log: ReturnType<typeof memoryLog>;
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a service in this process. @param addRoutes is called before it listens */
export async function startService(
  config: ServiceConfig,
  addRoutes: (service: HttpService, log: Log) => void,
  options: HttpOptions = {},
): Promise<RunningService> {
  const log = memoryLog();
  const service = createHttpService(config, log, options);
  addRoutes(service, log);
  const { port } = await service.listen();
  return {
    service,
    log,
    port,
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        service.http.close(() => resolve());
        service.http.closeAllConnections();
      }),
  };
}

export interface ServiceProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly port: number;
  /** Everything on stdout so far. */
  stdout(): string;
  /** Structured lines on stdout so far. */
  records(): Record<string, unknown>[];
  /** Resolves when a stdout line contains the text. */
  saw(text: string): Promise<void>;
  /** Sends SIGTERM (or another signal) and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Resolves with the exit code once the process has ended and its output is read. */
  readonly ended: Promise<number | null>;
}

/** Starts a build as the plane does, and waits until it listens. @throws with its output where it ends before that */
export async function startProcess(entry: string, env: Record<string, string>): Promise<ServiceProcess> {
  const run = spawnBuild(entry, env);
  await Promise.race([
    run.saw('"event":"listening"'),
    run.ended.then((code) => Promise.reject(new Error(`ended with ${code}\n${run.stdout()}\n${run.stderr()}`))),
  ]);
  const port = Number(run.records().find((record) => record.event === 'listening')?.port);
  return { ...run, port, url: `http://127.0.0.1:${port}` };
}

/** What a build has of this process's environment: where programs are, and what of its code is compiled already. */
const OWN = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => name === 'PATH' || name === 'NODE_COMPILE_CACHE'),
);

/** Starts a build and waits for nothing. */
export function spawnBuild(
  entry: string,
  env: Record<string, string>,
): Omit<ServiceProcess, 'port' | 'url'> & { stderr(): string } {
  const child = spawn(process.execPath, [entry], {
    env: { ...OWN, HOST: '127.0.0.1', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  const watchers = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    for (const watch of watchers) watch();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    stdout: () => out,
    stderr: () => err,
    records: () => out.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : [])),
    saw: (text) =>
      new Promise((resolve) => {
        const watch = (): void => {
          if (!out.includes(text)) return;
          watchers.delete(watch);
          resolve();
        };
        watchers.add(watch);
        watch();
      }),
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
    ended,
  };
}
