/** Takes a stage through a profile's phases: the load goes up and down by itself, this follows what that brings about. */
import type { Status } from '../../local/status.ts';
import { type ScaleShape, scaleSeconds } from '../scale-profiles.ts';
import type { ScalingRecord } from '../verdict/scaling-record.ts';
import { isAsBefore, readingOf, ScalingWatch } from './scaling-watch.ts';
import type { StageContext } from './stage-step.ts';

/** After everything is as before: what is left of the load shows that it stays so. Wall. */
const AFTER_MS = 2_000;

export interface ScalingPlan {
  readonly shape: ScaleShape;
  readonly clockRate: number;
  /** When the load's first request was sent: the phases count from there. */
  readonly loadStartMs: number;
  /** Before the load. */
  readonly baseline: Status;
  readonly baselineAtMs: number;
}

export type ScalingContext = Pick<StageContext, 'clock' | 'follower' | 'signal' | 'progress'>;

export class ScalingRun {
  readonly #plan: ScalingPlan;
  readonly #context: ScalingContext;
  readonly #phases: ScalingRecord['phases'];
  readonly #watch = new ScalingWatch();
  #returnedAtMs: number | null = null;
  #told: string;

  constructor(plan: ScalingPlan, context: ScalingContext) {
    this.#plan = plan;
    this.#context = context;
    this.#phases = phasesOf(plan);
    this.#watch.observe(plan.baseline, plan.baselineAtMs);
    this.#told = countsText(plan.baseline);
    context.follower.watch((status, { gotMs }) => this.#observe(status, gotMs));
  }

  /** Until the last phase is over and everything is as before, or the profile's time for that is over. */
  async run(): Promise<void> {
    const { shape, clockRate, baseline, baselineAtMs } = this.#plan;
    const { clock, follower, signal, progress } = this.#context;
    for (const phase of this.#phases) {
      progress(`load: ${phase.name}, to ${phase.ratePerSecond}/s for ${minutes(phase.minutes)}`);
      const leftMs = phase.endMs - clock.wallNow();
      if (leftMs > 0) await clock.sleep(leftMs, signal);
    }
    const before = readingOf(baseline, baselineAtMs);
    progress(`waiting until services and instances are as before, at most ${minutes(shape.returnMinutes)}`);
    const endMs = this.#phases.at(-1)?.endMs ?? clock.wallNow();
    const timeoutMs = scaleSeconds(shape, clockRate).back * 1_000 - Math.max(0, clock.wallNow() - endMs);
    const status = await follower.until((s) => isAsBefore(before, readingOf(s, 0)), Math.max(1, timeoutMs), signal);
    this.#returnedAtMs = status ? clock.wallNow() : null;
    await clock.sleep(AFTER_MS, signal);
  }

  record(): ScalingRecord {
    const { peakTasks, peakInstances, returnMinutes } = this.#plan.shape;
    return {
      phases: this.#phases,
      expected: { peakTasks, peakInstances, returnMinutes },
      readings: this.#watch.readings,
      ports: this.#watch.ports,
      returnedAtMs: this.#returnedAtMs,
    };
  }

  #observe(status: Status, atMs: number): void {
    this.#watch.observe(status, atMs);
    const line = countsText(status);
    if (line === this.#told) return;
    this.#context.progress(line);
    this.#told = line;
  }
}

function phasesOf({ shape, clockRate, loadStartMs }: ScalingPlan): ScalingRecord['phases'] {
  let endMs = loadStartMs;
  return shape.phases.map((phase) => {
    const startMs = endMs;
    endMs += (phase.minutes * 60_000) / clockRate;
    return { ...phase, startMs, endMs };
  });
}

function countsText(status: Status): string {
  const { services, instances } = readingOf(status, 0);
  const counts = Object.entries(services).map(([name, { desired, running }]) =>
    running === desired ? `${name} ${running}` : `${name} ${running} of ${desired}`,
  );
  return `tasks: ${counts.join(', ')}${instances > 0 ? `; instances ${instances}` : ''}`;
}

function minutes(count: number): string {
  return `${count} min of control time`;
}
