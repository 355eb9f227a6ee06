/** A target's health, one check's outcome at a time (ELB target-group-health-checks). Pure. */
import type { HealthCheck } from '../../topology.ts';
import type { TargetState } from '../contracts.ts';

export interface HealthRecord {
  readonly state: TargetState;
  readonly reason: string | null;
  readonly description: string | null;
  /** In a row; a change of outcome starts anew. */
  readonly passes: number;
  readonly failures: number;
}

export type CheckOutcome =
  | { readonly kind: 'code'; readonly statusCode: number }
  /** A TCP check asks for nothing more. */
  | { readonly kind: 'connected' }
  | { readonly kind: 'timeout' }
  /** Refused, reset, or an answer that is no HTTP. */
  | { readonly kind: 'error' };

export interface HealthRule {
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  /** Compiled with {@link compileMatcher}. */
  readonly accepts: (statusCode: number) => boolean;
  /** Of a network load balancer, which has one reason for every failure (ELB API TargetHealth). Default: no */
  readonly network?: boolean;
}

const FAILED = { reason: 'Target.FailedHealthChecks', description: 'Health checks failed' };

const plain = (state: TargetState, reason: string, description: string): HealthRecord => ({
  state,
  reason,
  description,
  passes: 0,
  failures: 0,
});

export const REGISTERING = plain('initial', 'Elb.RegistrationInProgress', 'Target registration is in progress');
export const CHECKING = plain('initial', 'Elb.InitialHealthChecking', 'Initial health checks in progress');
export const NOT_IN_USE = plain(
  'unused',
  'Target.NotInUse',
  'Target group is not configured to receive traffic from the load balancer',
);
export const ZONE_NOT_ENABLED = plain(
  'unused',
  'Target.NotInUse',
  'Target is in an Availability Zone that is not enabled for the load balancer',
);
export const NOT_REGISTERED = plain('unused', 'Target.NotRegistered', 'Target is not registered to the target group');
export const DRAINING = plain('draining', 'Target.DeregistrationInProgress', 'Target deregistration is in progress');

/**
 * - initial → healthy after one pass, → unhealthy after `unhealthyThreshold` failures in a row
 * - healthy → unhealthy after `unhealthyThreshold` failures in a row
 * - unhealthy → healthy after `healthyThreshold` passes in a row
 *
 * Draining and unused targets are not checked: an outcome that arrives late changes nothing.
 */
export function decideHealth(record: HealthRecord, outcome: CheckOutcome, rule: HealthRule): HealthRecord {
  if (record.state === 'draining' || record.state === 'unused') return record;
  const failure = failureOf(outcome, rule);
  if (failure === null) {
    const passes = record.passes + 1;
    const needed = record.state === 'unhealthy' ? rule.healthyThreshold : 1;
    if (passes >= needed) return { state: 'healthy', reason: null, description: null, passes, failures: 0 };
    return { ...record, passes, failures: 0 };
  }
  const failures = record.failures + 1;
  if (record.state === 'unhealthy' || failures >= rule.unhealthyThreshold)
    return { state: 'unhealthy', ...failure, passes: 0, failures };
  const why = record.state === 'initial' ? CHECKING : record;
  return { state: record.state, reason: why.reason, description: why.description, passes: 0, failures };
}

function failureOf(outcome: CheckOutcome, rule: HealthRule): { reason: string; description: string } | null {
  switch (outcome.kind) {
    case 'connected':
      return null;
    case 'code':
      if (rule.accepts(outcome.statusCode)) return null;
      if (rule.network) return FAILED;
      return {
        reason: 'Target.ResponseCodeMismatch',
        description: `Health checks failed with these codes: [${outcome.statusCode}]`,
      };
    case 'timeout':
      return rule.network ? FAILED : { reason: 'Target.Timeout', description: 'Request timed out' };
    case 'error':
      return FAILED;
  }
}

export const healthRuleOf = (check: HealthCheck, network = false): HealthRule => ({
  network,
  healthyThreshold: check.healthyThreshold,
  unhealthyThreshold: check.unhealthyThreshold,
  accepts: compileMatcher(check.matcher),
});

/** @param matcher `200`, `200,202` or `200-299` (Matcher.HttpCode) */
export function compileMatcher(matcher: string): (statusCode: number) => boolean {
  const ranges = matcher.split(',').map((part) => {
    const [from = '', to = from] = part.trim().split('-');
    return [Number(from), Number(to)] as const;
  });
  return (statusCode) => ranges.some(([from, to]) => statusCode >= from && statusCode <= to);
}
