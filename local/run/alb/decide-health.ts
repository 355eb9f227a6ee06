/** A target's health from its checks: counts, and flips once at the threshold (ELB target-group-health-checks). Pure. */
import type { HealthCheck } from '../../topology.ts';
import type { TargetState } from '../contracts.ts';

export interface HealthRecord {
  readonly state: TargetState;
  /** Checks in a row with the outcome that is not the state's own. */
  readonly streak: number;
  readonly reason: string | null;
  readonly description: string | null;
}

export type CheckOutcome =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly reason: 'Target.Timeout' | 'Target.ResponseCodeMismatch' | 'Target.FailedHealthChecks';
      readonly description: string;
    };

export const INITIAL: HealthRecord = {
  state: 'initial',
  streak: 0,
  reason: 'Elb.RegistrationInProgress',
  description: 'Target registration is in progress',
};
export const UNUSED: HealthRecord = {
  state: 'unused',
  streak: 0,
  reason: 'Target.NotInUse',
  description: 'Target group is not configured to receive traffic from the load balancer',
};
export const DRAINING: HealthRecord = {
  state: 'draining',
  streak: 0,
  reason: 'Target.DeregistrationInProgress',
  description: 'Target deregistration is in progress',
};

/** A newly registered target is healthy after one pass, unhealthy after the unhealthy threshold. */
export function decideHealth(record: HealthRecord, outcome: CheckOutcome, check: HealthCheck): HealthRecord {
  if (record.state === 'draining' || record.state === 'unused') return record;
  if (outcome.ok) {
    if (record.state === 'healthy') return { state: 'healthy', streak: 0, reason: null, description: null };
    const streak = record.streak < 0 ? 1 : record.streak + 1;
    const needed = record.state === 'initial' ? 1 : check.healthyThreshold;
    if (streak >= needed) return { state: 'healthy', streak: 0, reason: null, description: null };
    return { ...record, streak };
  }
  const { reason, description } = outcome;
  if (record.state === 'unhealthy') return { state: 'unhealthy', streak: 0, reason, description };
  const failures = record.streak > 0 && record.state === 'initial' ? -1 : Math.min(record.streak, 0) - 1;
  if (-failures >= check.unhealthyThreshold) return { state: 'unhealthy', streak: 0, reason, description };
  if (record.state === 'initial')
    return {
      state: 'initial',
      streak: failures,
      reason: 'Elb.InitialHealthChecking',
      description: 'Initial health checks in progress',
    };
  return { ...record, streak: failures };
}

/** `200`, `200,202`, `200-299`. */
export function matchesStatus(matcher: string, status: number): boolean {
  return matcher.split(',').some((part) => {
    const [low, high = low] = part.split('-').map(Number);
    return low !== undefined && high !== undefined && status >= low && status <= high;
  });
}
