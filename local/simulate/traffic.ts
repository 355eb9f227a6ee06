/**
 * What a span of load does to a service: served and failed requests, latency, CPU, memory, health checks. Pure.
 *
 * Below saturation each task is an M/M/c queue (latency.ts). Above it, requests pile up as a fluid: the backlog grows by
 * what arrives beyond the capacity, each request waits backlog ÷ capacity, and those that would wait longer than their
 * client does are lost (Newell, Applications of Queueing Theory, 1982, chapter 2).
 */
import type { SimulatedService } from './contracts.ts';
import { latencyOf } from './latency.ts';

const UNITS_PER_CPU = 1024;
/** Closer to saturation than this, M/M/c is left for the fluid. */
const MOST_UTILISATION = 0.99;

export interface TrafficState {
  /** Requests that wait. */
  readonly backlog: number;
  /** How long health checks have failed without a break, seconds. */
  readonly failingSeconds: number;
}

export interface TrafficSpan {
  readonly requestsPerSecond: number;
  readonly seconds: number;
  readonly tasks: number;
}

export interface TrafficOutcome {
  readonly state: TrafficState;
  readonly failed: number;
  readonly p95Seconds: number;
  readonly cpuPercent: number;
  readonly memoryPercent: number;
  /** Tasks that the target group finds unhealthy within this span. */
  readonly unhealthy: number;
}

/** Requests a second that one task can serve: its servers, or its CPU, whichever is less. */
export function taskCapacity({ model, cpuUnits }: Pick<SimulatedService, 'model' | 'cpuUnits'>): number {
  const byServers = model.servers / model.serviceSeconds;
  if (cpuUnits === 0 || model.cpuSecondsPerRequest === 0) return byServers;
  return Math.min(byServers, cpuUnits / UNITS_PER_CPU / model.cpuSecondsPerRequest);
}

export function decideTraffic(service: SimulatedService, state: TrafficState, span: TrafficSpan): TrafficOutcome {
  const { model } = service;
  const { requestsPerSecond, seconds, tasks } = span;
  if (tasks === 0) return silence(service, requestsPerSecond * seconds + state.backlog);
  const each = taskCapacity(service);
  const capacity = each * tasks;
  const offered = requestsPerSecond * seconds + state.backlog;
  const served = Math.min(offered, capacity * seconds);
  const longest = capacity * model.clientTimeoutSeconds;
  const backlog = Math.min(offered - served, longest);
  const utilisation = served / (capacity * seconds);
  const latency = latencyOf(model.servers, model.servers / each, Math.min(utilisation, MOST_UTILISATION));
  const waitSeconds = backlog / capacity;
  const perTask = served / seconds / tasks;
  const held = perTask * latency.meanSeconds + backlog / tasks;
  const cpuShare =
    service.cpuUnits === 0 ? 0 : (perTask * model.cpuSecondsPerRequest * UNITS_PER_CPU) / service.cpuUnits;
  const checkSeconds = latency.meanSeconds + waitSeconds;
  const failing = checkSeconds > service.health.timeoutSeconds;
  const failingSeconds = failing ? state.failingSeconds + seconds : 0;
  return {
    state: { backlog, failingSeconds },
    failed: offered - served - backlog,
    p95Seconds: latency.p95Seconds + waitSeconds,
    cpuPercent: cpuShare * 100,
    memoryPercent: ((model.restMemoryMiB + model.memoryMiBPerRequest * held) / Math.max(1, service.memoryMiB)) * 100,
    unhealthy: unhealthyTasks(service, failingSeconds, span),
  };
}

/** Checks of the targets are spread over the interval: in each span, those whose turn it is are found unhealthy. */
function unhealthyTasks({ health }: SimulatedService, failingSeconds: number, { seconds, tasks }: TrafficSpan): number {
  if (failingSeconds < health.unhealthyThreshold * health.intervalSeconds) return 0;
  return Math.min(tasks, Math.ceil((tasks * seconds) / health.intervalSeconds));
}

/** No task serves: every request is answered with 503 at once. */
const silence = ({ model }: SimulatedService, failed: number): TrafficOutcome => ({
  state: { backlog: 0, failingSeconds: 0 },
  failed,
  p95Seconds: failed > 0 ? model.clientTimeoutSeconds : 0,
  cpuPercent: 0,
  memoryPercent: 0,
  unhealthy: 0,
});
