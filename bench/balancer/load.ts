/** GETs over keep-alive connections: by wrk where it is installed, else over raw sockets in a process of its own. */
import { execFile, spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface LoadResult {
  readonly requests: number;
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly failed: number;
}

export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Default: {@link PATH}. */
  readonly path?: string;
}

export const PATH = '/api/users/3';
export const generator = spawnSync('wrk', ['-v']).error === undefined ? 'wrk' : 'raw sockets (wrk is not installed)';

export async function load(options: LoadOptions): Promise<LoadResult> {
  if (generator === 'wrk') return loadByWrk(options);
  const args = [options.port, options.connections, options.seconds, options.path ?? PATH].map(String);
  const { stdout } = await run(process.execPath, [import.meta.filename, ...args]);
  return JSON.parse(stdout) as LoadResult;
}

async function loadByWrk({ port, connections, seconds, path = PATH }: LoadOptions): Promise<LoadResult> {
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', `http://127.0.0.1:${port}${path}`];
  const { stdout } = await run('wrk', args);
  const number = (pattern: RegExp): number => Number(pattern.exec(stdout)?.[1] ?? 0);
  const p99 = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout);
  const unitMs = { us: 0.001, ms: 1, s: 1000 }[p99?.[2] ?? 'ms'] ?? 1;
  return {
    requests: number(/(\d+) requests in/),
    perSecond: number(/Requests\/sec:\s+([\d.]+)/),
    p99Ms: Number(p99?.[1] ?? Number.NaN) * unitMs,
    failed: number(/Non-2xx or 3xx responses: (\d+)/) + number(/Socket errors: connect (\d+)/),
  };
}

async function loadRaw({ port, connections, seconds, path = PATH }: LoadOptions): Promise<LoadResult> {
  const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n`;
  const latencies: number[] = [];
  let failed = 0;
  const startedAt = performance.now();
  const until = startedAt + seconds * 1_000;
  const one = (): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      let sentAt = 0;
      let received = 0;
      let whole = 0;
      const send = (): void => {
        sentAt = performance.now();
        received = whole = 0;
        socket.write(request, 'latin1');
      };
      socket.on('connect', send);
      socket.on('error', () => {
        failed++;
      });
      socket.on('close', () => resolve());
      socket.on('data', (chunk: Buffer) => {
        if (whole === 0)
          whole = chunk.indexOf('\r\n\r\n') + 4 + Number(/content-length: (\d+)/i.exec(chunk.toString('latin1'))?.[1]);
        received += chunk.length;
        if (received < whole) return;
        latencies.push(performance.now() - sentAt);
        if (performance.now() < until) send();
        else socket.destroy();
      });
    });
  await Promise.all(Array.from({ length: connections }, one));
  const perSecond = latencies.length / ((performance.now() - startedAt) / 1_000);
  latencies.sort((a, b) => a - b);
  return {
    requests: latencies.length,
    perSecond,
    p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN,
    failed,
  };
}

if (process.argv[1] === import.meta.filename) {
  const [port, connections, seconds] = process.argv.slice(2).map(Number) as [number, number, number];
  process.stdout.write(JSON.stringify(await loadRaw({ port, connections, seconds, path: process.argv[5] })));
}
