/** One service through the run: its tasks, its traffic and its autoscaler, step by step, summed up by the minute. */
import type { PendingTasks } from '../run/capacity/contracts.ts';
import type { ServiceMinute, SimulatedService } from './contracts.ts';
import type { Placement } from './placement/index.ts';
import type { Node } from './placement/node.ts';
import { Scaling } from './scaling.ts';
import { LAUNCHES_PER_MINUTE, Tasks } from './tasks.ts';
import { decideTraffic, type TrafficState } from './traffic.ts';

export interface Step {
  readonly nowMs: number;
  readonly seconds: number;
  readonly share: number;
}

interface Sums {
  requests: number;
  /** Requests of a minute for each task, by step. */
  perTask: number;
  failed: number;
  cpu: number;
  memory: number;
  p95: number;
  killed: number;
  started: number;
  launched: number;
  steps: number;
  /** Steps in which a task served: the others have no datapoint. */
  serving: number;
  seconds: number;
}

const noSums = (): Sums => ({
  requests: 0,
  perTask: 0,
  failed: 0,
  cpu: 0,
  memory: 0,
  p95: 0,
  killed: 0,
  started: 0,
  launched: 0,
  steps: 0,
  serving: 0,
  seconds: 0,
});

export class ServiceRun {
  readonly service: SimulatedService;
  readonly #tasks: Tasks;
  readonly #scaling: Scaling | null;
  readonly #random: () => number;
  #traffic: TrafficState = { backlog: 0, failingSeconds: 0 };
  #sums = noSums();
  #servedBefore = 0;
  #held: 'maximum' | 'cooldown' | null = null;
  /** Task seconds, for the bill. */
  taskSeconds = 0;

  constructor(service: SimulatedService, placement: Placement, at: { startMs: number; random: () => number }) {
    this.service = service;
    this.#tasks = new Tasks(service, placement);
    this.#scaling = service.scaling ? new Scaling(service.scaling, at.startMs) : null;
    this.#random = at.random;
    // What is desired at the beginning serves already.
    this.#tasks.reconcile({ nowMs: at.startMs, startSeconds: 0, most: Number.POSITIVE_INFINITY }, this.#random);
    this.#tasks.promote(at.startMs);
    this.#servedBefore = this.#tasks.serving;
  }

  step({ nowMs, seconds, share }: Step): void {
    const sums = this.#sums;
    const { model, health, peakRequestsPerSecond } = this.service;
    sums.started += this.#tasks.promote(nowMs);
    const requestsPerSecond = peakRequestsPerSecond * share;
    const tasks = this.#tasks.serving;
    const outcome = decideTraffic(this.service, this.#traffic, {
      requestsPerSecond,
      seconds,
      tasks,
    });
    this.#traffic = outcome.state;
    sums.killed += this.#tasks.kill(outcome.unhealthy, nowMs - health.graceSeconds * 1000);
    const most = Math.max(0, LAUNCHES_PER_MINUTE - sums.launched);
    sums.launched += this.#tasks.reconcile({ nowMs, startSeconds: model.startSeconds, most }, this.#random);
    this.taskSeconds += (this.#tasks.serving + this.#tasks.starting) * seconds;
    sums.requests += requestsPerSecond * seconds;
    sums.perTask += tasks > 0 ? (requestsPerSecond * 60) / tasks : 0;
    sums.failed += outcome.failed;
    sums.cpu += outcome.cpuPercent;
    sums.memory += outcome.memoryPercent;
    sums.p95 = Math.max(sums.p95, outcome.p95Seconds);
    sums.steps += 1;
    sums.serving += tasks > 0 ? 1 : 0;
    sums.seconds += seconds;
  }

  /** Ends a minute: the autoscaler decides on it. @returns what it said */
  minute(nowMs: number): readonly string[] {
    if (!this.#scaling) return [];
    const sums = this.#sums;
    // As the plane does: a minute's metric is of the tasks that served when it began.
    const running = this.#servedBefore;
    this.#servedBefore = this.#tasks.serving;
    const of = (total: number): number | null => (sums.serving === 0 ? null : total / sums.serving);
    const outcome = this.#scaling.minute({
      nowMs,
      desired: this.#tasks.desired,
      running,
      metrics: { cpu: of(sums.cpu), memory: of(sums.memory), requests: of(sums.perTask) },
    });
    this.#tasks.desired = outcome.desired;
    this.#held = outcome.held;
    return outcome.messages;
  }

  /** The minute as it was, and a new one. */
  take(): ServiceMinute {
    const sums = this.#sums;
    this.#sums = noSums();
    return {
      requestsPerSecond: sums.requests / sums.seconds,
      desired: this.#tasks.desired,
      running: this.#tasks.serving,
      starting: this.#tasks.starting,
      pending: this.#tasks.pending,
      cpuPercent: sums.cpu / sums.steps,
      memoryPercent: sums.memory / sums.steps,
      p95Seconds: sums.p95,
      failed: sums.failed,
      killed: sums.killed,
      started: sums.started,
      held: this.#held,
    };
  }

  /** Tasks that wait for an instance. */
  pending(): PendingTasks {
    const { name, cpuUnits, memoryMiB, hostPorts, constraints } = this.service;
    return {
      group: `service:${name}`,
      count: this.#tasks.pending,
      cpuUnits,
      memoryMiB,
      oneAnInstance: hostPorts.length > 0 || constraints.some((c) => c.type === 'distinctInstance'),
    };
  }

  leave(node: Node): void {
    this.#tasks.leave(node);
  }

  explain(placement: Placement): string {
    return placement.explain(this.#tasks.request);
  }
}
