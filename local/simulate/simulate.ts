/**
 * A run that no machine could hold, in seconds: the plane's own deciders (placement, autoscaler, capacity) under a virtual
 * clock, with modelled load. Nothing here reads a clock; the same input gives the same output.
 */
import { createRandom } from '../run/random.ts';
import { type Bottleneck, findBottleneck } from './bottleneck.ts';
import type { Minute, SimulatedService, SimulationEvent, SimulationInput } from './contracts.ts';
import { type Cost, capacityUnits, costOf } from './cost.ts';
import { detectSpirals, type Spiral } from './detect-spiral.ts';
import { Fleet } from './fleet.ts';
import { Placement } from './placement/index.ts';
import { shareAt } from './profiles.ts';
import { findQuotas, type QuotaNote } from './quotas.ts';
import { ServiceRun } from './service-run.ts';

export interface SimulationResult {
  readonly minutes: readonly Minute[];
  /** At most 10,000, the oldest. */
  readonly events: readonly SimulationEvent[];
  readonly totals: {
    readonly requests: number;
    readonly failed: number;
    readonly peakTasks: number;
    readonly peakInstances: number;
    readonly worstP95Seconds: number;
  };
  readonly cost: Cost;
  readonly bottleneck: Bottleneck;
  readonly spirals: readonly (Spiral & { readonly service: string })[];
  readonly quotas: readonly QuotaNote[];
}

const STEP_SECONDS = 10;
const STEPS_A_MINUTE = 60 / STEP_SECONDS;
const MOST_EVENTS = 10_000;
/** Requests of one kept connection, for load balancer capacity units: an assumption. */
const REQUESTS_A_CONNECTION = 100;
const UNITS_PER_CPU = 1024;

/** @param instancePrice dollars an hour, instead of the table's */
export function simulate(input: SimulationInput, instancePrice: number | null = null): SimulationResult {
  const run = new Run(input);
  for (let minute = 0; minute < input.hours * 60; minute++) run.minute(minute);
  return run.result(instancePrice);
}

class Run {
  readonly #input: SimulationInput;
  readonly #placement = new Placement();
  readonly #fleet: Fleet | null;
  readonly #services: readonly ServiceRun[];
  readonly #jitter: () => number;
  readonly #minutes: Minute[] = [];
  readonly #events: SimulationEvent[] = [];
  /** Services that were told to wait, until they no longer do. */
  readonly #waiting = new Set<string>();
  #instanceSeconds = 0;
  #capacityUnitHours = 0;

  constructor(input: SimulationInput) {
    this.#input = input;
    const random = createRandom(input.seed);
    this.#jitter = () => 1 + ((random.next() * 2 - 1) * input.jitterPercent) / 100;
    this.#fleet = input.fleet ? new Fleet(input.fleet, this.#placement) : null;
    this.#fleet?.begin(input.startMs);
    const at = { startMs: input.startMs, random: () => random.next() };
    this.#services = input.services.map((service) => new ServiceRun(service, this.#placement, at));
  }

  minute(index: number): void {
    const { hours, shape, startMs } = this.#input;
    const jitter = this.#jitter();
    for (let step = 0; step < STEPS_A_MINUTE; step++) {
      const elapsed = index * 60 + (step + 1) * STEP_SECONDS;
      const nowMs = startMs + elapsed * 1000;
      const share = shareAt(shape, elapsed / (hours * 3600)) * jitter;
      this.#fleet?.join(nowMs);
      for (const service of this.#services) service.step({ nowMs, seconds: STEP_SECONDS, share });
      this.#instanceSeconds += ((this.#fleet?.running ?? 0) + (this.#fleet?.launching ?? 0)) * STEP_SECONDS;
    }
    this.#decide(startMs + (index + 1) * 60_000);
  }

  #decide(atMs: number): void {
    const say = (subject: string, message: string): void => {
      if (this.#events.length < MOST_EVENTS) this.#events.push({ atMs, subject, message });
    };
    for (const run of this.#services) {
      for (const message of run.minute(atMs)) say(run.service.name, message);
      this.#tellWaiting(run, say);
    }
    const pending = this.#services.map((run) => run.pending());
    const moved = this.#fleet?.minute(atMs, pending, (node) => {
      for (const run of this.#services) run.leave(node);
    });
    if (moved) say(this.#input.fleet?.name ?? '', moved);
    const services = Object.fromEntries(this.#services.map((run) => [run.service.name, run.take()]));
    this.#minutes.push({
      atMs,
      services,
      instances: {
        running: this.#fleet?.running ?? 0,
        launching: this.#fleet?.launching ?? 0,
        desired: this.#fleet?.desired ?? 0,
      },
      fleetHeld: this.#fleet?.held ?? false,
    });
    this.#capacityUnitHours += this.#unitsOf(services) / 60;
  }

  /** Said once, when tasks begin to wait. */
  #tellWaiting(run: ServiceRun, say: (subject: string, message: string) => void): void {
    const { name } = run.service;
    const { count } = run.pending();
    if (count === 0) this.#waiting.delete(name);
    else if (!this.#waiting.has(name)) {
      this.#waiting.add(name);
      say(name, `was unable to place ${count} tasks because ${run.explain(this.#placement)}`);
    }
  }

  #unitsOf(services: Minute['services']): number {
    let newConnectionsPerSecond = 0;
    let activeConnections = 0;
    let bytesPerSecond = 0;
    for (const { service } of this.#services) {
      const minute = services[service.name];
      if (!minute) continue;
      newConnectionsPerSecond += minute.requestsPerSecond / REQUESTS_A_CONNECTION;
      activeConnections += minute.requestsPerSecond * minute.p95Seconds;
      bytesPerSecond += minute.requestsPerSecond * service.model.responseBytes;
    }
    return this.#input.loadBalancers === 0
      ? 0
      : capacityUnits({ newConnectionsPerSecond, activeConnections, bytesPerSecond });
  }

  result(instancePrice: number | null): SimulationResult {
    const minutes = this.#minutes;
    const all = minutes.flatMap((m) => Object.values(m.services));
    const total = (m: Minute): number => Object.values(m.services).reduce((sum, s) => sum + s.running + s.starting, 0);
    const peakTasks = largest(minutes.map(total));
    const peakInstances = largest(minutes.map((m) => m.instances.running + m.instances.launching));
    return {
      minutes,
      events: this.#events,
      totals: {
        requests: Math.round(all.reduce((sum, s) => sum + s.requestsPerSecond * 60, 0)),
        failed: Math.round(all.reduce((sum, s) => sum + s.failed, 0)),
        peakTasks,
        peakInstances,
        worstP95Seconds: largest(all.map((s) => s.p95Seconds)),
      },
      cost: costOf(this.#usage(peakInstances), instancePrice),
      bottleneck: findBottleneck(minutes, this.#input.services),
      spirals: this.#input.services.flatMap((service) =>
        spiralsOf(minutes, service, this.#input.fleet?.bootSeconds ?? 0).map((spiral) => ({
          service: service.name,
          ...spiral,
        })),
      ),
      quotas: findQuotas(minutes, this.#input.services),
    };
  }

  #usage(peakInstances: number): Parameters<typeof costOf>[0] {
    const fargate = this.#services.filter((run) => run.service.launchType === 'FARGATE');
    const hoursOf = (size: (s: SimulatedService) => number): number =>
      fargate.reduce((sum, run) => sum + (run.taskSeconds / 3600) * size(run.service), 0);
    return {
      hours: this.#input.hours,
      instanceType: this.#input.fleet?.instanceType ?? null,
      instanceHours: this.#instanceSeconds / 3600,
      peakInstances,
      fargateVcpuHours: hoursOf((s) => s.cpuUnits / UNITS_PER_CPU),
      fargateGibHours: hoursOf((s) => s.memoryMiB / 1024),
      loadBalancers: this.#input.loadBalancers,
      capacityUnitHours: this.#capacityUnitHours,
    };
  }
}

function spiralsOf(minutes: readonly Minute[], service: SimulatedService, bootSeconds: number): Spiral[] {
  const tracking = service.scaling?.policies.flatMap(({ policy }) =>
    policy.type === 'TargetTrackingScaling' ? [policy.scaleOutCooldownSeconds] : [],
  );
  return detectSpirals(
    minutes.flatMap(({ atMs, services }) => {
      const s = services[service.name];
      return s ? [{ ...s, atMs, neverHealthy: 0 }] : [];
    }),
    {
      graceSeconds: service.health.graceSeconds,
      startSeconds: service.model.startSeconds,
      // A minute until capacity is asked for, too.
      instanceSeconds: service.launchType === 'EC2' && bootSeconds > 0 ? bootSeconds + 60 : 0,
      intervalSeconds: service.health.intervalSeconds,
      unhealthyThreshold: service.health.unhealthyThreshold,
      maxCapacity: service.scaling?.maxCapacity ?? null,
      scaleOutCooldownSeconds: tracking?.[0] ?? null,
      policies: service.scaling?.policies.length ?? 0,
    },
  );
}

const largest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);
