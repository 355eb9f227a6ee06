/** Keeps what a rehearsal of scaling needs of every status: counts when they change, and who had which port. */
import type { Status } from '../../local/status.ts';
import { isNoMore } from '../verdict/scaling.ts';
import type { PortUse, ScalingReading } from '../verdict/scaling-record.ts';

/** A record must fit in memory and in a report. */
const MAX_READINGS = 20_000;
const MAX_PORTS = 20_000;

export class ScalingWatch {
  readonly readings: ScalingReading[] = [];
  readonly #ports = new Map<string, PortUse>();
  #last = '';

  get ports(): PortUse[] {
    return [...this.#ports.values()];
  }

  observe(status: Status, atMs: number): void {
    const { services, instances, alarms } = readingOf(status, atMs);
    const key = JSON.stringify([services, instances, alarms]);
    if (key !== this.#last && this.readings.length < MAX_READINGS) {
      this.#last = key;
      this.readings.push({ atMs, services, instances, alarms });
    }
    this.#observePorts(status, atMs);
  }

  #observePorts(status: Status, atMs: number): void {
    const targets = new Map(
      status.targetGroups
        .flatMap((group) => group.targets)
        .map((target) => [`${target.id}:${target.port}`, target] as const),
    );
    const of = (use: Pick<PortUse, 'instanceId' | 'hostPort'>) => targets.get(`${use.instanceId}:${use.hostPort}`);
    const now = new Set<string>();
    for (const service of status.services) {
      for (const { arn, instanceId, hostPort, lastStatus } of service.tasks) {
        if (instanceId === null || hostPort === null || lastStatus === 'STOPPED') continue;
        now.add(arn);
        const use = { taskArn: arn, service: service.name, instanceId, hostPort };
        this.#use({ ...use, requests: of(use)?.requests ?? null }, atMs);
      }
    }
    // A target that drains still answers: its port is its last task's until it has gone.
    for (const use of this.#ports.values()) {
      const isLast = use.lastMs === this.#lastAtMs;
      const target = of(use);
      if (now.has(use.taskArn) || !isLast || target?.state !== 'draining') continue;
      this.#use({ ...use, requests: target.requests }, atMs);
    }
    this.#lastAtMs = atMs;
  }

  #lastAtMs = Number.NaN;

  #use(use: Omit<PortUse, 'firstMs' | 'lastMs'>, atMs: number): void {
    const known = this.#ports.get(use.taskArn);
    if (!known && this.#ports.size >= MAX_PORTS) return;
    // Before a target is registered, and after it has gone, no group has it: what it answered stays.
    const requests = use.requests ?? known?.requests ?? null;
    this.#ports.set(use.taskArn, { ...use, requests, firstMs: known?.firstMs ?? atMs, lastMs: atMs });
  }
}

/** Counts of one status. */
export function readingOf(status: Status, atMs: number): ScalingReading {
  return {
    atMs,
    services: Object.fromEntries(
      status.services.map(({ name, desiredCount, runningCount, pendingCount, launchType }) => [
        name,
        { desired: desiredCount, running: runningCount, pending: pendingCount, launchType },
      ]),
    ),
    instances: status.instances.length,
    alarms: status.alarms.filter((alarm) => alarm.state === 'ALARM').map((alarm) => alarm.name),
  };
}

/**
 * True where no service and no group of instances is larger than it was, and every task that is wanted runs. Smaller is as
 * good: a count that began above what its load needed goes further down. None at all is not, where there were some.
 */
export function isAsBefore(before: ScalingReading, now: ScalingReading): boolean {
  if (!isNoMore(before.instances, now.instances)) return false;
  return Object.entries(before.services).every(([name, { desired }]) => {
    const service = now.services[name];
    return service !== undefined && isNoMore(desired, service.desired) && service.running === service.desired;
  });
}
