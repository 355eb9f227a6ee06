/** `simulate`: a day of traffic against modelled tasks and instances, with the plane's own deciders, in seconds. */
import type { Command } from 'commander';
import { rejudge } from '../../../loadtest/harness/report-files.ts';
import { requestsOf } from '../../../loadtest/verdict/forum-record.ts';
import { CutoverError, throwIfAny } from '../../errors.ts';
import { checksFor, loadTopology } from '../../run/load.ts';
import type { SimulationInput } from '../../simulate/contracts.ts';
import { measure, withMeasured } from '../../simulate/from-record.ts';
import { fromTopology } from '../../simulate/from-topology.ts';
import { findShape, shapeNames } from '../../simulate/profiles.ts';
import { SCENARIO_DEFAULTS, SCENARIO_START_MS, scenario } from '../../simulate/scenario.ts';
import { simulate } from '../../simulate/simulate.ts';
import { numberUpTo, wholeNumber } from '../options.ts';
import { print, printJson, progress } from '../output.ts';
import { DEFAULT_PORT_BASE } from '../paths.ts';
import { simulationView } from '../views/simulation.ts';
import { interruptible, planeSettings, type SourceFlags, withSource, withTemporaryFolder } from './shared.ts';
import { sourceDir } from './source.ts';

interface SimulateFlags extends SourceFlags {
  readonly profile: string;
  readonly tasks?: number;
  readonly instances?: number;
  readonly hours: number;
  readonly cluster?: string;
  readonly services?: number;
  readonly instanceType?: string;
  readonly instancePrice?: number;
  readonly peakRate?: number;
  readonly cpuMs: number;
  readonly target?: number;
  readonly startSeconds: number;
  readonly bootSeconds: number;
  readonly seed: string;
  readonly record?: string;
  readonly events?: boolean;
  readonly json?: boolean;
}

const MOST_TASKS = 100_000;
const MOST_INSTANCES = 20_000;
const MOST_HOURS = 168;
const MOST_REQUESTS_PER_SECOND = 100_000_000;
/** An hour of CPU for one request. */
const MOST_CPU_MS = 3_600_000;
/** A day until something runs. */
const MOST_SECONDS = 86_400;
const MOST_DOLLARS = 10_000;
const DEFAULT_TASKS = 100;
/** Tasks an instance where the number of instances is not said. */
const TASKS_AN_INSTANCE = 10;

export function addSimulate(program: Command): void {
  withSource(program.command('simulate'))
    .description('what one machine cannot hold: the plane’s own deciders under modelled load, a day in seconds')
    .option('--profile <name>', `shape of the traffic: ${shapeNames().join(', ')}`, 'day')
    .option(
      '--tasks <n>',
      `tasks at the peak (default ${DEFAULT_TASKS}, or what the stacks say)`,
      wholeNumber(1, MOST_TASKS),
    )
    .option(
      '--instances <n>',
      'most instances; 0 is Fargate (default: a tenth of the tasks)',
      wholeNumber(0, MOST_INSTANCES),
    )
    .option('--hours <n>', `how long, 1 to ${MOST_HOURS}`, wholeNumber(1, MOST_HOURS), 24)
    .option('--cluster <name>', 'which cluster of the stacks, with --stage or --synth')
    .option('--services <n>', 'services that share the tasks', wholeNumber(1, 100))
    .option('--instance-type <type>', 'instead of the smallest m5 that holds the tasks')
    .option(
      '--instance-price <dollars>',
      'an hour of one instance, instead of the price table’s',
      numberUpTo(0, MOST_DOLLARS),
    )
    .option(
      '--peak-rate <n>',
      'requests per second at the peak (default: what the tasks serve at their target)',
      numberUpTo(0, MOST_REQUESTS_PER_SECOND),
    )
    .option('--cpu-ms <ms>', 'CPU of one request', numberUpTo(0, MOST_CPU_MS), SCENARIO_DEFAULTS.cpuMs)
    .option('--target <percent>', 'CPU that the autoscaler tracks, without stacks', wholeNumber(1, 100))
    .option(
      '--start-seconds <s>',
      'from a task’s start to its first healthy check',
      numberUpTo(0, MOST_SECONDS),
      SCENARIO_DEFAULTS.startSeconds,
    )
    .option(
      '--boot-seconds <s>',
      'from an instance’s launch to joining its cluster',
      numberUpTo(0, MOST_SECONDS),
      SCENARIO_DEFAULTS.bootSeconds,
    )
    .option('--seed <text>', 'another one strays otherwise from the shape', 'cutover')
    .option('--record <file>', 'record.json of a rehearsal: its mix of services and its answer times feed the model')
    .option('--events', 'print every decision')
    .option('--json', 'print the result as JSON')
    .action(async (flags: SimulateFlags) => {
      const { input, notes } = await measuredInput(flags);
      const result = simulate(input, flags.instancePrice ?? null);
      if (flags.json) printJson({ version: 1, input, notes, ...result });
      else print(simulationView(input, result, { events: flags.events ?? false, notes }));
    });
}

async function measuredInput(flags: SimulateFlags): Promise<{ input: SimulationInput; notes: readonly string[] }> {
  const plain = await inputOf(flags);
  if (flags.record === undefined) return plain;
  const { record } = await rejudge(flags.record);
  const requests = [...(record.orders?.outcomes ?? []), ...(record.forum ? requestsOf(record.forum) : [])];
  const { input, notes } = withMeasured(plain.input, measure(record, requests));
  return { input, notes: [...plain.notes, ...notes] };
}

/** Flags that say what the stacks say, and those that say which stacks. */
const INSTEAD_OF_STACKS = ['services', 'instanceType', 'target'] as const;
const OF_STACKS = ['cluster', 'system', 'tag'] as const;
const FLAG_NAMES: Readonly<Record<string, string>> = { instanceType: 'instance-type' };

/** @throws CutoverError BAD_FLAG with every flag that has nothing to act on */
function refuseIdle(flags: SimulateFlags, fromTheStacks: boolean): void {
  const idle = fromTheStacks ? INSTEAD_OF_STACKS : OF_STACKS;
  const fix = fromTheStacks ? 'leave it out: the stacks say it' : 'add --stage or --synth';
  const given = idle.filter((name) => flags[name] !== undefined);
  throwIfAny(
    given.map((name) => ({
      ...{ code: 'BAD_FLAG' as const, address: `--${FLAG_NAMES[name] ?? name}`, value: flags[name], fix },
      message: `it has nothing to act on ${fromTheStacks ? 'with' : 'without'} stacks`,
    })),
  );
}

async function inputOf(flags: SimulateFlags): Promise<{ input: SimulationInput; notes: readonly string[] }> {
  const stacks = flags.stage !== undefined || flags.synth !== undefined;
  refuseIdle(flags, stacks);
  if (stacks) return fromStacks(flags);
  const tasks = flags.tasks ?? DEFAULT_TASKS;
  const { profile, hours, services, instanceType, cpuMs, startSeconds, bootSeconds, seed } = flags;
  const input = scenario({
    profile,
    tasks,
    instances: flags.instances ?? Math.ceil(tasks / TASKS_AN_INSTANCE),
    hours,
    services,
    instanceType,
    cpuMs,
    startSeconds,
    bootSeconds,
    seed,
    targetPercent: flags.target,
    peakRequestsPerSecond: flags.peakRate,
  });
  return { input, notes: [] };
}

async function fromStacks(flags: SimulateFlags): Promise<{ input: SimulationInput; notes: readonly string[] }> {
  const shape = findShape(flags.profile);
  if (!shape)
    throw new CutoverError({
      code: 'BAD_FLAG',
      address: '--profile',
      message: 'there is no such profile',
      value: flags.profile,
      rule: shapeNames().join(', '),
      fix: 'name one of these',
    });
  const read = async (dir: string, signal: AbortSignal) => {
    const source = await sourceDir(flags, dir, { stage: 'microservices', signal });
    progress(`Reading ${flags.synth ? source.dir : `stage ${source.stage}`}`);
    const settings = await planeSettings({ portBase: DEFAULT_PORT_BASE }, { clockRate: 1 });
    return loadTopology(source.dir, { allow: settings.allow, variables: settings.variables }, checksFor(settings));
  };
  const topology = await interruptible((signal) => withTemporaryFolder((dir) => read(dir, signal)));
  return fromTopology(topology, {
    shape,
    hours: flags.hours,
    cluster: flags.cluster,
    tasks: flags.tasks,
    instances: flags.instances,
    peakRequestsPerSecond: flags.peakRate,
    model: { cpuSecondsPerRequest: flags.cpuMs / 1000, startSeconds: flags.startSeconds },
    bootSeconds: flags.bootSeconds,
    startMs: SCENARIO_START_MS,
    seed: flags.seed,
  });
}
