/** One blue/green deployment under load, followed to where it ends: blue gone, or everything as it was before. */
import { CutoverError } from '../../local/errors.ts';
import type { ServiceStatus, Status } from '../../local/status.ts';
import { criterion } from '../criteria.ts';
import type { System } from '../systems.ts';
import type { BlueGreenStep, Fault, Guard, ShiftReading } from '../verdict/blue-green-record.ts';
import { isOver, mayFault } from './decide-shift.ts';
import { whatIsMissing } from './decide-steady.ts';
import type { BegunDeployment, DeployClient } from './deploy-client.ts';
import { matchService } from './drill.ts';
import { lifecycleOf } from './read-shift.ts';
import { ShiftWatch } from './shift-watch.ts';
import { SILENT_HOOK } from './silent-hook.ts';
import type { StageContext } from './stage-step.ts';

export interface BlueGreenPlan {
  readonly kind: 'deploy' | 'drill';
  readonly fault: Fault;
  readonly service: string;
  readonly tag: string;
  readonly config?: string;
  readonly system: System;
  readonly stage: string;
  /** Wall. It need not be short: an hour of control time may be part of it. */
  readonly timeoutMs: number;
}

export interface BlueGreenContext extends StageContext {
  readonly deployer: DeployClient;
}

/** Wall. */
const LOOK_MS = 250;
/** The mix moves a moment after it was told to, and a slow machine sends less than it should. */
const FOCUS_MARGIN = 1.3;
/** Of the time that the whole load may last. */
const FOCUS_SHARE = 0.1;
/** A deployment that moves by steps, so that there is a middle to strike at. */
const DRILL_CONFIG = 'CodeDeployDefault.ECSCanary10Percent5Minutes';
const GUARD_OF_FAULT: Readonly<Record<Exclude<Fault, 'none'>, Guard>> = {
  alarm: 'alarm',
  stop: 'stop',
  'silent-hook': 'hook-timeout',
};

/** True where a service is deployed by CodeDeploy. */
export function isBlueGreen(status: Status, service: string): boolean {
  const name = matchService(
    status.services.map((s) => s.name),
    service,
  );
  return status.services.some((s) => s.name === name && s.deploymentController === 'CODE_DEPLOY');
}

export class BlueGreenRun {
  readonly #plan: BlueGreenPlan;
  readonly #context: BlueGreenContext;
  readonly #startedAtMs: number;
  #begun: BegunDeployment | null = null;
  #watch: ShiftWatch | null = null;
  #service: ServiceStatus | null = null;
  #faultAtMs: number | null = null;
  #settledAtMs: number | null = null;
  #problem: string | null = null;
  #after: string | null = null;

  constructor(plan: BlueGreenPlan, context: BlueGreenContext) {
    this.#plan = plan;
    this.#context = context;
    this.#startedAtMs = context.clock.wallNow();
  }

  /** @throws CutoverError where the service is none of CodeDeploy's; a deployment that AWS refuses is told in the record */
  async run(): Promise<void> {
    const { follower, clock, pace, signal, progress } = this.#context;
    const status = await follower.refresh();
    this.#service = blueGreenService(status, this.#plan);
    await this.#focus(status);
    if (!(await this.#begin())) return;
    const ended = await this.#follow();
    if (ended) this.#settledAtMs = clock.wallNow();
    const shift = this.#watch?.shift?.deployment;
    progress(`${this.#plan.kind}: ${shift?.id ?? 'deployment'} is ${shift?.status ?? 'unknown'}`);
    await clock.sleep(pace.holdSeconds * 1_000, signal);
    const after = await follower.refresh();
    this.#after = after.services.find((s) => s.name === this.#service?.name)?.taskDefinition ?? null;
  }

  /** What is known by now. */
  record(): BlueGreenStep {
    const { kind, fault, service, tag, config } = this.#plan;
    const shift = this.#watch?.shift ?? null;
    const anchor = this.#context.follower.anchor;
    const begun = this.#begun;
    return {
      kind,
      fault,
      expectedGuards: guardsOf(this.#plan),
      service: this.#service?.name ?? service,
      tag,
      greenVersion: `${service}/${tag}`,
      deploymentId: begun?.deploymentId ?? null,
      application: begun?.application ?? '',
      group: begun?.group ?? '',
      config: begun?.config ?? config ?? '',
      blueWaitMinutes: begun?.blueWaitMinutes ?? null,
      startedAtMs: this.#startedAtMs,
      faultAtMs: this.#faultAtMs,
      settledAtMs: this.#settledAtMs,
      problem: this.#problem,
      status: shift?.deployment.status ?? null,
      error: shift?.deployment.error ?? null,
      rollback: shift?.rollback ? { deploymentId: shift.rollback.id, status: shift.rollback.status } : null,
      lifecycle: shift && anchor ? lifecycleOf(shift, { ...anchor, rate: this.#rate }) : [],
      readings: this.#watch?.readings ?? [],
      taskDefinitionBefore: this.#service?.taskDefinition ?? '',
      taskDefinitionAfter: this.#after,
    };
  }

  #rate = 1;

  /** Most of the load on the service, and long enough that its answers before the deployment are enough to judge. */
  async #focus(status: Status): Promise<void> {
    const { clock, loads, signal } = this.#context;
    const { kind, service, stage, system } = this.#plan;
    const own = loads.filter((load) => load.spec.system === system);
    const perSecond = own.reduce((sum, load) => sum + load.focus(service, stage, status), 0);
    const wanted = criterion(kind === 'deploy' ? 'version-mix' : 'green-before-hook').minSamples;
    const seconds = perSecond > 0 ? (wanted * FOCUS_MARGIN) / perSecond : 0;
    await clock.sleep(Math.min(seconds * 1_000, this.#plan.timeoutMs * FOCUS_SHARE), signal);
  }

  async #begin(): Promise<boolean> {
    const { kind, fault, service, tag, config, system } = this.#plan;
    const { deployer, follower, progress } = this.#context;
    const chosen = config ?? (kind === 'drill' ? DRILL_CONFIG : undefined);
    progress(`${kind}: ${service}:${tag} blue/green${chosen ? ` by ${chosen}` : ''}`);
    try {
      this.#begun = await deployer.begin({
        service,
        tag,
        ...(chosen ? { config: chosen } : {}),
        ...(fault === 'silent-hook' ? { hooks: { BeforeAllowTraffic: SILENT_HOOK } } : {}),
      });
    } catch (error) {
      if (error instanceof CutoverError) throw error;
      this.#problem = `it was refused: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
      return false;
    }
    const { deploymentId } = this.#begun;
    const watch = new ShiftWatch(deploymentId, system, (now) => progress(`${kind}: ${sayReading(deploymentId, now)}`));
    this.#watch = watch;
    follower.watch((status, times) => {
      this.#rate = status.clockRate;
      watch.observe(status, times);
    });
    return true;
  }

  /** @returns true where it came to its end in time */
  async #follow(): Promise<boolean> {
    const watch = this.#watch as ShiftWatch;
    const waitsForBlue = this.#begun?.blueWaitMinutes !== null;
    const over = (): boolean => isOver(watch, waitsForBlue);
    const calm = this.#lookOften();
    try {
      return await this.#toTheEnd(watch, over);
    } finally {
      calm();
    }
  }

  /** Time between two looks belongs to no weight: the shorter, the more answers count. @returns ends it */
  #lookOften(): () => void {
    const { clock, follower } = this.#context;
    let cancel: (() => void) | null = null;
    const next = (): void => {
      cancel = clock.afterWall(
        LOOK_MS,
        () =>
          void follower
            .refresh()
            .catch(() => null)
            .then(() => cancel && next()),
      );
    };
    next();
    return () => {
      cancel?.();
      cancel = null;
    };
  }

  async #toTheEnd(watch: ShiftWatch, over: () => boolean): Promise<boolean> {
    const { follower, signal } = this.#context;
    const { timeoutMs, fault } = this.#plan;
    if (fault === 'alarm' || fault === 'stop') {
      const reached = await follower.until(() => mayFault(watch) || over(), timeoutMs, signal);
      if (reached && !over()) await this.#strike(fault);
    }
    const settled = await follower.until((s) => over() && this.#isSteady(s), timeoutMs, signal);
    if (!settled) this.#problem ??= `it had not ended after ${timeoutMs / 1_000} s`;
    return settled !== null;
  }

  #isSteady(status: Status): boolean {
    const name = this.#service?.name ?? '';
    return !whatIsMissing(status).some((missing) => missing.startsWith(`${name}:`));
  }

  /** After a while of the shift, so that both versions have answered. */
  async #strike(fault: 'alarm' | 'stop'): Promise<void> {
    const { clock, deployer, pace, progress, signal } = this.#context;
    await clock.sleep(pace.holdSeconds * 1_000, signal);
    const [alarm] = this.#begun?.alarms ?? [];
    if (fault === 'alarm' && alarm === undefined) {
      this.#problem = 'its group looks at no alarm';
      return;
    }
    progress(fault === 'alarm' ? `drill: alarm ${alarm} fires` : 'drill: the deployment is stopped');
    this.#faultAtMs = clock.wallNow();
    if (fault === 'stop') await deployer.stop(this.#begun?.deploymentId ?? '');
    else await deployer.fireAlarm(alarm ?? '');
  }
}

/** Of a drill's deployment. */
function guardsOf({ kind, fault, system, service, tag }: BlueGreenPlan): readonly Guard[] {
  if (kind === 'deploy') return [];
  return fault === 'none' ? (system.brokenBuilds[service]?.[tag] ?? []) : [GUARD_OF_FAULT[fault]];
}

function sayReading(deploymentId: string, now: ShiftReading): string {
  const { status, rollbackStatus, greenPercent, blueTasks, greenTasks } = now;
  const back = rollbackStatus === null ? '' : `, roll-back ${rollbackStatus}`;
  const weight = greenPercent === null ? 'no' : `${Math.round(greenPercent * 10) / 10} %`;
  return `${deploymentId} ${status}${back}: new version ${greenTasks} tasks, ${weight} of the traffic; old one ${blueTasks} tasks`;
}

function blueGreenService(status: Status, { service }: BlueGreenPlan): ServiceStatus {
  const known = status.services.filter((s) => s.deploymentController === 'CODE_DEPLOY');
  const name = matchService(
    known.map((s) => s.name),
    service,
  );
  const found = known.find((s) => s.name === name);
  if (found) return found;
  throw new CutoverError({
    code: 'BAD_FLAG',
    address: '--deploy',
    message: 'this stage has no such service under CodeDeploy',
    value: service,
    rule: known.length > 0 ? `one of ${known.map((s) => s.name).join(', ')}` : 'none is at this stage',
    fix: 'name a blue/green service, and the stage that has it with --to',
  });
}
