/** The monthly totals of docs/production.md are those of the stacks, synthesized anew; UPDATE_DOCS=1 writes them. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { root } from '../cli/paths.ts';
import { readStacks } from '../read/index.ts';
import { examine } from '../resolve/index.ts';
import { type StandingCost, standingCost } from '../simulate/standing-cost.ts';
import { start } from './cutover.ts';

const file = join(root, 'docs', 'production.md');
const START = '`local/e2e/standing-cost.test.ts`.\n\n';
const END = '\n\nNot in it:';
/** Column → stage and settings. */
const COLUMNS: Readonly<Record<string, { readonly stage: string; readonly env: Readonly<Record<string, string>> }>> = {
  'dev, monolith': { stage: 'monolith', env: { CUTOVER_ENVIRONMENT: 'dev' } },
  'dev, microservices': { stage: 'microservices', env: { CUTOVER_ENVIRONMENT: 'dev' } },
  'prod, monolith': { stage: 'monolith', env: { CUTOVER_ENVIRONMENT: 'prod' } },
  'prod, microservices': { stage: 'microservices', env: { CUTOVER_ENVIRONMENT: 'prod' } },
  'the same with alarms and dashboards': {
    stage: 'microservices',
    env: { CUTOVER_ENVIRONMENT: 'prod', CUTOVER_FRONT: 'alarms,dashboard' },
  },
};

async function costOf({ stage, env }: (typeof COLUMNS)[string]): Promise<StandingCost> {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-cost-'));
  try {
    const synth = start(['synth', '--system', 'all', '--stage', stage, '--out', dir], env);
    const { code, stderr } = await synth.finished;
    if (code !== 0) throw new Error(stderr);
    const { topology, problems, blocks } = examine(await readStacks(dir));
    if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'));
    return standingCost(topology, blocks);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

const dollars = (amount: number): string => amount.toFixed(2);

function table(costs: ReadonlyMap<string, StandingCost>): string {
  const items = [...new Set([...costs.values()].flatMap(({ lines }) => lines.map(({ item }) => item)))];
  const cell = ({ lines }: StandingCost, item: string): string => {
    const line = lines.find((one) => one.item === item);
    return line ? `${line.count}: ${dollars(line.dollarsAMonth)}` : '–';
  };
  const row = (first: string, of: (cost: StandingCost) => string): string =>
    `| ${[first, ...[...costs.values()].map(of)].join(' | ')} |`;
  return [
    `| how many: dollars a month | ${[...costs.keys()].join(' | ')} |`,
    `| --- |${' --- |'.repeat(costs.size)}`,
    ...items.map((item) => row(item, (cost) => cell(cost, item))),
    row('**together**', (cost) => `**${dollars(cost.dollarsAMonth)}**`),
  ].join('\n');
}

test('the totals of dev and prod are those of the stacks', async (t) => {
  t.timeout(240_000);
  const costs = new Map<string, StandingCost>();
  for (const [name, column] of Object.entries(COLUMNS)) costs.set(name, await costOf(column));
  for (const cost of costs.values()) {
    t.deepEqual(cost.unpriced, []);
    t.is(cost.lines.find(({ item }) => item === 'load balancers')?.count, 3, 'both systems, and headquarters');
    t.true(cost.dollarsAMonth > 100 && cost.dollarsAMonth < 1000, String(cost.dollarsAMonth));
  }
  const page = await readFile(file, 'utf8');
  const from = page.indexOf(START) + START.length;
  const wanted = `${page.slice(0, from)}${table(costs)}${page.slice(page.indexOf(END, from))}`;
  if (process.env['UPDATE_DOCS']) await writeFile(file, wanted);
  t.is(
    await readFile(file, 'utf8'),
    wanted,
    'run UPDATE_DOCS=1 CUTOVER_SUITE=e2e npx ava local/e2e/standing-cost.test.ts',
  );
});
