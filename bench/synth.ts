/**
 * Synth time of the whole app: provider resources imported one by one, as the stacks do, against the barrel import.
 * `node bench/synth.ts [rounds]`: interleaved runs, medians and their ratio.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..');
const rounds = Math.min(20, Math.max(1, Number(process.argv[2] ?? 5) || 5));

const work = await mkdtemp(join(tmpdir(), 'cutover-bench-'));
const barrel = join(root, 'bench', `.barrel-${process.pid}.ts`);
try {
  await writeFile(barrel, "import '@cdktf/provider-aws';\nawait import('../stacks/main.ts');\n");
  const entries = { 'one by one': join('stacks', 'main.ts'), barrel };
  const seconds: Record<string, number[]> = { 'one by one': [], barrel: [] };
  for (let i = 0; i <= rounds; i++)
    for (const [name, entry] of Object.entries(entries)) {
      const begun = performance.now();
      const env = { ...process.env, CDKTF_OUTDIR: join(work, 'out'), CUTOVER_STAGE: 'microservices' };
      await run(process.execPath, ['--import', './stacks/register.mjs', entry], { cwd: root, env });
      // The first round warms the disk's cache.
      if (i > 0) seconds[name]?.push((performance.now() - begun) / 1000);
    }
  const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
  for (const [name, list] of Object.entries(seconds))
    console.log(`${name.padEnd(12)} median ${median(list).toFixed(2)} s  (${list.map((s) => s.toFixed(2)).join(' ')})`);
  console.log(
    `barrel / one by one: ${(median(seconds['barrel'] ?? []) / median(seconds['one by one'] ?? [])).toFixed(1)}x`,
  );
} finally {
  await rm(work, { recursive: true, force: true });
  await rm(barrel, { force: true });
}
