/** What several commands share: their common flags, a plane's settings, and how apply's progress reads. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { CutoverError } from '../../errors.ts';
import type { PlaneRecord } from '../../run/control/state-file.ts';
import { withScratch } from '../../scratch.ts';
import { list, pairs, STAGES, someText, wholeNumber } from '../options.ts';
import { progress } from '../output.ts';
import { cacheDir, DEFAULT_PORT_BASE, root, stateDirOf } from '../paths.ts';
import type { ApplyProgress } from '../plane-client.ts';
import type { StartSettings } from '../plane-process.ts';

export interface PlaneFlags {
  readonly portBase: number;
  readonly json?: boolean;
}

export interface SourceFlags {
  readonly stage?: string;
  readonly synth?: string;
  readonly system?: string;
  readonly tag?: Readonly<Record<string, string>>;
}

export interface RunFlags extends PlaneFlags {
  readonly clockRate?: number;
  readonly image?: Readonly<Record<string, string>>;
  readonly allow?: readonly string[];
}

export function withPlane(command: Command): Command {
  const portBase = new Option('--port-base <port>', 'AWS endpoint of the plane; its other ports follow it')
    .default(DEFAULT_PORT_BASE)
    .argParser(wholeNumber(1024, 65_500));
  // An empty variable is one that is not set.
  if (process.env['CUTOVER_PORT_BASE'] !== '') portBase.env('CUTOVER_PORT_BASE');
  return command.addOption(portBase).option('--json', 'print the result as JSON');
}

export const withSource = (command: Command): Command =>
  command
    .addOption(new Option('--stage <stage>', 'stage of the project’s own stacks').choices(STAGES).conflicts('synth'))
    .option('--synth <dir>', 'a cdktf.out folder, a folder of *.tf and *.tf.json files, or one such file', someText)
    .addOption(
      new Option('--system <system>', 'which of the project’s systems')
        .choices(['logistics', 'forum', 'all'])
        .conflicts('synth'),
    )
    .addOption(
      new Option('--tag <service=tag>', 'image tag instead of the stage’s (repeatable)')
        .argParser(pairs)
        .conflicts('synth'),
    );

export const withRun = (command: Command): Command =>
  command
    .option(
      '--clock-rate <n>',
      'how much faster than the wall control-plane time runs (1 to 1000)',
      wholeNumber(1, 1000),
    )
    .option('--image <name=command>', 'local command for an image (repeatable)', pairs)
    .option(
      '--allow <type>',
      'accept a resource type, an address or TYPE.attribute without local effect (repeatable)',
      list,
    );

/** What a plane starts with where neither flags nor cutover.json say otherwise. */
export interface RunDefaults extends Partial<Pick<PlaneRecord, 'images' | 'allow'>> {
  readonly clockRate: number;
}

/** Settings of a plane from flags and cutover.json. */
export async function planeSettings(flags: RunFlags, defaults: RunDefaults): Promise<StartSettings> {
  const file = await readProjectFile();
  return {
    projectDir: root,
    stateDir: stateDirOf(flags.portBase),
    cacheDir,
    portBase: flags.portBase,
    clockRate: flags.clockRate ?? file.clockRate ?? defaults.clockRate,
    images: { ...defaults.images, ...file.images, ...flags.image },
    allow: [...new Set([...(defaults.allow ?? []), ...(file.allow ?? []), ...(flags.allow ?? [])])],
    variables: terraformVariables(process.env),
    resume: true,
  };
}

/** Terraform's own way to set variables: TF_VAR_name, a text whose meaning the declared type decides. */
function terraformVariables(env: NodeJS.ProcessEnv): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(env)
      .filter(([name, value]) => name.startsWith('TF_VAR_') && value !== undefined)
      .map(([name, value]) => [name.slice('TF_VAR_'.length), value ?? '']),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

interface ProjectFile {
  images?: Record<string, string>;
  allow?: string[];
  clockRate?: number;
}

/** `cutover.json` beside package.json: optional; every wrong key or value is told at once. */
async function readProjectFile(): Promise<ProjectFile> {
  const file = join(root, 'cutover.json');
  const bad = (message: string, value?: unknown) =>
    new CutoverError({
      code: 'INVALID_CONFIG',
      address: 'cutover.json',
      message,
      value,
      rule: 'images: {IMAGE: COMMAND}, allow: [TYPE], clockRate: 1 to 1000',
      fix: 'correct cutover.json',
    });
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw bad(`cutover.json cannot be read: ${error.message}`);
  });
  if (text === null) return {};
  const json = parsed(text);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw bad('cutover.json is not a JSON object');
  const { images, allow, clockRate, ...unknown } = json as Record<string, unknown>;
  const problems: CutoverError[] = [];
  for (const key of Object.keys(unknown)) problems.push(bad(`unknown key "${key}"`, unknown[key]));
  const strings = (v: unknown): boolean => Object.values(v as object).every((s) => typeof s === 'string');
  if (
    images !== undefined &&
    (typeof images !== 'object' || images === null || Array.isArray(images) || !strings(images))
  )
    problems.push(bad('"images" must map image names to commands', images));
  if (allow !== undefined && (!Array.isArray(allow) || !strings(allow)))
    problems.push(bad('"allow" must list resource types', allow));
  const rate = clockRate as number;
  if (clockRate !== undefined && !(Number.isInteger(rate) && rate >= 1 && rate <= 1000))
    problems.push(bad('"clockRate" must be a whole number from 1 to 1000', clockRate));
  if (problems.length > 0) throw new CutoverError(problems.flatMap((p) => p.problems));
  return json as ProjectFile;
}

/** A folder for what is synthesized, gone afterwards. */
export const withTemporaryFolder = <T>(use: (dir: string) => Promise<T>): Promise<T> => withScratch('synth', use);

/** Prints apply's progress: each change as it ends; waits longer than a few seconds show what is awaited. */
export function progressPrinter(): (p: ApplyProgress) => void {
  return (p) => {
    if (p.phase === 'done') progress(`  ${String(p.done).padStart(3)}/${p.total}  ${p.address}  ${p.action}d`);
    else if (p.phase === 'failed') progress(`  failed   ${p.address}: ${p.error ?? ''}`);
    else if (p.phase === 'building') progress(`  building ${p.address}`);
  };
}

/** Runs `work` with a signal that Ctrl-C, SIGTERM and SIGHUP abort; `cleanUp` follows in every case. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new Interrupted());
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, abort);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of names) process.off(name, abort);
  }
}

/** The user pressed Ctrl-C (or the like): not an error, but not a success either. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
    this.name = 'Interrupted';
  }
}
