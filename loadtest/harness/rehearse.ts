/**
 * `./cutover rehearse`: the stages one after another on one plane, under load that never stops, and a verdict.
 * This file owns the order of things; the plane, the load and the ledger are other files' business.
 */
import { randomUUID } from 'node:crypto';
import { CutoverError, throwIfAny } from '../../local/errors.ts';
import type { Clock } from '../../local/run/clock.ts';
import { type Profile, validateProfile } from '../profiles.ts';
import type { System } from '../systems.ts';
import type { RunRecord, ScenarioName } from '../verdict/record.ts';
import type { PlaneClient } from './plane-client.ts';
import { Rehearsal } from './rehearsal.ts';
import { type RunResult, report } from './report-files.ts';
import type { AwsAccess, SourceReader } from './sources.ts';

export interface RehearseOptions {
  readonly system: System;
  /** First and last stage; both included. */
  readonly from: string;
  readonly to: string;
  /** Default `orders`; a drill defaults to `publish`, where SNS tries again. */
  readonly scenario?: ScenarioName;
  readonly profile: Profile;
  /** Default: signed with the plane's own key. */
  readonly unsigned?: boolean;
  /** Folder that gets a report folder. */
  readonly reportRoot: string;
  /** Roll out a broken version of a service at stage `from`, instead of the further stages. */
  readonly drill?: { readonly service: string; readonly tag: string };
}

export interface RehearseDeps {
  /** cdktf output of a stage; `tags` are image tags by service, instead of the stage's. */
  synth(stage: string, options?: { tags?: Readonly<Record<string, string>> }): Promise<string>;
  /** Brings a plane up on a cdktf output folder. */
  startPlane(dir: string, stage: string): Promise<PlaneClient>;
  /** Path of the k6 binary. */
  readonly k6: string;
  /** On the wall's time (rate 1): the plane has its own. */
  readonly clock: Clock;
  /** One line for stderr. */
  progress(line: string): void;
  /** Aborts everything, e.g. on Ctrl-C. */
  readonly signal: AbortSignal;
  /** Default: through the plane's AWS-compatible endpoint. */
  readonly sourceReader?: (access: AwsAccess, ledger: System['ledger']) => SourceReader;
}

/**
 * @returns the verdict, its record and the exit code that it means
 * @throws CutoverError for bad options, a stage that is refused, or a missing tool; the signal's reason when aborted.
 *   The plane is down and the load is gone in every case.
 */
export async function rehearse(options: RehearseOptions, deps: RehearseDeps): Promise<RunResult> {
  const stages = stagesBetween(options.system, options.from, options.drill ? options.from : options.to);
  checkProfile(options.profile);
  const scenario = options.scenario ?? (options.drill ? 'publish' : 'orders');
  const rehearsal = new Rehearsal({ ...options, scenario, stages, runId: randomUUID() }, deps);
  let record: RunRecord;
  try {
    record = await rehearsal.run();
  } finally {
    await rehearsal.close();
  }
  return report(record, options.reportRoot);
}

/** @throws CutoverError UNKNOWN_STAGE, or BAD_FLAG where `from` comes after `to` */
export function stagesBetween(system: System, from: string, to: string): string[] {
  const unknown = [from, to].filter((stage) => !system.stages.includes(stage));
  throwIfAny(
    [...new Set(unknown)].map((stage) => ({
      code: 'UNKNOWN_STAGE' as const,
      message: `system ${system.name} has no such stage`,
      value: stage,
      fix: `one of ${system.stages.join(', ')}`,
    })),
  );
  const [first, last] = [system.stages.indexOf(from), system.stages.indexOf(to)];
  if (first > last) {
    const message = `stage ${from} comes after ${to}`;
    throw new CutoverError({ code: 'BAD_FLAG', address: '--from', message, value: from, fix: `swap --from and --to` });
  }
  // A stage that changes nothing but its name (`containers` in logistics) is only rehearsed when it is asked for.
  return system.stages
    .slice(first, last + 1)
    .filter((stage) => !system.sameAsBefore.includes(stage) || stage === from || stage === to);
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
    })),
  );
}
