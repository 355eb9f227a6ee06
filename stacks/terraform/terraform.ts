/** Runs Terraform and cdktf over synthesized stacks, with the provider from a folder on this machine. */
import { execFile } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';

const run = promisify(execFile);

/** Folders among whose own a filesystem mirror of providers may lie; TF_PLUGIN_MIRROR names one outright. */
const MIRROR_PARENTS = ['/opt', '/usr/share/terraform', '/usr/local/share/terraform'];
const PROVIDER = ['hashicorp', 'aws'];
/** This machine, as Terraform writes it. */
const SYSTEM = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
/** Most of what Terraform's commands cost is to read the provider's schema, whose garbage is left alone for longer. */
const GO_GARBAGE_PERCENT = '400';

export interface Toolchain {
  readonly mirror: string;
  /** Version of the AWS provider that the mirror holds. */
  readonly providerVersion: string;
  /** Its program for this machine. */
  readonly providerProgram: string;
  /** A Node that cdktf's native module is built for. */
  readonly node: string;
}

/**
 * @param root the project's folder
 * @returns what the suite needs, or why it cannot run here
 */
export async function findToolchain(root: string): Promise<Toolchain | { readonly missing: string }> {
  const terraform = await run('terraform', ['version']).then(
    () => true,
    () => false,
  );
  if (!terraform) return { missing: 'terraform is not on PATH' };
  for (const mirror of await mirrors()) {
    const provider = await providerIn(mirror);
    if (!provider) continue;
    const node = await nodeForCdktf(root);
    return node
      ? { mirror, providerVersion: provider.version, providerProgram: provider.program, node }
      : { missing: 'no Node on PATH has a build of cdktf-cli’s node-pty' };
  }
  return { missing: 'no filesystem mirror holds the provider hashicorp/aws (TF_PLUGIN_MIRROR names one)' };
}

/** The newest one for this machine: `<mirror>/<host of a registry>/hashicorp/aws/<version>/<system>/terraform-provider-aws_…`. */
async function providerIn(mirror: string): Promise<{ readonly version: string; readonly program: string } | null> {
  const listed = (dir: string): Promise<string[]> => readdir(dir).catch(() => []);
  const found: { version: string; program: string }[] = [];
  for (const host of await listed(mirror)) {
    const versions = join(mirror, host, ...PROVIDER);
    for (const version of (await listed(versions)).filter((name) => /^\d+\.\d+\.\d+$/.test(name))) {
      const dir = join(versions, version, SYSTEM);
      const program = (await listed(dir)).find((name) => name.startsWith('terraform-provider-aws'));
      if (program) found.push({ version, program: join(dir, program) });
    }
  }
  return found.sort((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true })).at(-1) ?? null;
}

async function mirrors(): Promise<string[]> {
  const named = process.env['TF_PLUGIN_MIRROR'];
  if (named) return [named];
  const children = MIRROR_PARENTS.map(async (parent) =>
    (await readdir(parent).catch(() => [])).map((name) => join(parent, name)),
  );
  return (await Promise.all(children)).flat();
}

/** cdktf-cli's native module is there for some versions of Node only, and no install script of it is run. */
async function nodeForCdktf(root: string): Promise<string | null> {
  const pty = join(root, 'node_modules', '@cdktf', 'node-pty-prebuilt-multiarch');
  const candidates = [
    process.execPath,
    ...(process.env['PATH'] ?? '').split(delimiter).map((dir) => join(dir, 'node')),
  ];
  for (const node of new Set(candidates)) {
    const answer = await run(node, ['-p', 'process.versions.modules']).catch(() => null);
    if (!answer) continue;
    const prebuilt = join('prebuilds', `${process.platform}-${process.arch}`, `node.abi${answer.stdout.trim()}.node`);
    for (const build of [prebuilt, join('build', 'Release', 'pty.node')])
      if (await exists(join(pty, build))) return node;
  }
  return null;
}

/** @returns the path of a CLI configuration in `dir` that takes providers from the mirror only */
export async function writeCliConfig(dir: string, { mirror }: Toolchain): Promise<string> {
  const file = join(dir, 'terraform.rc');
  const text = [
    'disable_checkpoint = true',
    'provider_installation {',
    `  filesystem_mirror { path = ${JSON.stringify(mirror)} }`,
    '}',
    '',
  ].join('\n');
  await writeFile(file, text);
  return file;
}

export interface CommandResult {
  readonly code: number;
  readonly output: string;
}

export interface CommandOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
}

/** Never rejects for a command that ran: its exit code says how it went. What it said is told without colours. */
export async function command(file: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  try {
    const { stdout, stderr } = await run(file, args, {
      cwd: options.cwd,
      env: { GOGC: GO_GARBAGE_PERCENT, ...options.env },
      timeout: options.timeoutMs,
      killSignal: 'SIGINT',
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    return { code: 0, output: stripVTControlCharacters(stdout + stderr) };
  } catch (error) {
    const failed = error as { code?: unknown; stdout?: string; stderr?: string; message: string };
    const output = stripVTControlCharacters(`${failed.stdout ?? ''}${failed.stderr ?? ''}`);
    return { code: typeof failed.code === 'number' ? failed.code : -1, output: output || failed.message };
  }
}

export interface StackEntry {
  readonly name: string;
  /** Stacks that it reads the outputs of, or waits for. */
  readonly dependencies: readonly string[];
}

/** The synthesized stacks, each after those that it depends on. */
export async function stacksOf(outDir: string): Promise<readonly StackEntry[]> {
  const manifest = JSON.parse(await readFile(join(outDir, 'manifest.json'), 'utf8')) as {
    stacks: Record<string, StackEntry>;
  };
  const ordered: StackEntry[] = [];
  const visit = (name: string): void => {
    const stack = manifest.stacks[name];
    if (!stack || ordered.includes(stack)) return;
    for (const dependency of stack.dependencies) visit(dependency);
    ordered.push(stack);
  };
  for (const name of Object.keys(manifest.stacks)) visit(name);
  return ordered;
}

export const stacksInOrder = async (outDir: string): Promise<readonly string[]> =>
  (await stacksOf(outDir)).map(({ name }) => name);

export const stackDir = (outDir: string, stack: string): string => join(outDir, 'stacks', stack);

export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
