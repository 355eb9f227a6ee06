/**
 * Question: how many orders does our monolith fulfil, and at what CPU cost, beside the workshop's kind of monolith?
 * The same stub answers for all; rounds are interleaved, since machines are noisy: read the ratios.
 * `node bench/orders.ts [--rounds 3] [--seconds 4] [--connections 32]`
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { signedOrders } from './orders/envelopes.ts';
import { postOrders } from './orders/load.ts';
import { type Measured, startMeasured } from './orders/process.ts';
import { flaskPeers, ourMonolith, type System } from './orders/systems.ts';
import { readRounds, type Sample, WARM_UP_SECONDS } from './rounds.ts';

const { rounds, seconds, connections } = readRounds({ seconds: 4 });

async function main(): Promise<void> {
  const stub = spawn(process.execPath, [join(import.meta.dirname, 'orders/stub.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = Number(String((await once(stub.stdout, 'data'))[0]).trim());
  try {
    const { certificatePem, bodies } = await signedOrders(1_000);
    const env = { FULFILLMENT_API_ENDPOINT: `http://127.0.0.1:${port}`, FULFILLMENT_API_KEY: 'bench' };
    const systems = [await ourMonolith({ ...env, LOADTEST_SIGNING_CERT: certificatePem }), ...(await flaskPeers(env))];
    print(systems, await measureAll(systems, bodies));
  } finally {
    stub.kill('SIGTERM');
  }
}

async function measureAll(systems: readonly System[], bodies: readonly string[]): Promise<Map<string, Sample[]>> {
  const samples = new Map<string, Sample[]>();
  for (let round = 1; round <= rounds; round++) {
    for (const system of systems) {
      if ('skipped' in system) continue;
      process.stderr.write(`round ${round}/${rounds}: ${system.name}\n`);
      const measured = await startMeasured(system.command, system.env);
      const sample = await measure(measured, bodies).finally(() => measured.stop());
      samples.set(system.name, [...(samples.get(system.name) ?? []), sample]);
    }
  }
  return samples;
}

async function measure(measured: Measured, bodies: readonly string[]): Promise<Sample> {
  const load = { port: measured.port, path: '/order/', bodies, connections };
  await postOrders({ ...load, seconds: WARM_UP_SECONDS });
  const cpuBefore = measured.cpuSeconds();
  const result = await postOrders({ ...load, seconds });
  return {
    perSecond: (result.orders - result.failed) / result.seconds,
    p99Ms: result.p99Ms,
    cpuPer10k: ((measured.cpuSeconds() - cpuBefore) / result.orders) * 10_000,
    rssMiB: measured.rssMiB(),
    coldMs: measured.coldStartMs,
    failed: result.failed,
  };
}

function print(systems: readonly System[], samples: ReadonlyMap<string, Sample[]>): void {
  const ours = samples.get(systems[0]!.name) ?? [];
  const lines = [
    `POST /order/, ${connections} connections, ${rounds} interleaved rounds of ${seconds} s; min / median / max`,
    '',
  ];
  lines.push('| system | orders/s | p99 ms | cpu10k | RSS MiB | cold ms | failed | orders/s, ours is | CPU, ours is |');
  lines.push('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const system of systems) {
    if ('skipped' in system) {
      lines.push(`| ${system.name} | skipped: ${system.skipped} | | | | | | | |`);
      continue;
    }
    const own = samples.get(system.name) ?? [];
    const cells = [
      spread(own, (s) => s.perSecond, 0),
      spread(own, (s) => s.p99Ms, 1),
      median(own.map((s) => s.cpuPer10k)).toFixed(2),
      median(own.map((s) => s.rssMiB)).toFixed(0),
      median(own.map((s) => s.coldMs)).toFixed(0),
      own.reduce((total, s) => total + s.failed, 0),
      `${(median(ours.map((s) => s.perSecond)) / median(own.map((s) => s.perSecond))).toFixed(1)}×`,
      `${(median(ours.map((s) => s.cpuPer10k)) / median(own.map((s) => s.cpuPer10k))).toFixed(2)}×`,
    ];
    lines.push(`| ${system.name} | ${cells.join(' | ')} |`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

function spread(samples: readonly Sample[], of: (sample: Sample) => number, digits: number): string {
  const values = samples.map(of);
  return [Math.min(...values), median(values), Math.max(...values)].map((v) => v.toFixed(digits)).join(' / ');
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

await main();
