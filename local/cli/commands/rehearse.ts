/** `rehearse` (= npm start): the stages one after another on one plane, under load, and a verdict. */
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { PlaneClient as HarnessPlane } from '../../../loadtest/harness/plane-client.ts';
import { rehearse } from '../../../loadtest/harness/rehearse.ts';
import { PROFILES } from '../../../loadtest/profiles.ts';
import { SYSTEMS } from '../../../loadtest/systems.ts';
import { terminalSummary } from '../../../loadtest/verdict/terminal.ts';
import { CutoverError } from '../../errors.ts';
import { createClock } from '../../run/clock.ts';
import { harnessPlane } from '../harness-plane.ts';
import { pairs, STAGES } from '../options.ts';
import { print, printJson, progress } from '../output.ts';
import { root } from '../paths.ts';
import { startPlaneProcess } from '../plane-process.ts';
import { synth } from '../synth.ts';
import { requireK6 } from '../tools.ts';
import {
  interruptible,
  planeSettings,
  progressPrinter,
  type RunFlags,
  withPlane,
  withRun,
  withTemporaryFolder,
} from './shared.ts';

interface RehearseFlags extends RunFlags {
  readonly from: string;
  readonly to: string;
  readonly system: string;
  readonly profile: string;
  readonly scenario?: 'orders' | 'publish';
  readonly report: string;
  readonly drill?: Readonly<Record<string, string>>;
}

/** Health intervals of 30 s and drains of minutes in a rehearsal of a minute or two; the report names the rate. */
const CLOCK_RATE = 5;

export function addRehearse(program: Command): void {
  withRun(withPlane(program.command('rehearse', { isDefault: false })))
    .description('cut over stage by stage under load and print a verdict (= npm start)')
    .addOption(new Option('--from <stage>', 'first stage').choices(STAGES).default('monolith'))
    .addOption(new Option('--to <stage>', 'last stage').choices(STAGES).default('microservices'))
    .addOption(new Option('--system <system>', 'which system').choices(Object.keys(SYSTEMS)).default('logistics'))
    .addOption(new Option('--profile <name>', 'load profile').choices(Object.keys(PROFILES)).default('rehearsal'))
    .addOption(
      new Option('--scenario <name>', 'orders: straight at the load balancer; publish: through the SNS topics').choices(
        ['orders', 'publish'],
      ),
    )
    .option('--drill <service=tag>', 'roll a (broken) version out at the first stage instead of cutting over', pairs)
    .option('--report <dir>', 'folder for the reports', 'reports')
    .action(async (flags: RehearseFlags) => {
      process.exitCode = await interruptible((signal) => withTemporaryFolder((dir) => run(flags, dir, signal)));
    });
}

async function run(flags: RehearseFlags, dir: string, signal: AbortSignal): Promise<number> {
  const system = SYSTEMS[flags.system];
  const profile = PROFILES[flags.profile];
  if (!system || !profile) throw new CutoverError({ code: 'BAD_FLAG', message: 'no such system or profile' });
  const drill = drillOf(flags.drill);
  const k6 = await requireK6();
  const result = await rehearse(
    {
      system,
      from: flags.from,
      to: flags.to,
      profile,
      reportRoot: flags.report,
      ...(flags.scenario ? { scenario: flags.scenario } : {}),
      ...(drill ? { drill } : {}),
    },
    {
      k6,
      signal,
      progress,
      clock: createClock(),
      synth: (stage, options) =>
        synth({
          root,
          outDir: join(dir, `${stage}${options?.tags ? '-drill' : ''}`),
          stage,
          system: flags.system,
          signal,
          ...(options?.tags ? { tags: options.tags } : {}),
        }),
      startPlane: (stageDir, stage) => startPlane(flags, stageDir, stage, signal),
    },
  );
  if (flags.json) printJson(result.verdict);
  else print(terminalSummary(result.record, result.verdict));
  progress(`Report: ${join(result.reportDir, 'report.html')}`);
  return result.exitCode;
}

async function startPlane(flags: RunFlags, dir: string, stage: string, signal: AbortSignal): Promise<HarnessPlane> {
  const settings = await planeSettings(flags, { clockRate: CLOCK_RATE });
  const { client } = await startPlaneProcess({ ...settings, resume: false });
  try {
    await client.apply({ dir, stage }, progressPrinter(), signal);
    signal.throwIfAborted();
    return harnessPlane(client);
  } catch (error) {
    await client.down();
    throw error;
  }
}

function drillOf(flag: Readonly<Record<string, string>> | undefined): { service: string; tag: string } | null {
  const [first, ...more] = Object.entries(flag ?? {});
  if (more.length > 0)
    throw new CutoverError({ code: 'BAD_FLAG', address: '--drill', message: 'one drill at a time', value: flag });
  return first ? { service: first[0], tag: first[1] } : null;
}
