/** What both systems' deployments have in common: tools, emulator, and the walk through the stages. */

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { type Ask, askAt } from './ask.ts';
import { type AppVariables, Deployment, withWorkDir } from './deployment.ts';
import { startEmulator } from './emulator.ts';
import { type Census, type Held, heldBy } from './held.ts';
import { unseen } from './kinds.ts';
import { leaks } from './leaks.ts';
import { everythingInFront, type Operator, operatorOf } from './operator.ts';
import { type CommandResult, findToolchain, type Toolchain, writeCliConfig } from './terraform.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** What a stage is read back from. */
export interface Deployed {
  readonly held: Held;
  readonly ask: Ask;
  readonly operator: Operator;
  readonly deployment: Deployment;
  /** What `cdktf deploy` has printed. */
  readonly output: string;
}

export interface Stage {
  readonly name: string;
  /** What the emulator must hold after the deployment. */
  readonly holds: (t: ExecutionContext, deployed: Deployed) => Promise<void>;
  /** Secrets that must be held then, and found nowhere else. */
  readonly secretNames?: readonly string[];
  /** State that must hold one of them, as docs/production.md tells: its path from the work folder on. @default none does */
  readonly stateHolds?: string;
}

export interface Walk {
  readonly system: 'logistics' | 'forum';
  readonly stages: readonly Stage[];
  /** The last stage again, when everything in front of it is turned on in place. */
  readonly front: Omit<Stage, 'name'>;
  /** Breaks what is deployed, when all else is done. */
  readonly broken?: (t: ExecutionContext, deployed: Deployed) => Promise<void>;
  /** Variables of the app beside the front's, for the last deployment. */
  readonly more?: AppVariables;
  /** Task definitions whose revisions stay when the stacks are destroyed. */
  readonly keptFamilies?: readonly string[];
}

export const toolchain: Toolchain | { readonly missing: string } = await findToolchain(ROOT);

/** Deploys each stage over the one before, turns on what can stand in front, plans again after each, and destroys it all. */
export async function walkStages(t: ExecutionContext, walk: Walk): Promise<void> {
  if ('missing' in toolchain) throw new Error(toolchain.missing);
  const { system } = walk;
  const tools = toolchain;
  await withWorkDir(join(tmpdir(), `cutover-terraform-${system}-`), async (workDir) => {
    const emulator = await startEmulator(join(ROOT, '.cutover'));
    try {
      const cliConfig = await writeCliConfig(workDir, tools);
      const deployment = new Deployment({ root: ROOT, system, emulator, cliConfig, workDir, ...tools });
      const [held, ask] = [heldBy(emulator), askAt(emulator)];
      const operator = await operatorOf(ask);
      await walked(t, walk, { held, ask, operator, deployment });
    } finally {
      await emulator.stop();
    }
  });
}

async function walked(t: ExecutionContext, walk: Walk, at: Omit<Deployed, 'output'>): Promise<void> {
  const { held, deployment, operator } = at;
  const before = await held.census();
  for (const stage of walk.stages) await deployed(t, at, { ...stage, app: { CUTOVER_STAGE: stage.name } });
  const last = walk.stages.at(-1)?.name ?? '';
  const app = { CUTOVER_STAGE: last, CUTOVER_FRONT: everythingInFront(operator), ...walk.more };
  await deployed(t, at, { ...walk.front, name: `${last} with everything in front`, app, all: true });
  // What must be gone afterwards was there, and seen.
  t.deepEqual(unseen(await deployment.types(), grown(before, await held.census())), []);
  const { broken } = walk;
  if (broken) await timed(t, 'broken', () => broken(t, { ...at, output: '' }));
  succeeded(t, await timed(t, 'destroy', () => deployment.destroy(app)), 'cdktf destroy');
  // Revisions that a roll-back may need outlive Terraform; docs/stacks.md says how they go.
  await held.deregisterKept(walk.keptFamilies ?? []);
  t.deepEqual(grown(before, await held.census()), {}, 'left behind by cdktf destroy');
}

interface Step extends Stage {
  readonly app: AppVariables;
  /** Plans stacks that have not changed, too. */
  readonly all?: boolean;
}

async function deployed(t: ExecutionContext, at: Omit<Deployed, 'output'>, step: Step): Promise<void> {
  const { name, app, holds, secretNames = [], stateHolds, all = false } = step;
  const { held, deployment } = at;
  const result = await timed(t, `deploy ${name}`, () => deployment.deploy(app));
  succeeded(t, result, `cdktf deploy of ${name}`);
  await holds(t, { ...at, output: result.output });
  t.deepEqual(await timed(t, 'second plan', () => deployment.pendingChanges({ all })), {}, `a second plan of ${name}`);
  const secrets = await held.secrets();
  const names = secrets.map((secret) => secret.name);
  for (const name of secretNames) t.true(names.includes(name), `${name} is held`);
  const found = await leaks(secrets, deployment.workDir, deployment.said);
  const isKnown = (leak: string): boolean => stateHolds !== undefined && leak.includes(` in ${stateHolds}`);
  t.deepEqual(
    found.filter((leak) => !isKnown(leak)),
    [],
    `secrets in the open at ${name}`,
  );
  t.is(found.some(isKnown), stateHolds !== undefined, `the state holds what the docs say, at ${name}`);
}

/** Its seconds end in the log, so that a suite that has grown slow says where. */
async function timed<T>(t: ExecutionContext, what: string, step: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await step();
  t.log(`${what}: ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  return result;
}

function succeeded(t: ExecutionContext, result: CommandResult, what: string): void {
  if (result.code !== 0) t.log(result.output.split('\n').slice(-60).join('\n'));
  t.is(result.code, 0, what);
}

/** What is there now and was not before, by kind. */
export function grown(before: Census, after: Census): Census {
  const added = Object.entries(after).map(([kind, names]) => [
    kind,
    names.filter((name) => !before[kind]?.includes(name)),
  ]) as [string, string[]][];
  return Object.fromEntries(added.filter(([, names]) => names.length > 0));
}
