/**
 * `./cutover rehearse`: the stages one after another on one plane, under load that never stops, and a verdict.
 * This file owns the order of things; the plane, the load and the ledger are other files' business.
 */
import { randomUUID } from 'node:crypto';
import { CutoverError, throwIfAny } from '../../local/errors.ts';
import type { Clock } from '../../local/run/clock.ts';
import type { StatedSettings } from '../../local/simulate/spiral-settings.ts';
import { validateProfile } from '../profile-rules.ts';
import type { Profile } from '../profiles.ts';
import type { OrderLedger, System } from '../systems.ts';
import type { Fault } from '../verdict/blue-green-record.ts';
import type { Kill } from '../verdict/kill-record.ts';
import type { OrderScenario, RunRecord } from '../verdict/record.ts';
import type { DeployClientFactory } from './deploy-client.ts';
import type { PlaneClient } from './plane-client.ts';
import { Rehearsal } from './rehearsal.ts';
import { type RunResult, report } from './report-files.ts';
import type { AwsAccess, SourceReader } from './sources.ts';
import type { LoadSpec } from './system-load.ts';

/** One system of the run, and how much is asked of it. */
export interface SystemOptions {
  readonly system: System;
  readonly profile: Profile;
}

export interface RehearseOptions {
  /** One, or several on the same plane: then `all` was synthesized. */
  readonly systems: readonly SystemOptions[];
  /** First and last stage; both included. */
  readonly from: string;
  readonly to: string;
  /** How orders are sent. Default `orders`; a drill defaults to `publish`, where SNS tries again. */
  readonly scenario?: OrderScenario;
  /** Default: signed with the plane's own key. */
  readonly unsigned?: boolean;
  /** Folder that gets a report folder. */
  readonly reportRoot: string;
  /** Roll out a broken version of a service at stage `from`, instead of the further stages. */
  readonly drill?: DrillOptions;
  /** Deploy a version blue/green when the last stage is steady. */
  readonly deploy?: DeployOptions;
  /** Kill half of the tasks, or one of the instances, at stage `from`, instead of the further stages. */
  readonly kill?: Kill;
}

export interface DeployOptions {
  readonly service: string;
  readonly tag: string;
  /** CodeDeploy's deployment configuration; default: the group's own, and for a drill a canary. */
  readonly config?: string;
}

export interface DrillOptions extends DeployOptions {
  /** What is done to a blue/green deployment from outside. Default `none`: the version itself is broken. */
  readonly fault?: Fault;
}

export interface RehearseDeps {
  /** cdktf output of a stage; `tags` are image tags by service, instead of the stage's. */
  synth(stage: string, options?: { tags?: Readonly<Record<string, string>> }): Promise<string>;
  /**
   * Builds the images of a stage's cdktf output, before the plane starts: under load, the bundler would take the CPU
   * that orders wait for. Default: the plane builds them when the stage is applied.
   * @throws CutoverError IMAGE_BUILD_FAILED
   */
  buildImages?(dir: string): Promise<void>;
  /** Brings a plane up on a cdktf output folder. */
  startPlane(dir: string, stage: string): Promise<PlaneClient>;
  /** What a stage's cdktf output says of each service's health checks and scaling. Default: nothing is known. */
  settingsOf?(dir: string): Promise<Readonly<Record<string, StatedSettings>>>;
  /** For blue/green deployments. */
  readonly deployClient: DeployClientFactory;
  /** Path of the k6 binary. */
  readonly k6: string;
  /** On the wall's time (rate 1): the plane has its own. */
  readonly clock: Clock;
  /** One line for stderr. */
  progress(line: string): void;
  /** Aborts everything, e.g. on Ctrl-C. */
  readonly signal: AbortSignal;
  /** Default: through the plane's AWS-compatible endpoint. */
  readonly sourceReader?: (access: AwsAccess, ledger: OrderLedger) => SourceReader;
}

/**
 * @returns the verdict, its record and the exit code that it means
 * @throws CutoverError for bad options, a stage that is refused, or a missing tool; the signal's reason when aborted.
 *   The plane is down and the load is gone in every case.
 */
export async function rehearse(options: RehearseOptions, deps: RehearseDeps): Promise<RunResult> {
  const systems = options.systems.map(({ system }) => system);
  const stages = stagesBetween(systems, options.from, options.drill || options.kill ? options.from : options.to);
  for (const { profile } of options.systems) checkProfile(profile);
  checkSteps(options);
  const rehearsal = new Rehearsal({ ...options, loads: loadsOf(options), stages, runId: randomUUID() }, deps);
  let record: RunRecord;
  try {
    record = await rehearsal.run();
  } finally {
    await rehearsal.close();
  }
  return report(record, options.reportRoot);
}

function loadsOf(options: RehearseOptions): LoadSpec[] {
  const orders = options.scenario ?? (options.drill || options.kill ? 'publish' : 'orders');
  const unsigned = options.unsigned ?? false;
  return options.systems.map(({ system, profile }) => ({
    system,
    profile,
    unsigned,
    scenario: system.ledger === null ? ('forum' as const) : orders,
  }));
}

function checkSteps({ drill, deploy, kill }: RehearseOptions): void {
  if (kill && (drill || deploy)) {
    const message = 'a kill and a deployment are two runs';
    throw new CutoverError({ code: 'BAD_FLAG', address: '--kill', message, value: kill, fix: 'leave one out' });
  }
  if (drill && deploy) {
    const message = 'a drill and a deployment are two runs';
    throw new CutoverError({ code: 'BAD_FLAG', address: '--deploy', message, value: deploy, fix: 'leave one out' });
  }
}

/** @throws CutoverError UNKNOWN_STAGE, or BAD_FLAG where `from` comes after `to` */
export function stagesBetween(systems: readonly System[], from: string, to: string): string[] {
  const known = systems[0]?.stages ?? [];
  const unknown = [from, to].filter((stage) => !known.includes(stage));
  throwIfAny(
    [...new Set(unknown)].map((stage) => ({
      code: 'UNKNOWN_STAGE' as const,
      message: `system ${systems.map((system) => system.name).join(', ')} has no such stage`,
      value: stage,
      fix: `one of ${known.join(', ')}`,
    })),
  );
  const [first, last] = [known.indexOf(from), known.indexOf(to)];
  if (first > last) {
    const message = `stage ${from} comes after ${to}`;
    throw new CutoverError({ code: 'BAD_FLAG', address: '--from', message, value: from, fix: `swap --from and --to` });
  }
  // A stage that changes nothing but its name (`containers` in logistics) is only rehearsed when it is asked for, or
  // when it is a step for another system of the run.
  const isStep = (stage: string): boolean => systems.some((system) => !system.sameAsBefore.includes(stage));
  return known.slice(first, last + 1).filter((stage) => isStep(stage) || stage === from || stage === to);
}

/** @throws CutoverError BAD_FLAG with every problem of the profile */
export function checkProfile(profile: Profile): void {
  throwIfAny(
    validateProfile(profile).map((problem) => ({
      code: 'BAD_FLAG' as const,
      address: `profile ${profile.name}.${problem.field}`,
      message: 'out of bounds',
      value: problem.value,
      rule: problem.rule,
      // Its phases and waits are minutes of control time.
      ...(profile.scaling && problem.field.endsWith('Seconds') ? { fix: 'take a faster --clock-rate' } : {}),
    })),
  );
}
