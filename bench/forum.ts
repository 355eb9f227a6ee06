/**
 * Question: how many requests does each of the forum's services answer, how soon is it there, and at what CPU cost,
 * beside the workshop's kind of forum on the same Node? Both log a line a request. Rounds are interleaved, since
 * machines are noisy: read the ratios.
 * `node bench/forum.ts [--rounds 3] [--seconds 3] [--connections 32]`
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generator, load } from './balancer/load.ts';
import { koaSystems, nodeAlone, ourSystems, type System } from './forum/systems.ts';
import { startMeasured } from './orders/process.ts';
import { readRounds, type Sample, WARM_UP_SECONDS } from './rounds.ts';

const { rounds, seconds, connections } = readRounds({ seconds: 3 });

async function main(dir: string): Promise<void> {
  const peers = await koaSystems();
  if (peers.skipped) process.stderr.write(`Koa 1 is skipped: ${peers.skipped}\n`);
  const ours = await ourSystems(dir);
  const systems = [
    ...ours.flatMap((own) => [own, ...peers.systems.filter(({ name }) => name === own.against)]),
    nodeAlone(),
  ];
  print(systems, await measureAll(systems), peers.skipped);
}

async function measureAll(systems: readonly System[]): Promise<Map<string, Sample[]>> {
  const samples = new Map<string, Sample[]>();
  for (let round = 1; round <= rounds; round++) {
    for (const system of systems) {
      process.stderr.write(`round ${round}/${rounds}: ${system.name}\n`);
      samples.set(system.name, [...(samples.get(system.name) ?? []), await measure(system)]);
    }
  }
  return samples;
}

async function measure({ command, env, path }: System): Promise<Sample> {
  const measured = await startMeasured(command, env);
  try {
    const options = { port: measured.port, path, connections };
    await load({ ...options, seconds: WARM_UP_SECONDS });
    const cpuBefore = measured.cpuSeconds();
    const { requests, perSecond, p99Ms, failed } = await load({ ...options, seconds });
    const cpuPer10k = ((measured.cpuSeconds() - cpuBefore) / requests) * 10_000;
    return { perSecond, p99Ms, cpuPer10k, failed, rssMiB: measured.rssMiB(), coldMs: measured.coldStartMs };
  } finally {
    await measured.stop();
  }
}

function print(systems: readonly System[], samples: ReadonlyMap<string, Sample[]>, skipped: string | null): void {
  const lines = [
    `GET, ${connections} connections by ${generator}, ${rounds} interleaved rounds of ${seconds} s; min / median / max`,
    '',
    '| system | requests/s | p99 ms | cpu10k | RSS MiB | cold ms | failed | requests/s to its peer | CPU to its peer |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
  ];
  for (const { name, against } of systems) {
    const own = samples.get(name) ?? [];
    const peer = samples.get(against ?? '');
    const cells = [
      spread(own, (s) => s.perSecond, 0),
      spread(own, (s) => s.p99Ms, 1),
      medianOf(own, (s) => s.cpuPer10k).toFixed(2),
      medianOf(own, (s) => s.rssMiB).toFixed(0),
      spread(own, (s) => s.coldMs, 0),
      own.reduce((total, s) => total + s.failed, 0),
      peer ? ratio(own, peer, (s) => s.perSecond) : '',
      peer ? ratio(own, peer, (s) => s.cpuPer10k) : '',
    ];
    lines.push(`| ${name} | ${cells.join(' | ')} |`);
  }
  if (skipped) lines.push(`| Koa 1 | skipped: ${skipped} | | | | | | | |`);
  process.stdout.write(`${lines.join('\n')}\n`);
}

function ratio(own: readonly Sample[], peer: readonly Sample[], of: (sample: Sample) => number): string {
  return `${(medianOf(own, of) / medianOf(peer, of)).toFixed(2)}×`;
}

function spread(samples: readonly Sample[], of: (sample: Sample) => number, digits: number): string {
  const all = samples.map(of);
  return [Math.min(...all), medianOf(samples, of), Math.max(...all)].map((value) => value.toFixed(digits)).join(' / ');
}

function medianOf(samples: readonly Sample[], of: (sample: Sample) => number): number {
  return samples.map(of).sort((a, b) => a - b)[Math.floor(samples.length / 2)] ?? Number.NaN;
}

const dir = await mkdtemp(join(tmpdir(), 'cutover-bench-'));
try {
  await main(dir);
} finally {
  await rm(dir, { recursive: true, force: true });
}
