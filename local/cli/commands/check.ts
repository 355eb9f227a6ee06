/** `check`: the traps and quotas in synthesized JSON, all at once, without a running plane. */
import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { checkStacks } from '../../check/check.ts';
import type { CheckReport, Rule } from '../../check/contracts.ts';
import { HOUSE_RULES, listed } from '../../check/house/house.ts';
import { measuredBoots } from '../../check/measured.ts';
import { RULES } from '../../check/rules/index.ts';
import { CutoverError, ExitCode } from '../../errors.ts';
import { readStacks } from '../../read/index.ts';
import { list, pairs } from '../options.ts';
import { print, printJson, table } from '../output.ts';
import { DEFAULT_PORT_BASE } from '../paths.ts';
import { findingsView } from '../views/findings.ts';
import { interruptible, planeSettings, type SourceFlags, withSource, withTemporaryFolder } from './shared.ts';
import { sourceDir } from './source.ts';

interface CheckFlags extends SourceFlags {
  readonly json?: boolean;
  readonly strict?: boolean;
  readonly rules?: boolean;
  readonly boot?: Readonly<Record<string, number>>;
  readonly measured?: string;
  readonly allow?: readonly string[];
  /** False where `--no-house` leaves the house rules out. */
  readonly house?: boolean;
}

export function addCheck(program: Command): void {
  withSource(program.command('check'))
    .description('traps and quotas in the synthesized JSON, all at once')
    .option('--strict', 'warnings fail as well')
    .option('--boot <service=seconds>', 'how long a service takes to become healthy (repeatable)', boots)
    .option('--measured <file>', 'the same from what `events --json` printed, or from record.json of a rehearsal')
    .option('--allow <type>', 'say nothing of resources of this type, which no rule knows (repeatable)', list)
    .option('--no-house', 'leave out the house rules of modules/rules')
    .option('--rules', 'list the rules')
    .option('--json', 'print the result as JSON')
    .action(async (flags: CheckFlags) => {
      if (flags.rules) return listRules(flags);
      const report = await interruptible((signal) => withTemporaryFolder((dir) => check(flags, dir, signal)));
      if (flags.json) printJson(report);
      else print(findingsView(report));
      process.exitCode = report.passed ? ExitCode.pass : ExitCode.invalidInput;
    });
}

async function check(flags: CheckFlags, dir: string, signal: AbortSignal): Promise<CheckReport> {
  const measured = flags.measured === undefined ? {} : await readMeasured(flags.measured);
  const source = await sourceDir(flags, dir, { stage: 'monolith', signal });
  const { allow, variables } = await planeSettings(
    { portBase: DEFAULT_PORT_BASE, ...(flags.allow ? { allow: flags.allow } : {}) },
    { clockRate: 1 },
  );
  return checkStacks(await readStacks(source.dir), {
    strict: flags.strict === true,
    bootSeconds: { ...measured, ...flags.boot },
    allow,
    variables,
    houseRules: flags.house === false ? [] : HOUSE_RULES,
  });
}

async function readMeasured(file: string): Promise<Record<string, number>> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new CutoverError({
      code: 'INVALID_CONFIG',
      address: file,
      message: `--measured cannot be read: ${error.message}`,
      value: file,
      fix: 'name a file of events (./cutover events --json > FILE) or record.json of a rehearsal',
    });
  });
  return measuredBoots(text, file);
}

function boots(value: string, previous: Readonly<Record<string, number>> = {}): Record<string, number> {
  const [[name, text] = ['', '']] = Object.entries(pairs(value));
  const seconds = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || seconds > 86_400)
    throw new InvalidArgumentError('it must be NAME=SECONDS, at most 86400 seconds.');
  return { ...previous, [name]: seconds };
}

function listRules({ json, house }: CheckFlags): void {
  const own = RULES.map(({ id, severity, text, page, fix }: Rule) => ({ id, severity, text, page, fix }));
  const shown = [...own, ...(house === false ? [] : HOUSE_RULES.map(listed))];
  if (json) printJson({ version: 1, rules: shown });
  else
    print(
      table(
        ['RULE', 'SEVERITY', 'PAGE'],
        shown.map((r) => [r.id, r.severity, r.page]),
      ),
    );
}
