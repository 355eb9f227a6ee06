/** Runs the cdktf app named in cdktf.json, as `cdktf synth` would, without the CLI's start-up time. */
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CutoverError } from '../errors.ts';

export interface SynthOptions {
  /** Folder that holds cdktf.json. */
  readonly root: string;
  /** Where the stacks go (as cdktf.out); what an earlier synth left there is removed first. */
  readonly outDir: string;
  /** Default: the app's own (cdktf context `stage`). */
  readonly stage?: string;
  /** `logistics`, `forum` or `all`; default: the app's own. */
  readonly system?: string;
  /** service → image tag, instead of the stage's. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Of the stacks' sizes; default: the app's own. */
  readonly scale?: string;
  readonly signal?: AbortSignal;
}

/** @returns outDir @throws CutoverError SYNTH_FAILED with what the app printed, STATE_UNWRITABLE; the signal's reason */
export async function synth(options: SynthOptions): Promise<string> {
  const config = await readConfig(options.root);
  await prepare(options.outDir);
  const context = { ...config.context, ...(options.stage ? { stage: options.stage } : {}) };
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    CDKTF_OUTDIR: options.outDir,
    CDKTF_CONTEXT_JSON: JSON.stringify(context),
    ...(options.stage ? { CUTOVER_STAGE: options.stage } : {}),
    ...(options.system ? { CUTOVER_SYSTEM: options.system } : {}),
    ...(options.scale ? { CUTOVER_SCALE: options.scale } : {}),
    ...(options.tags ? { CUTOVER_TAGS: tagList(options.tags) } : {}),
  };
  const { code, output } = await runApp(config.app, { cwd: options.root, env, signal: options.signal });
  if (code === 0 && (await exists(join(options.outDir, 'manifest.json')))) return options.outDir;
  options.signal?.throwIfAborted();
  throw new CutoverError({
    code: 'SYNTH_FAILED',
    address: 'cdktf.json app',
    message: `the cdktf app ended with ${code === 0 ? 'no manifest.json' : `exit code ${code}`}:\n${tail(output)}`,
    value: config.app,
    fix: `run it by hand to see all it prints: CUTOVER_STAGE=${options.stage ?? '…'} npx cdktf synth`,
  });
}

async function readConfig(root: string): Promise<{ app: string; context: Record<string, unknown> }> {
  const file = join(root, 'cdktf.json');
  try {
    const json = JSON.parse(await readFile(file, 'utf8')) as { app?: unknown; context?: Record<string, unknown> };
    if (typeof json.app !== 'string' || json.app === '') throw new Error('it has no "app" command');
    return { app: json.app, context: json.context ?? {} };
  } catch (error) {
    throw new CutoverError({
      code: 'INVALID_CONFIG',
      address: 'cdktf.json',
      message: `cdktf.json cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      fix: 'run this in a folder with a cdktf.json that has an "app" command',
    });
  }
}

function runApp(
  app: string,
  options: { cwd: string; env: NodeJS.ProcessEnv; signal?: AbortSignal | undefined },
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(app, { ...options, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-16_384);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    // Aborted, the app is told to end; it may write until it has.
    child.on('error', (error) => !options.signal?.aborted && reject(error));
    child.on('close', (code) => (options.signal?.aborted ? reject(options.signal.reason) : resolve({ code, output })));
  });
}

async function prepare(outDir: string): Promise<void> {
  try {
    await clear(outDir);
    await mkdir(outDir, { recursive: true });
  } catch (error) {
    throw new CutoverError({
      code: 'STATE_UNWRITABLE',
      address: outDir,
      message: `the stacks cannot be written there: ${error instanceof Error ? error.message : String(error)}`,
      fix: 'name another folder, make it writable, or free some space',
    });
  }
}

/** Removes an earlier synth's stacks, and only those: the folder may be the user's. */
async function clear(outDir: string): Promise<void> {
  if (!(await exists(join(outDir, 'manifest.json')))) return;
  await rm(join(outDir, 'stacks'), { recursive: true, force: true });
  await rm(join(outDir, 'manifest.json'), { force: true });
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

const tagList = (tags: Readonly<Record<string, string>>): string =>
  Object.entries(tags)
    .map(([service, tag]) => `${service}=${tag}`)
    .join(',');

/** All that an app tells of its settings and rules, four lines each, and no end of whatever else it prints. */
const MAX_LINES = 200;

const tail = (text: string): string => text.trim().split('\n').slice(-MAX_LINES).join('\n');
