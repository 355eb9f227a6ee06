/** `rehearse` (= npm start): the stages one after another on one plane, under load, and a verdict. */
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { PlaneClient as HarnessPlane } from '../../../loadtest/harness/plane-client.ts';
import { type RehearseOptions, rehearse, type SystemOptions } from '../../../loadtest/harness/rehearse.ts';
import { PROFILES, profileFor } from '../../../loadtest/profiles.ts';
import { atClockRate, type ScaleShape, withPeaks } from '../../../loadtest/scale-profiles.ts';
import { SYSTEMS } from '../../../loadtest/systems.ts';
import type { Fault } from '../../../loadtest/verdict/blue-green-record.ts';
import { KILLS, type Kill } from '../../../loadtest/verdict/kill-record.ts';
import { terminalSummary } from '../../../loadtest/verdict/terminal.ts';
import { CutoverError, type Problem, throwIfAny } from '../../errors.ts';
import { readStacks } from '../../read/index.ts';
import { examine } from '../../resolve/index.ts';
import { createClock } from '../../run/clock.ts';
import { createImageResolver } from '../../run/images/images.ts';
import { spiralSettingsOf } from '../../simulate/spiral-settings.ts';
import { harnessDeployer } from '../harness-deployer.ts';
import { harnessPlane } from '../harness-plane.ts';
import { pairs, STAGES, wholeNumber } from '../options.ts';
import { print, printJson, progress } from '../output.ts';
import { root, stateDirOf } from '../paths.ts';
import { MAX_PEAK, peaksOf } from '../peaks.ts';
import { type StartSettings, startPlaneProcess } from '../plane-process.ts';
import { checkReportFolder } from '../report-folder.ts';
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
  readonly profile?: string;
  readonly scenario?: 'orders' | 'publish';
  readonly report: string;
  readonly drill?: Readonly<Record<string, string>>;
  readonly fault?: Exclude<Fault, 'none'>;
  readonly deploy?: Readonly<Record<string, string>>;
  readonly config?: string;
  readonly kill?: Kill;
  readonly peakTasks?: number;
  readonly peakInstances?: number;
}

/** What may be done to a drill's blue/green deployment. */
const FAULTS = ['alarm', 'stop', 'silent-hook'] as const;

/** Health intervals of 30 s and drains of minutes in a rehearsal of a minute or two; the report names the rate. */
const CLOCK_RATE = 5;
/**
 * A hook that never answers, and tasks that never become healthy, are waited for an hour of control time (CD
 * reference-appspec-file-structure-hooks, deployment-steps-ecs).
 */
const HOUR_CLOCK_RATE = 60;

/** Of stacks/scales.ts, by the stacks' own setting. */
const SCALING_SCALE = 'small';

export function addRehearse(program: Command): void {
  withRun(withPlane(program.command('rehearse', { isDefault: false })))
    .description('cut over stage by stage under load and print a verdict (= npm start)')
    .addOption(new Option('--from <stage>', 'first stage').choices(STAGES).default('monolith'))
    .addOption(new Option('--to <stage>', 'last stage').choices(STAGES).default('microservices'))
    .addOption(
      new Option('--system <system>', 'which system; all: both at once on one plane')
        .choices([...Object.keys(SYSTEMS), 'all'])
        .default('logistics'),
    )
    .addOption(
      new Option(
        '--profile <name>',
        'load profile; default: rehearsal, shift with --deploy, drill with --kill, smoke with a drill of the forum',
      ).choices(Object.keys(PROFILES)),
    )
    .addOption(
      new Option('--scenario <name>', 'orders: straight at the load balancer; publish: through the SNS topics').choices(
        ['orders', 'publish'],
      ),
    )
    .option('--drill <service=tag>', 'deploy a (broken) version at the first stage instead of cutting over', pairs)
    .addOption(
      new Option('--fault <fault>', 'what is done to a drill’s blue/green deployment, its version being good').choices(
        FAULTS,
      ),
    )
    .option('--deploy <service=tag>', 'deploy a version blue/green when the last stage is steady', pairs)
    .addOption(
      new Option(
        '--kill <what>',
        'tasks: SIGKILL half of each service’s; instance: one of them with all its tasks; then wait until all is as before',
      ).choices(KILLS),
    )
    .option('--config <name>', 'CodeDeploy deployment configuration for --deploy and --drill; default: the group’s')
    .option(
      '--peak-tasks <n>',
      'of a profile that is about scaling: tasks to reach, instead of its own',
      wholeNumber(1, MAX_PEAK),
    )
    .option('--peak-instances <n>', 'the same, container instances', wholeNumber(0, MAX_PEAK))
    .option('--report <dir>', 'folder for the reports', 'reports')
    .action(async (given: RehearseFlags, command: Command) => {
      const flags = withScalingStage(given, (name) => command.getOptionValueSource(name) === 'default');
      process.exitCode = await interruptible((signal) => withTemporaryFolder((dir) => run(flags, dir, signal)));
    });
}

/** Where services scale: the monolith on its instances, and the forum's microservices. */
const SCALING_STAGES: Readonly<Record<string, string>> = { logistics: 'monolith', forum: 'microservices' };

/** A profile that is about scaling stays at one stage: the one that was named, else the system's own for it. */
function withScalingStage(flags: RehearseFlags, isDefault: (name: string) => boolean): RehearseFlags {
  if (!scalingOf(flags)) return flags;
  const named = [...(isDefault('from') ? [] : [flags.from]), ...(isDefault('to') ? [] : [flags.to])];
  const stage = named[0] ?? SCALING_STAGES[flags.system] ?? flags.from;
  return { ...flags, from: stage, to: named.at(-1) ?? stage };
}

/** What the profile is to bring about, where it is about scaling. */
function scalingOf({ profile, system }: RehearseFlags): ScaleShape | undefined {
  return profile ? profileFor(profile, system === 'forum' ? 'forum' : 'logistics', false)?.scaling : undefined;
}

/** @throws CutoverError BAD_FLAG with every flag that does not go with a profile that is about scaling */
function checkScaling(flags: RehearseFlags): void {
  const { profile, system, from, to, drill, deploy, kill } = flags;
  if (!scalingOf(flags)) return;
  const problems: Problem[] = [];
  const refuse = (address: string, value: unknown, fix: string): void => {
    const message = `profile ${profile} makes one system scale at one stage`;
    problems.push({ code: 'BAD_FLAG', address, message, value, fix });
  };
  if (system === 'all') refuse('--system', system, 'one of logistics, forum');
  if (from !== to) refuse('--to', to, `leave it out, or name ${from}`);
  if (kill) refuse('--kill', kill, 'leave it out');
  if (drill) refuse('--drill', drill, 'leave it out');
  if (deploy) refuse('--deploy', deploy, 'leave it out');
  throwIfAny(problems);
}

async function run(flags: RehearseFlags, dir: string, signal: AbortSignal): Promise<number> {
  checkScaling(flags);
  const steps = stepsOf(flags);
  const settings = await planeSettings(flags, { clockRate: clockRateOf(flags) });
  const systems = systemsOf(flags, settings.clockRate);
  await checkReportFolder(flags.report);
  const k6 = await requireK6();
  const result = await rehearse(
    {
      systems,
      from: flags.from,
      to: flags.to,
      reportRoot: flags.report,
      ...(flags.scenario ? { scenario: flags.scenario } : {}),
      ...steps,
      ...(flags.kill ? { kill: flags.kill } : {}),
    },
    {
      k6,
      signal,
      progress,
      clock: createClock(),
      buildImages: async (stageDir) => {
        const { allow, variables, images: overrides, projectDir, cacheDir } = settings;
        const { topology } = examine(await readStacks(stageDir), { allow, variables });
        const images = createImageResolver({ projectDir, cacheDir, overrides });
        throwIfAny(images.check(topology));
        await images.prepare(topology);
      },
      settingsOf: async (stageDir) => {
        const { allow, variables } = settings;
        return spiralSettingsOf(examine(await readStacks(stageDir), { allow, variables }).topology);
      },
      deployClient: (access) => harnessDeployer(access, { stateDir: stateDirOf(flags.portBase), progress }),
      synth: (stage, options) =>
        synth({
          root,
          outDir: join(dir, `${stage}${options?.tags ? '-drill' : ''}`),
          stage,
          system: flags.system,
          signal,
          ...(options?.tags ? { tags: options.tags } : {}),
          // Sizes that one machine's load makes scale, unless the user has chosen others.
          ...(scalingOf(flags) && !process.env['CUTOVER_SCALE'] ? { scale: SCALING_SCALE } : {}),
        }),
      startPlane: (stageDir, stage) => startPlane(settings, stageDir, stage, signal),
    },
  );
  if (flags.json) printJson(result.verdict);
  else print(terminalSummary(result.record, result.verdict));
  progress(`Report: ${join(result.reportDir, 'report.html')}`);
  return result.exitCode;
}

/** Control seconds per wall second where nobody says otherwise. */
function clockRateOf(flags: RehearseFlags): number {
  return scalingOf(flags)?.clockRate ?? (takesAnHour(flags) ? HOUR_CLOCK_RATE : CLOCK_RATE);
}

function takesAnHour({ drill, fault }: RehearseFlags): boolean {
  if (fault === 'silent-hook') return true;
  const builds = Object.values(SYSTEMS).map((system) => system.brokenBuilds);
  return Object.entries(drill ?? {}).some(([service, tag]) =>
    builds.some((b) => b[service]?.[tag]?.includes('install')),
  );
}

function defaultProfile({ drill, deploy, system, kill }: RehearseFlags): string {
  if (kill) return 'drill';
  if (deploy) return 'shift';
  return drill && system !== 'logistics' ? 'smoke' : 'rehearsal';
}

/** `all` is every system at once, each at its profile's rate beside another. */
function systemsOf(flags: RehearseFlags, clockRate: number): SystemOptions[] {
  const names = flags.system === 'all' ? Object.keys(SYSTEMS) : [flags.system];
  return names.map((name) => {
    const system = SYSTEMS[name];
    const profile = system && profileFor(flags.profile ?? defaultProfile(flags), system.name, names.length > 1);
    if (!system || !profile) throw new CutoverError({ code: 'BAD_FLAG', message: 'no such system or profile' });
    return { system, profile: atClockRate(withPeaks(profile, peaksOf(flags, profile)), clockRate) };
  });
}

/** @throws CutoverError BAD_FLAG with every flag that has nothing to act on */
function stepsOf(flags: RehearseFlags): Pick<RehearseOptions, 'drill' | 'deploy'> {
  const drill = oneVersion('--drill', flags.drill);
  const deploy = oneVersion('--deploy', flags.deploy);
  const problems: Problem[] = [];
  const idle = (address: string, value: unknown, fix: string): void => {
    problems.push({ code: 'BAD_FLAG', address, message: 'it has nothing to act on', value, fix });
  };
  if (flags.fault && !drill) idle('--fault', flags.fault, 'say which version to deploy with --drill SERVICE=TAG');
  if (flags.config && !drill && !deploy) idle('--config', flags.config, 'add --deploy or --drill SERVICE=TAG');
  throwIfAny(problems);
  const config = flags.config ? { config: flags.config } : {};
  return {
    ...(drill ? { drill: { ...drill, ...config, ...(flags.fault ? { fault: flags.fault } : {}) } } : {}),
    ...(deploy ? { deploy: { ...deploy, ...config } } : {}),
  };
}

async function startPlane(
  settings: StartSettings,
  dir: string,
  stage: string,
  signal: AbortSignal,
): Promise<HarnessPlane> {
  const { client } = await startPlaneProcess({ ...settings, resume: false });
  try {
    await client.apply({ dir, stage }, progressPrinter(), signal);
    signal.throwIfAborted();
    return harnessPlane(client);
  } catch (error) {
    await harnessPlane(client).down();
    throw error;
  }
}

function oneVersion(
  address: string,
  flag: Readonly<Record<string, string>> | undefined,
): { service: string; tag: string } | null {
  const [first, ...more] = Object.entries(flag ?? {});
  if (more.length > 0)
    throw new CutoverError({ code: 'BAD_FLAG', address, message: 'one version at a time', value: flag });
  return first ? { service: first[0], tag: first[1] } : null;
}
