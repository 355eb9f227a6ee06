/**
 * Question: how many requests does the load balancer pass, and at what CPU cost, beside nginx? And what do a hundred
 * rules cost? One target answers for all; rounds are interleaved, since machines are noisy: read the ratios.
 * `node bench/balancer.ts [--rounds 3] [--seconds 4] [--connections 32,128]`
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { generator, load } from './balancer/load.ts';
import { answerOn, hasNginx, nginxCommand, proxyTo } from './balancer/nginx.ts';
import { cpuSecondsOf, freePort, waitForPort } from './orders/process.ts';

interface System {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
}
interface Sample {
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly cpuPer10k: number;
  readonly failed: number;
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '32,128' },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const dir = mkdtempSync(join(tmpdir(), 'bench-balancer-'));
const stops: (() => void)[] = [];

async function main(): Promise<void> {
  const target = await freePort();
  await start('target', target, hasNginx ? nginxCommand(dir, 'target', answerOn(target)) : node('upstream.ts', target));
  const systems: System[] = [];
  for (const rules of [1, 100]) {
    const port = await freePort();
    const name = `load balancer, ${rules} ${rules === 1 ? 'rule' : 'rules'}`;
    systems.push(await start(name, port, node('plane.ts', port, target, rules)));
  }
  if (hasNginx) {
    const port = await freePort();
    systems.push(await start('nginx, 1 worker', port, nginxCommand(dir, 'proxy', proxyTo(port, target))));
  }
  for (const connections of values.connections.split(',').map(Number))
    print(connections, await measure(systems, connections));
}

const node = (file: string, ...args: number[]): string[] => [
  process.execPath,
  join(import.meta.dirname, 'balancer', file),
  ...args.map(String),
];

async function start(name: string, port: number, [command = '', ...args]: string[]): Promise<System> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  stops.push(() => child.kill('SIGTERM'));
  await waitForPort(port, child);
  // Until the first health check has passed, the load balancer answers by itself.
  await load({ port, connections: 8, seconds: 1 });
  return { name, port, pid: child.pid ?? 0 };
}

async function measure(systems: readonly System[], connections: number): Promise<Map<string, Sample[]>> {
  const samples = new Map<string, Sample[]>();
  for (let round = 1; round <= rounds; round++)
    for (const { name, port, pid } of systems) {
      process.stderr.write(`${connections} connections, round ${round}/${rounds}: ${name}\n`);
      const before = cpuSecondsOf(pid);
      const { requests, perSecond, p99Ms, failed } = await load({ port, connections, seconds });
      const cpuPer10k = ((cpuSecondsOf(pid) - before) / requests) * 10_000;
      samples.set(name, [...(samples.get(name) ?? []), { perSecond, p99Ms, cpuPer10k, failed }]);
    }
  return samples;
}

function print(connections: number, samples: ReadonlyMap<string, Sample[]>): void {
  const [one = [], hundred = [], nginx] = [...samples.values()];
  const ratio = (a: readonly Sample[], b: readonly Sample[], of: (sample: Sample) => number): string =>
    `${(median(a.map(of)) / median(b.map(of))).toFixed(2)}×`;
  const lines = [
    `GET of 1 KiB, ${connections} connections by ${generator}, ${rounds} interleaved rounds of ${seconds} s; min / median / max`,
    '',
    '| system | requests/s | p99 ms | cpu10k | failed |',
    '| --- | --- | --- | --- | --- |',
    ...[...samples].map(
      ([name, own]) =>
        `| ${name} | ${spread(own, (s) => s.perSecond, 0)} | ${spread(own, (s) => s.p99Ms, 1)} | ${median(own.map((s) => s.cpuPer10k)).toFixed(3)} | ${own.reduce((sum, s) => sum + s.failed, 0)} |`,
    ),
    ...(nginx ? [] : ['| nginx, 1 worker | skipped: nginx is not installed | | | |']),
    '',
    `- 100 rules to 1: ${ratio(hundred, one, (s) => s.perSecond)} requests/s, ${ratio(hundred, one, (s) => s.cpuPer10k)} CPU`,
    ...(nginx
      ? [
          `- load balancer to nginx: ${ratio(one, nginx, (s) => s.perSecond)} requests/s, ${ratio(one, nginx, (s) => s.cpuPer10k)} CPU`,
        ]
      : []),
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function spread(samples: readonly Sample[], of: (sample: Sample) => number, digits: number): string {
  const all = samples.map(of);
  return [Math.min(...all), median(all), Math.max(...all)].map((value) => value.toFixed(digits)).join(' / ');
}

function median(all: readonly number[]): number {
  return [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN;
}

try {
  await main();
} finally {
  for (const stop of stops) stop();
  rmSync(dir, { recursive: true, force: true });
}
