/** One registered target: its health as the load balancer sees it, its connections, and what it served. */
import type { Target, TargetHealth, TargetState } from '../contracts.ts';
import { type HealthRecord, REGISTERING } from './decide-health.ts';
import type { Selectable } from './decide-target.ts';
import { UpstreamPool } from './upstream.ts';

/** What a target served since it was registered; the proof that a port was used. */
export interface TargetStats {
  readonly targetGroupArn: string;
  readonly targetGroupName: string;
  readonly id: string;
  /** Port that AWS would show. */
  readonly port: number;
  /** Where it was reached. */
  readonly host: string;
  readonly bindPort: number;
  readonly zone: string;
  readonly registeredAtMs: number;
  /** null while registered. */
  deregisteredAtMs: number | null;
  /** Requests sent to it. */
  requests: number;
  /** Answers by status class; index 1 is 1xx. */
  readonly answers: [0, number, number, number, number, number];
  /** Connections refused, reset while connecting, or not established in time. */
  connectionErrors: number;
  /** Requests that ended without an answer of the target: 502 and 504. */
  failed: number;
  /** Requests sent again because the target closed a kept connection as they were sent. */
  retries: number;
}

export class TargetRuntime implements Selectable {
  readonly target: Target;
  readonly key: string;
  readonly stats: TargetStats;
  pool: UpstreamPool;
  record: HealthRecord = REGISTERING;
  outstanding = 0;
  slowStartSinceMs: number | null = null;
  /** Security groups do not let the load balancer through. */
  blocked = false;
  /** Ends its health checks. */
  stopChecks: (() => void) | null = null;
  /** Set while it drains. */
  drain: { readonly done: Promise<void>; readonly finish: () => void } | null = null;
  /** Called when the last request of a draining target has ended. */
  onIdle: (() => void) | null = null;

  constructor(target: Target, group: { arn: string; name: string; protocol: string }, nowMs: number) {
    this.target = target;
    this.key = keyOf(target);
    this.pool = new UpstreamPool(target.endpoint, group.protocol === 'HTTPS');
    this.stats = {
      targetGroupArn: group.arn,
      targetGroupName: group.name,
      id: target.id,
      port: target.port,
      host: target.endpoint.host,
      bindPort: target.endpoint.port,
      zone: target.zone,
      registeredAtMs: nowMs,
      deregisteredAtMs: null,
      requests: 0,
      answers: [0, 0, 0, 0, 0, 0],
      connectionErrors: 0,
      failed: 0,
      retries: 0,
    };
  }

  get state(): TargetState {
    return this.record.state;
  }

  health(): TargetHealth {
    const { state, reason, description } = this.record;
    return { target: this.target, state, reason, description };
  }

  requestStarted(): void {
    this.outstanding++;
    this.stats.requests++;
  }

  requestEnded(): void {
    this.outstanding--;
    if (this.outstanding === 0) this.onIdle?.();
  }
}

export const keyOf = (target: { readonly id: string; readonly port: number }): string => `${target.id}:${target.port}`;
