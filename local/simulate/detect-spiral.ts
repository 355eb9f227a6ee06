/**
 * The overload spiral, detected: health checks end tasks that are only too busy, the rest becomes busier, and scaling
 * adds tasks more slowly than checks end them. Pure: minutes and settings in, spirals and what would prevent them out.
 * A rehearsal's record or a simulation's timeline can be its input.
 */

export interface SpiralMinute {
  readonly atMs: number;
  readonly desired: number;
  readonly running: number;
  /** Tasks that began to serve. */
  readonly started: number;
  /** Tasks that health checks ended, and those of them that never had been healthy. */
  readonly killed: number;
  readonly neverHealthy: number;
  /** The autoscaler wanted more and could not have it. */
  readonly held: 'maximum' | 'cooldown' | null;
}

/** What the stacks say, and what was measured. Null where there is no such thing. */
export interface SpiralSettings {
  readonly graceSeconds: number;
  /** From the start of a task to its first healthy check, measured. */
  readonly startSeconds: number;
  /** How long a task waits for a new instance; 0 where there is room, or on Fargate. */
  readonly instanceSeconds: number;
  readonly intervalSeconds: number;
  readonly unhealthyThreshold: number;
  /** Null: not a scalable target. */
  readonly maxCapacity: number | null;
  readonly scaleOutCooldownSeconds: number | null;
  /** Scaling policies of the target. */
  readonly policies: number;
}

export interface SpiralSuggestion {
  /** Terraform attribute. */
  readonly setting: string;
  readonly value: number | null;
  readonly suggested: number | null;
  readonly why: string;
}

export interface Spiral {
  readonly fromMs: number;
  readonly toMs: number;
  readonly killed: number;
  readonly started: number;
  readonly runningBefore: number;
  readonly lowestRunning: number;
  /** The one that helps most first. */
  readonly suggestions: readonly SpiralSuggestion[];
  readonly message: string;
}

/** Sums run over this many minutes: one wave of checks, one of starts. */
const WINDOW = 3;
/** Losing minutes with less than this between them are one spiral. */
const GAP = 5;
/** Fewer ended tasks than this are incidents. */
const LEAST_KILLED = 3;
/** Target tracking asks for more after this long (AAS: 3 datapoints of a minute). */
const SCALE_OUT_SECONDS = 180;
/** Largest unhealthy threshold (ELB target-group-health-checks). */
const MOST_THRESHOLD = 10;

export function detectSpirals(minutes: readonly SpiralMinute[], settings: SpiralSettings): Spiral[] {
  return rangesOf(minutes).flatMap(([first, last]) => {
    const range = minutes.slice(first, last + 1);
    const killed = sum(range, (m) => m.killed);
    const runningBefore = Math.max(minutes[first - 1]?.running ?? 0, range[0]?.running ?? 0);
    // Half of what ran, or three: less is a task that had trouble, not a service.
    if (killed < Math.max(LEAST_KILLED, runningBefore / 2)) return [];
    const started = sum(range, (m) => m.started);
    const lowestRunning = Math.min(...range.map((m) => m.running));
    const fromMs = range[0]?.atMs ?? 0;
    const toMs = range.at(-1)?.atMs ?? 0;
    const suggestions = suggest(range, killed, settings);
    return [
      {
        fromMs,
        toMs,
        killed,
        started,
        runningBefore,
        lowestRunning,
        suggestions,
        message: `health checks ended ${killed} tasks while ${started} began to serve: ${runningBefore} → ${lowestRunning} running${suggestions[0] ? `; ${suggestions[0].why}` : ''}`,
      },
    ];
  });
}

/** First and last index of each run of losing minutes. */
function rangesOf(minutes: readonly SpiralMinute[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (let i = 0; i < minutes.length; i++) {
    const window = minutes.slice(Math.max(0, i - WINDOW + 1), i + 1);
    const killed = sum(window, (m) => m.killed);
    const here = minutes[i] as SpiralMinute;
    if (killed === 0 || killed < sum(window, (m) => m.started) || here.running >= here.desired) continue;
    const last = ranges.at(-1);
    if (last && i - last[1] <= GAP) last[1] = i;
    else ranges.push([i, i]);
  }
  return ranges;
}

function suggest(range: readonly SpiralMinute[], killed: number, settings: SpiralSettings): SpiralSuggestion[] {
  const { graceSeconds, startSeconds, intervalSeconds, maxCapacity } = settings;
  const out: SpiralSuggestion[] = [];
  const never = sum(range, (m) => m.neverHealthy);
  if (never > killed / 2 && graceSeconds < startSeconds)
    out.push({
      setting: 'health_check_grace_period_seconds',
      value: graceSeconds,
      suggested: roundUp(startSeconds * 1.5),
      why: `${never} of them never were healthy: a start takes ${Math.ceil(startSeconds)} s, the grace period is ${graceSeconds} s`,
    });
  if (maxCapacity === null) return [...out, NOT_SCALED];
  if (settings.policies === 0) return [...out, NO_POLICY];
  const atMaximum = range.filter((m) => m.held === 'maximum').length;
  if (atMaximum > range.length / 2)
    out.push({
      setting: 'max_capacity',
      value: maxCapacity,
      suggested: maxCapacity * 2,
      why: `the autoscaler was at its maximum of ${maxCapacity} in ${atMaximum} of ${range.length} minutes`,
    });
  out.push(...morePatience(settings));
  const cooling = range.filter((m) => m.held === 'cooldown').length;
  if (cooling > 0 && settings.scaleOutCooldownSeconds)
    out.push({
      setting: 'scale_out_cooldown',
      value: settings.scaleOutCooldownSeconds,
      suggested: Math.min(settings.scaleOutCooldownSeconds, roundUp(startSeconds + intervalSeconds)),
      why: `the scale-out cooldown of ${settings.scaleOutCooldownSeconds} s held the autoscaler back in ${cooling} minutes`,
    });
  return out;
}

const NOT_SCALED: SpiralSuggestion = {
  setting: 'aws_appautoscaling_target',
  value: null,
  suggested: null,
  why: 'nothing scales this service: no patience of health checks gives it the tasks that it lacks',
};

const NO_POLICY: SpiralSuggestion = {
  setting: 'aws_appautoscaling_policy',
  value: null,
  suggested: null,
  why: 'its scalable target has no policy that would ask for more tasks',
};

/** A busy task must outlive the time that scaling needs; where ten checks are not enough, the interval grows too. */
function morePatience(settings: SpiralSettings): SpiralSuggestion[] {
  const { intervalSeconds, unhealthyThreshold, startSeconds, instanceSeconds } = settings;
  const patience = unhealthyThreshold * intervalSeconds;
  const reaction = SCALE_OUT_SECONDS + instanceSeconds + startSeconds;
  if (patience >= reaction) return [];
  const instance = instanceSeconds > 0 ? `, ${Math.ceil(instanceSeconds)} s for an instance` : '';
  const why = `a busy task is ended after ${unhealthyThreshold} × ${intervalSeconds} s = ${patience} s, and scaling needs ${SCALE_OUT_SECONDS} s to ask${instance} and ${Math.ceil(startSeconds)} s to start`;
  const threshold = Math.min(MOST_THRESHOLD, Math.ceil(reaction / intervalSeconds));
  const interval = roundUp(reaction / threshold);
  const setting = { setting: 'health_check.unhealthy_threshold', value: unhealthyThreshold, suggested: threshold, why };
  const further = `${MOST_THRESHOLD} checks of ${intervalSeconds} s are not enough`;
  return threshold * intervalSeconds >= reaction
    ? [setting]
    : [setting, { setting: 'health_check.interval', value: intervalSeconds, suggested: interval, why: further }];
}

const sum = (list: readonly SpiralMinute[], read: (m: SpiralMinute) => number): number =>
  list.reduce((total, m) => total + read(m), 0);

/** To the next five seconds. */
const roundUp = (seconds: number): number => Math.ceil(seconds / 5) * 5;
