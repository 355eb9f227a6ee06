/**
 * Question: what does a blue/green shift cost the requests under way? One deployment under load, and the latency of the
 * deployed service's answers before it, while green starts, around each change of weights, and after. The run is its own
 * peer: read the ratios to "before".
 * `node bench/shift.ts [--config CodeDeployDefault.ECSCanary10Percent5Minutes]`, or of a stored run `--record FILE`
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { requestsOf } from '../loadtest/verdict/forum-record.ts';
import { percentile } from '../loadtest/verdict/measurement.ts';
import type { RunRecord } from '../loadtest/verdict/record.ts';
import { answersOf, weightPhases } from '../loadtest/verdict/shift.ts';

/** A change of weights is felt by what is sent this long before and after it. */
const AROUND_MS = 1_000;
const PORT_BASE = '24566';

const { values } = parseArgs({
  options: {
    config: { type: 'string', default: 'CodeDeployDefault.ECSCanary10Percent5Minutes' },
    record: { type: 'string' },
  },
});

print(JSON.parse(await readFile(values.record ?? (await rehearse(values.config)), 'utf8')) as RunRecord);

/** @returns a copy of the run's record, in the temporary folder */
async function rehearse(config: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-shift-'));
  process.on('exit', () => void rm(dir, { recursive: true, force: true }));
  const args = ['rehearse', '--system', 'forum', '--from', 'microservices', '--deploy', 'threads=v2'];
  const child = spawn(
    join(import.meta.dirname, '..', 'cutover'),
    [...args, '--config', config, '--report', dir, '--port-base', PORT_BASE],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  await new Promise((resolve) => child.once('exit', resolve));
  const [run] = await readdir(dir);
  if (run === undefined) throw new Error('the rehearsal left no record');
  return join(dir, run, 'record.json');
}

function print(record: RunRecord): void {
  const { forum, blueGreen } = record;
  if (!forum || !blueGreen) throw new Error('this record holds no blue/green deployment of the forum');
  const answers = answersOf(blueGreen, requestsOf(forum));
  const phases = weightPhases(blueGreen, record.endedAtMs);
  const changes = phases.slice(1).map(({ fromMs, greenPercent }) => ({ fromMs, greenPercent }));
  const first = changes[0]?.fromMs ?? record.endedAtMs;
  const last = changes.at(-1)?.fromMs ?? record.endedAtMs;
  const windows = [
    { name: 'before', fromMs: 0, toMs: blueGreen.startedAtMs },
    { name: 'green starts', fromMs: blueGreen.startedAtMs, toMs: first - AROUND_MS },
    ...changes.map(({ fromMs, greenPercent }) => ({
      name: `shift to ${greenPercent} %`,
      fromMs: fromMs - AROUND_MS,
      toMs: fromMs + AROUND_MS,
    })),
    { name: 'after', fromMs: last + AROUND_MS, toMs: record.endedAtMs },
  ];
  const measured = windows.map((window) => {
    const inside = answers.filter((a) => a.sentAtMs >= window.fromMs && a.sentAtMs < window.toMs);
    const latencies = inside.flatMap((a) => a.latencyMs ?? []).sort((a, b) => a - b);
    return { ...window, answers: inside.length, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) };
  });
  const before = measured[0]?.p99 ?? null;
  console.log('window            answers   p50 ms   p99 ms   p99 to before');
  for (const { name, answers: count, p50, p99 } of measured) {
    const ratio = p99 === null || !before ? '-' : `${(p99 / before).toFixed(2)}x`;
    const ms = (value: number | null): string => (value === null ? '-' : value.toFixed(1)).padStart(9);
    console.log(`${name.padEnd(16)} ${String(count).padStart(8)}${ms(p50)}${ms(p99)}${ratio.padStart(16)}`);
  }
}
