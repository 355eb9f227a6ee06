/**
 * Carries deliveries to their end: one lane a subscription, bounded concurrency, throttling, retries on control time.
 * Owns attempts and waiting; what is delivered, to whom, and what an end means belongs to topics.ts.
 */
import type { Arn } from '../../topology.ts';
import type { Cancel, Clock } from '../clock.ts';
import type { Random } from '../random.ts';
import { decideRetry } from './decide-retry.ts';
import type { EffectivePolicy } from './delivery-policy.ts';
import type { AttemptResult } from './types.ts';

export type DeliveryEnd = 'delivered' | 'client-error' | 'retries-exhausted' | 'closed';

export interface Delivery {
  readonly subscriptionArn: Arn;
  /** Read at each attempt, so that a changed policy takes hold. */
  readonly policy: () => EffectivePolicy;
  /** Made already, by a plane that was killed. Default: none */
  readonly attempts?: number;
  readonly attempt: (signal: AbortSignal) => Promise<AttemptResult>;
  readonly onAttempt: (attempts: number, result: AttemptResult) => void;
  /** Called exactly once. */
  readonly onEnd: (end: DeliveryEnd, last: AttemptResult | null, attempts: number) => void;
}

export interface Deliverer {
  /** Deliveries that have not ended. */
  readonly pending: number;
  enqueue(delivery: Delivery): void;
  /** Takes no more, lets begun and queued attempts finish for up to `boundWallMs`, starts no retry; the rest ends `closed`. */
  close(boundWallMs: number): Promise<void>;
}

interface Job {
  readonly delivery: Delivery;
  attempts: number;
  last: AttemptResult | null;
  cancelRetry: Cancel | null;
}

interface Lane {
  readonly ready: Job[];
  active: number;
  /** Earliest monotonic time of the next attempt under the throttle policy. */
  nextAtMs: number;
  wake: Cancel | null;
}

/** @param options.concurrency attempts in flight a subscription, default 64 */
export function createDeliverer(options: { clock: Clock; random: Random; concurrency?: number }): Deliverer {
  const { clock, random, concurrency = 64 } = options;
  const lanes = new Map<Arn, Lane>();
  const jobs = new Set<Job>();
  const abort = new AbortController();
  let closing = false;
  let onIdle: (() => void) | null = null;

  const laneOf = (arn: Arn): Lane => {
    const known = lanes.get(arn);
    if (known) return known;
    const lane: Lane = { ready: [], active: 0, nextAtMs: 0, wake: null };
    lanes.set(arn, lane);
    return lane;
  };

  const end = (job: Job, how: DeliveryEnd): void => {
    if (!jobs.delete(job)) return;
    job.delivery.onEnd(how, job.last, job.attempts);
    if (jobs.size === 0) onIdle?.();
  };

  const pump = (arn: Arn, lane: Lane): void => {
    while (lane.ready.length > 0 && lane.active < concurrency && !abort.signal.aborted) {
      const perSecond = lane.ready[0]?.delivery.policy().maxReceivesPerSecond ?? null;
      const now = clock.monotonicMs();
      if (perSecond !== null && lane.nextAtMs > now) {
        lane.wake ??= clock.afterWall(lane.nextAtMs - now, () => {
          lane.wake = null;
          pump(arn, lane);
        });
        return;
      }
      if (perSecond !== null) lane.nextAtMs = Math.max(now, lane.nextAtMs) + 1000 / perSecond;
      const job = lane.ready.shift();
      if (job) void run(job, arn, lane);
    }
    if (lane.active === 0 && lane.ready.length === 0 && lane.nextAtMs <= clock.monotonicMs()) lanes.delete(arn);
  };

  const run = async (job: Job, arn: Arn, lane: Lane): Promise<void> => {
    lane.active += 1;
    job.attempts += 1;
    const result = await job.delivery
      .attempt(abort.signal)
      .catch((error: unknown) => ({ status: null, error: String(error) }));
    lane.active -= 1;
    if (jobs.has(job)) settle(job, result);
    pump(arn, lane);
  };

  const settle = (job: Job, result: AttemptResult): void => {
    job.last = result;
    job.delivery.onAttempt(job.attempts, result);
    const decision = decideRetry(job.delivery.policy().retry, {
      attempts: job.attempts,
      status: result.status,
      jitter: random.next(),
    });
    if (decision.kind === 'done') end(job, 'delivered');
    else if (decision.kind === 'give-up') end(job, decision.reason);
    else if (closing) end(job, 'closed');
    else {
      job.cancelRetry = clock.after(decision.delayMs, () => {
        job.cancelRetry = null;
        admit(job);
      });
    }
  };

  const admit = (job: Job): void => {
    const arn = job.delivery.subscriptionArn;
    const lane = laneOf(arn);
    lane.ready.push(job);
    pump(arn, lane);
  };

  return {
    get pending() {
      return jobs.size;
    },
    enqueue(delivery) {
      const job: Job = { delivery, attempts: delivery.attempts ?? 0, last: null, cancelRetry: null };
      jobs.add(job);
      if (closing) end(job, 'closed');
      else admit(job);
    },
    async close(boundWallMs) {
      closing = true;
      for (const job of [...jobs]) {
        if (!job.cancelRetry) continue;
        job.cancelRetry();
        end(job, 'closed');
      }
      if (jobs.size > 0) {
        await new Promise<void>((resolve) => {
          const cancel = clock.afterWall(boundWallMs, resolve);
          onIdle = () => {
            cancel();
            resolve();
          };
        });
      }
      for (const job of [...jobs]) end(job, 'closed');
      abort.abort(new Error('the plane is stopping'));
      for (const lane of lanes.values()) lane.wake?.();
    },
  };
}
