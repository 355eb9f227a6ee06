/** One system deployed, changed stage by stage and destroyed, the way a user would: `cdktf deploy`, `terraform plan`, `cdktf destroy`. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createApp } from '../app.ts';
import { readSettings } from '../settings.ts';
import type { Emulator } from './emulator.ts';
import {
  type CommandResult,
  command,
  exists,
  type StackEntry,
  stackDir,
  stacksInOrder,
  stacksOf,
} from './terraform.ts';

/** Limits are for what hangs: behind other work a command may take many times its seconds. */
const DEPLOY_TIMEOUT_MS = 30 * 60_000;
const PLAN_TIMEOUT_MS = 20 * 60_000;
/** A plan is two processes, of which one mostly waits for the other. */
const PLANS_AT_ONCE = 2;
/** Of one command. Terraform and its provider take 0.7 GB for each; with the other system's walk beside it, 3 GB in all. */
const STACKS_AT_ONCE = '2';
const ATTACHED = join(import.meta.dirname, 'attached.sh');

export interface DeploymentOptions {
  /** The project's folder. */
  readonly root: string;
  readonly system: 'logistics' | 'forum';
  readonly emulator: Emulator;
  readonly cliConfig: string;
  readonly providerVersion: string;
  /** The provider's program, which each command starts once (attached.sh). */
  readonly providerProgram: string;
  /** A Node that cdktf's native module is built for. */
  readonly node: string;
  /** Folder for the output and the state; removed with it. */
  readonly workDir: string;
}

/** What is deployed: variables of the app, such as CUTOVER_STAGE. */
export type AppVariables = Readonly<Record<string, string>>;

export class Deployment {
  readonly #options: DeploymentOptions;
  readonly #outDir: string;
  /** JSON of stacks whose plan was empty after they were deployed. */
  readonly #settled = new Map<string, string>();
  /** Stacks of the last deployment. */
  #deployed: readonly string[] = [];
  readonly #said: Record<string, string> = {};

  constructor(options: DeploymentOptions) {
    this.#options = options;
    this.#outDir = join(options.workDir, 'cdktf.out');
  }

  /** What was synthesized, and the state beside it. */
  get workDir(): string {
    return this.#options.workDir;
  }

  /** What the last command of each kind has printed. */
  get said(): Readonly<Record<string, string>> {
    return this.#said;
  }

  /**
   * The first time all stacks, synthesized by cdktf itself; then those that have changed since their plan was empty, with
   * those that read what they put out.
   */
  async deploy(app: AppVariables): Promise<CommandResult> {
    const options = ['--auto-approve', '--skip-provider-lock', '--parallelism', STACKS_AT_ONCE];
    if (this.#deployed.length === 0) {
      const first = await this.#cdktf(app, ['deploy', '*', ...options]);
      if (first.code === 0) this.#deployed = await stacksInOrder(this.#outDir);
      return first;
    }
    // What `cdktf synth` starts the app for; half of each start of its own would be spent on what deploys.
    createApp(readSettings(this.#env(app))).synth();
    const stacks = await stacksOf(this.#outDir);
    this.#deployed = await this.#affected(stacks);
    // Told to do without the stacks that are there already, cdktf waits for none: hence one wave after another.
    const alone = ['--skip-synth', '--ignore-missing-stack-dependencies'];
    const said: string[] = [];
    for (const wave of wavesOf(stacks, this.#deployed)) {
      const { code, output } = await this.#cdktf(app, ['deploy', ...wave, ...alone, ...options]);
      said.push(output);
      this.#said['cdktf deploy'] = said.join('\n');
      if (code !== 0) return { code, output: said.join('\n') };
    }
    return { code: 0, output: said.join('\n') };
  }

  destroy(app: AppVariables): Promise<CommandResult> {
    const options = ['--skip-synth', '--auto-approve', '--skip-provider-lock', '--parallelism', STACKS_AT_ONCE];
    return this.#cdktf(app, ['destroy', '*', ...options]);
  }

  /**
   * A plan of each stack of the last deployment. A plan validates what it plans.
   *
   * @param options.all plans every stack
   * @returns what was said of those where something is still to do, by stack
   */
  async pendingChanges(options: { readonly all?: boolean } = {}): Promise<Readonly<Record<string, string>>> {
    const stacks = await stacksInOrder(this.#outDir);
    const texts = new Map(await Promise.all(stacks.map(async (one) => [one, await this.#json(one)] as const)));
    const pending = await this.#plans(options.all ? stacks : this.#deployed);
    for (const stack of stacks) if (!(stack in pending)) this.#settled.set(stack, texts.get(stack) as string);
    return pending;
  }

  /**
   * Applies a stack whose JSON was changed by hand, and puts the JSON back.
   *
   * @param change of the resources, by type and name
   */
  async applyChanged(stack: string, change: (resources: Resources) => void): Promise<CommandResult> {
    const file = join(stackDir(this.#outDir, stack), 'cdk.tf.json');
    const whole = await readFile(file, 'utf8');
    const changed = JSON.parse(whole);
    change(changed.resource);
    await writeFile(file, JSON.stringify(changed));
    try {
      return await this.#terraform(stack, ['apply', '-auto-approve', '-no-color', '-input=false']);
    } finally {
      await writeFile(file, whole);
    }
  }

  /** Terraform types of the resources in all stacks. */
  async types(): Promise<readonly string[]> {
    const stacks = await stacksInOrder(this.#outDir);
    const texts = await Promise.all(stacks.map((stack) => this.#json(stack)));
    return [...new Set(texts.flatMap((text) => Object.keys(JSON.parse(text).resource ?? {})))].sort();
  }

  async #affected(stacks: readonly StackEntry[]): Promise<readonly string[]> {
    const texts = await Promise.all(stacks.map(({ name }) => this.#json(name)));
    const changed = stacks.filter(({ name }, i) => this.#settled.get(name) !== texts[i]);
    return affectedBy(stacks, new Set(changed.map(({ name }) => name)));
  }

  #json(stack: string): Promise<string> {
    return readFile(join(stackDir(this.#outDir, stack), 'cdk.tf.json'), 'utf8');
  }

  /** Plans, some at once. @returns those that are not empty, by stack */
  async #plans(stacks: readonly string[]): Promise<Record<string, string>> {
    const pending: Record<string, string> = {};
    const queue = [...stacks];
    const work = async (): Promise<void> => {
      for (let stack = queue.shift(); stack !== undefined; stack = queue.shift()) {
        // -detailed-exitcode: 0 empty, 1 error, 2 changes.
        const args = ['plan', '-detailed-exitcode', '-no-color', '-input=false'];
        const { code, output } = await this.#terraform(stack, args);
        if (code !== 0) pending[stack] = output;
      }
    };
    await Promise.all(Array.from({ length: PLANS_AT_ONCE }, work));
    return pending;
  }

  async #terraform(stack: string, args: readonly string[]): Promise<CommandResult> {
    const cwd = stackDir(this.#outDir, stack);
    const result = await command(ATTACHED, args, { cwd, env: this.#env(), timeoutMs: PLAN_TIMEOUT_MS });
    this.#said[`terraform ${args[0]} of ${stack}`] = result.output;
    return result;
  }

  async #cdktf(app: AppVariables, args: readonly string[]): Promise<CommandResult> {
    const cli = join(this.#options.root, 'node_modules', 'cdktf-cli', 'bundle', 'bin', 'cdktf');
    const result = await command(this.#options.node, [cli, ...args, '--output', this.#outDir], {
      cwd: this.#options.root,
      env: this.#env(app),
      timeoutMs: DEPLOY_TIMEOUT_MS,
    });
    this.#said[`cdktf ${args[0]}`] = result.output;
    return result;
  }

  #env(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    const { emulator, cliConfig, system, providerVersion, providerProgram, node } = this.#options;
    return {
      ...emulator.env,
      PATH: `${dirname(node)}:${emulator.env['PATH']}`,
      TF_CLI_CONFIG_FILE: cliConfig,
      TERRAFORM_BINARY_NAME: ATTACHED,
      TERRAFORM_AWS_PROVIDER: providerProgram,
      TF_IN_AUTOMATION: '1',
      CDKTF_OUTDIR: this.#outDir,
      CDKTF_DISABLE_PLUGIN_CACHE_ENV: '1',
      CHECKPOINT_DISABLE: '1',
      CI: '1',
      CUTOVER_SYSTEM: system,
      CUTOVER_AWS_PROVIDER_VERSION: providerVersion,
      ...more,
    };
  }
}

// biome-ignore lint/suspicious/noExplicitAny: Terraform JSON of any shape
export type Resources = Record<string, Record<string, any>>;

/** What has neither changed nor depends on what has changed has nothing to do. @param stacks what others depend on first */
export function affectedBy(stacks: readonly StackEntry[], changed: ReadonlySet<string>): readonly string[] {
  const affected: string[] = [];
  for (const { name, dependencies } of stacks)
    if (changed.has(name) || dependencies.some((one) => affected.includes(one))) affected.push(name);
  return affected;
}

/** @returns what can be deployed at once, after what the waves before it have deployed */
export function wavesOf(stacks: readonly StackEntry[], wanted: readonly string[]): readonly (readonly string[])[] {
  const waves: string[][] = [];
  const waveOf = new Map<string, number>();
  for (const { name, dependencies } of stacks.filter((stack) => wanted.includes(stack.name))) {
    const wave = 1 + Math.max(-1, ...dependencies.map((one) => waveOf.get(one) ?? -1));
    waveOf.set(name, wave);
    waves[wave] = [...(waves[wave] ?? []), name];
  }
  return waves;
}

export async function withWorkDir<T>(prefix: string, use: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(prefix);
  try {
    return await use(dir);
  } finally {
    if (await exists(dir)) await rm(dir, { recursive: true, force: true });
  }
}
