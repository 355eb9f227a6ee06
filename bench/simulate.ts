/**
 * How the time and memory of a simulated day grow with the number of tasks: `node bench/simulate.ts [rounds]`.
 * Each run is a process of its own, interleaved; medians of CPU time, the largest memory. Ten tasks an instance.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { scenario } from '../local/simulate/scenario.ts';
import { simulate } from '../local/simulate/simulate.ts';

const SIZES = [1000, 3000, 10_000, 30_000];
const PROFILES = ['day', 'sawtooth'];
const run = promisify(execFile);

if (process.argv[2] === 'one') one(String(process.argv[3]), Number(process.argv[4]));
else await all(Math.min(10, Math.max(1, Number(process.argv[2] ?? 3) || 3)));

function one(profile: string, tasks: number): void {
  const input = scenario({ profile, tasks, instances: tasks / 10, hours: 24 });
  const begun = process.cpuUsage();
  const { totals } = simulate(input);
  // CPU time: others on the machine must not count.
  const { user, system } = process.cpuUsage(begun);
  const seconds = (user + system) / 1e6;
  console.log(JSON.stringify({ seconds, mib: process.resourceUsage().maxRSS / 1024, ...totals }));
}

async function all(rounds: number): Promise<void> {
  for (const profile of PROFILES) {
    const results = new Map(
      SIZES.map((tasks) => [tasks, [] as { seconds: number; mib: number; peakInstances: number }[]]),
    );
    for (let round = 0; round < rounds; round++)
      for (const tasks of SIZES) {
        const { stdout } = await run(process.execPath, [import.meta.filename, 'one', profile, String(tasks)]);
        results.get(tasks)?.push(JSON.parse(stdout));
      }
    let before: { tasks: number; seconds: number } | null = null;
    for (const [tasks, list] of results) {
      const seconds = median(list.map((r) => r.seconds));
      const mib = Math.max(...list.map((r) => r.mib));
      const growth = before
        ? `  ${(seconds / before.seconds).toFixed(2)}x the time for ${(tasks / before.tasks).toFixed(2)}x the tasks`
        : '';
      console.log(
        `${profile.padEnd(9)} ${String(tasks).padStart(6)} tasks, ${list[0]?.peakInstances} instances, 24 h: ${seconds.toFixed(2)} s of CPU, ${Math.round(mib)} MiB${growth}`,
      );
      before = { tasks, seconds };
    }
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
