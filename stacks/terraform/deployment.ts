/** One system deployed, changed stage by stage and destroyed, the way a user would: `cdktf deploy`, `terraform plan`, `cdktf destroy`. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Emulator } from './emulator.ts';
import { type CommandResult, command, exists, stackDir, stacksInOrder } from './terraform.ts';

const DEPLOY_TIMEOUT_MS = 8 * 60_000;
const PLAN_TIMEOUT_MS = 3 * 60_000;

export interface DeploymentOptions {
  /** The project's folder. */
  readonly root: string;
  readonly system: 'logistics' | 'forum';
  readonly emulator: Emulator;
  readonly cliConfig: string;
  readonly providerVersion: string;
  /** A Node that cdktf's native module is built for. */
  readonly node: string;
  /** Folder for the output and the state; removed by `clear`. */
  readonly workDir: string;
}

export class Deployment {
  readonly #options: DeploymentOptions;
  readonly #outDir: string;
  /** Stacks' JSON that Terraform has found valid. */
  readonly #valid = new Set<string>();
  readonly #said: Record<string, string> = {};

  constructor(options: DeploymentOptions) {
    this.#options = options;
    this.#outDir = join(options.workDir, 'cdktf.out');
  }

  get outDir(): string {
    return this.#outDir;
  }

  /** What the last command of each kind has printed. */
  get said(): Readonly<Record<string, string>> {
    return this.#said;
  }

  deploy(stage: string): Promise<CommandResult> {
    return this.#cdktf(stage, ['deploy', '*', '--auto-approve', '--skip-provider-lock']);
  }

  destroy(stage: string): Promise<CommandResult> {
    return this.#cdktf(stage, ['destroy', '*', '--auto-approve', '--skip-provider-lock']);
  }

  /**
   * `terraform validate` of every stack, but for those whose JSON has been found valid before.
   *
   * @returns what Terraform says of those that are not valid, by stack
   */
  async validate(): Promise<Readonly<Record<string, string>>> {
    const stacks = await stacksInOrder(this.#outDir);
    const texts = await Promise.all(
      stacks.map((stack) => readFile(join(stackDir(this.#outDir, stack), 'cdk.tf.json'), 'utf8')),
    );
    const changed = stacks.filter((_, i) => !this.#valid.has(texts[i] as string));
    const invalid = await this.#each(['validate', '-no-color'], (result) => result.code === 0, changed);
    for (const [i, stack] of stacks.entries()) if (!(stack in invalid)) this.#valid.add(texts[i] as string);
    return invalid;
  }

  /** A plan of every stack. @returns the plans that are not empty, by stack */
  async pendingChanges(): Promise<Readonly<Record<string, string>>> {
    // -detailed-exitcode: 0 empty, 1 error, 2 changes.
    return this.#each(['plan', '-detailed-exitcode', '-no-color', '-input=false'], (result) => result.code === 0);
  }

  async #each(
    args: readonly string[],
    ok: (result: CommandResult) => boolean,
    stacks?: readonly string[],
  ): Promise<Record<string, string>> {
    const said: Record<string, string> = {};
    for (const stack of stacks ?? (await stacksInOrder(this.#outDir))) {
      const cwd = stackDir(this.#outDir, stack);
      const result = await command('terraform', args, { cwd, env: this.#env(), timeoutMs: PLAN_TIMEOUT_MS });
      this.#said[`terraform ${args[0]} of ${stack}`] = result.output;
      if (!ok(result)) said[stack] = result.output;
    }
    return said;
  }

  async #cdktf(stage: string, args: readonly string[]): Promise<CommandResult> {
    const cli = join(this.#options.root, 'node_modules', 'cdktf-cli', 'bundle', 'bin', 'cdktf');
    const result = await command(this.#options.node, [cli, ...args, '--output', this.#outDir], {
      cwd: this.#options.root,
      env: this.#env({ CUTOVER_STAGE: stage }),
      timeoutMs: DEPLOY_TIMEOUT_MS,
    });
    this.#said[`cdktf ${args[0]}`] = result.output;
    return result;
  }

  #env(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    const { emulator, cliConfig, system, providerVersion, node } = this.#options;
    return {
      ...emulator.env,
      PATH: `${dirname(node)}:${emulator.env['PATH']}`,
      TF_CLI_CONFIG_FILE: cliConfig,
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

export async function withWorkDir<T>(prefix: string, use: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(prefix);
  try {
    return await use(dir);
  } finally {
    if (await exists(dir)) await rm(dir, { recursive: true, force: true });
  }
}
