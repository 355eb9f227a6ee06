/** `load SCENARIO`: one load script for a set time, against the running plane or any URL; `judge`: a stored record again. */
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { load } from '../../../loadtest/harness/load.ts';
import { rejudge } from '../../../loadtest/harness/report-files.ts';
import { PROFILES } from '../../../loadtest/profiles.ts';
import { terminalSummary } from '../../../loadtest/verdict/terminal.ts';
import { createClock } from '../../run/clock.ts';
import { harnessPlane } from '../harness-plane.ts';
import { list, wholeNumber } from '../options.ts';
import { print, printJson, progress } from '../output.ts';
import { stateDirOf } from '../paths.ts';
import { MAX_PEAK, peaksOf } from '../peaks.ts';
import { PlaneClient } from '../plane-client.ts';
import { checkReportFolder } from '../report-folder.ts';
import { requireK6 } from '../tools.ts';
import { interruptible, type PlaneFlags, withPlane } from './shared.ts';

interface LoadFlags extends PlaneFlags {
  readonly url?: string;
  readonly rate?: number;
  readonly duration?: string;
  readonly profile: string;
  readonly path?: readonly string[];
  readonly unsigned?: boolean;
  readonly signingKey?: string;
  readonly signingCertUrl?: string;
  readonly topicArn?: string;
  readonly peakTasks?: number;
  readonly peakInstances?: number;
  readonly report: string;
}

export function addLoad(program: Command): void {
  withPlane(program.command('load'))
    .description('run one load scenario (orders, publish, ports, forum) against the running plane or a URL')
    .argument(
      '<scenario>',
      'orders: signed SNS envelopes straight at the load balancer; publish: through SNS; ports: dynamic host ports; forum: browsing',
    )
    .option('--url <url>', 'a load balancer (or SNS endpoint) instead of the running plane')
    .option('--rate <n>', 'orders or requests per second, instead of the profile’s', positive)
    .option('--duration <d>', '30, 30s, 5m or 1h, instead of the profile’s')
    .addOption(new Option('--profile <name>', 'load profile').choices(Object.keys(PROFILES)).default('rehearsal'))
    .option(
      '--path <path>',
      'where the orders go, or which forum path to browse (repeatable); default: the running stage’s mix',
      list,
    )
    .option('--unsigned', 'bare orders without a signature')
    .option('--signing-key <file>', 'private key (PKCS #8 PEM) of a certificate the deployed system trusts')
    .option('--signing-cert-url <url>', 'URL of that certificate')
    .option('--topic-arn <arn>', 'topic for publish with --url')
    .option(
      '--peak-tasks <n>',
      'of a profile that is about scaling: tasks to reach, instead of its own',
      wholeNumber(1, MAX_PEAK),
    )
    .option('--peak-instances <n>', 'the same, container instances', wholeNumber(0, MAX_PEAK))
    .option('--report <dir>', 'folder for the reports', 'reports')
    .action(async (scenario: string, flags: LoadFlags) => {
      process.exitCode = await interruptible((signal) => run(scenario, flags, signal));
    });
  program
    .command('judge')
    .description('judge a stored record.json again')
    .argument('<record>', 'record.json of a report folder')
    .option('--json', 'print the verdict as JSON')
    .action(async (file: string, flags: { json?: boolean }) => {
      const { record, verdict, exitCode } = await rejudge(file);
      if (flags.json) printJson(verdict);
      else print(terminalSummary(record, verdict));
      process.exitCode = exitCode;
    });
}

async function run(scenario: string, flags: LoadFlags, signal: AbortSignal): Promise<number> {
  const { path, report, json, portBase, peakTasks: _tasks, peakInstances: _instances, ...options } = flags;
  const peaks = peaksOf(flags, PROFILES[flags.profile]);
  await checkReportFolder(report);
  const result = await load(
    { ...options, peaks, scenario, reportRoot: report, ...(path ? { paths: path } : {}) },
    {
      connectPlane: async () => harnessPlane(await PlaneClient.connect(stateDirOf(portBase))),
      k6: await requireK6(),
      clock: createClock(),
      progress,
      signal,
    },
  );
  if (json) printJson(result.verdict);
  else print(terminalSummary(result.record, result.verdict));
  progress(`Report: ${join(result.reportDir, 'report.html')}`);
  return result.exitCode;
}

function positive(value: string): number {
  const number = Number(value);
  if (!Number.isFinite(number) || number <= 0) throw new InvalidArgumentError('it must be a number above 0.');
  return number;
}
