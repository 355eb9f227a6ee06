/** Runs checkov over synthesized stacks. It is installed below `.cutover/` when it is first needed. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Json } from '../../modules/testing/synth.ts';
import { stacksFrom } from '../testing/stacks.ts';
import { ensureVenv } from '../testing/venv.ts';
import type { CheckovResult, JudgedStack } from './findings.ts';
import type { Variant } from './variants.ts';

const run = promisify(execFile);

/** For what hangs: the suite may run behind other work. */
const RUN_TIMEOUT_MS = 30 * 60_000;
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;
/** Every package with its version; made by installing checkov alone and freezing what came with it. */
const REQUIREMENTS = join(import.meta.dirname, 'checkov-requirements.txt');

export interface Checkov {
  readonly program: string;
  readonly version: string;
}

/** @param home the project's `.cutover` folder @returns checkov, or why there is none on this machine */
export async function findCheckov(home: string): Promise<Checkov | { readonly missing: string }> {
  const requirements = (await readFile(REQUIREMENTS, 'utf8')).split('\n').filter((line) => line !== '');
  try {
    const program = join(await ensureVenv(join(home, 'checkov'), requirements), 'bin', 'checkov');
    const { stdout } = await run(program, ['--version'], { timeout: RUN_TIMEOUT_MS });
    return { program, version: stdout.trim() };
  } catch (error) {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n').filter(Boolean).slice(-1);
    return { missing: `checkov cannot be installed here: ${line}` };
  }
}

/** Stacks of all variants, each different one once, by a name for its folder. */
export function stacksOfVariants(variants: readonly Variant[]): Record<string, JudgedStack> {
  const judged: Record<string, JudgedStack> = {};
  for (const variant of variants) {
    for (const [stack, { json }] of Object.entries(stacksFrom(variant.settings))) {
      const digest = createHash('sha256').update(JSON.stringify(json)).digest('hex').slice(0, 16);
      const key = `${stack}-${digest}`;
      judged[key] = { stack, json, variants: [...(judged[key]?.variants ?? []), variant] };
    }
  }
  return judged;
}

export interface CheckovReport {
  readonly passed: readonly CheckovResult[];
  readonly failed: readonly CheckovResult[];
}

/**
 * @param judged name of a folder → what to judge in it
 * @throws Error where checkov did not run to its end, or could not parse a file
 */
export async function judgeBy(
  { program }: Checkov,
  judged: Readonly<Record<string, JudgedStack>>,
): Promise<CheckovReport> {
  const dir = await mkdtemp(join(tmpdir(), 'cutover-checkov-'));
  try {
    for (const [folder, { json }] of Object.entries(judged)) {
      await mkdir(join(dir, folder));
      await writeFile(join(dir, folder, 'cdk.tf.json'), JSON.stringify(readable(json), null, 2));
    }
    const args = ['--directory', dir, '--framework', 'terraform_json', '--skip-download', '--compact', '-o', 'json'];
    // Failed checks are what it is run for: --soft-fail leaves the exit code to errors of its own.
    const { stdout } = await run(program, [...args, '--soft-fail'], {
      timeout: RUN_TIMEOUT_MS,
      maxBuffer: MAX_OUTPUT_BYTES,
      env: { ...process.env, LOG_LEVEL: 'ERROR' },
    });
    return reportOf(JSON.parse(stdout));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Without the version of Terraform that a stack wants: checkov 3.3 takes settings for blocks, and reads no file that has one. */
function readable(json: Json): Json {
  const { required_version: _, ...terraform } = json.terraform ?? {};
  return { ...json, terraform };
}

function reportOf(json: {
  readonly results?: {
    readonly passed_checks?: readonly CheckovResult[];
    readonly failed_checks?: readonly CheckovResult[];
    readonly parsing_errors?: readonly string[];
  };
}): CheckovReport {
  const { passed_checks: passed, failed_checks: failed, parsing_errors: unread = [] } = json.results ?? {};
  if (!passed || !failed) throw new Error('checkov judged nothing');
  if (unread.length > 0) throw new Error(`checkov could not read ${unread.join(', ')}`);
  return { passed, failed };
}
