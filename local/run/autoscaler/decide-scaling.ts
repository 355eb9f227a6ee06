/**
 * All policies of one scalable target, decided together: votes, bounds, cooldowns, deployments, suspensions → a new
 * desired count, or why not. Pure: no clock, no I/O. autoscaler.ts applies it.
 * (AAS target-tracking-scaling-policy-overview, step-scaling-policy-overview; ECS service-autoscaling-targettracking)
 */
import type { NotScaledCode } from './contracts.ts';
import { clamp } from './numbers.ts';
import type { Vote } from './vote.ts';

export interface PolicyReading {
  readonly arn: string;
  readonly name: string;
  /** A target tracking policy with scale-in enabled: nothing is scaled in unless it agrees. */
  readonly mustAgree: boolean;
  readonly vote: Vote;
  readonly outCooldownMs: number;
  readonly inCooldownMs: number;
}

export interface ScalingInput {
  readonly nowMs: number;
  readonly minCapacity: number;
  readonly maxCapacity: number;
  readonly suspended: { readonly scaleIn: boolean; readonly scaleOut: boolean };
  readonly desiredCount: number;
  /** A deployment of the service is under way: scale-in is off until it is over. */
  readonly deploying: boolean;
  readonly policies: readonly PolicyReading[];
  readonly cooldowns: Cooldowns;
}

/** What is remembered from one decision to the next. */
export interface Cooldowns {
  /** By policy ARN: until when, and the count before its scale-out, which further additions are measured from. */
  readonly out: Readonly<Record<string, { readonly untilMs: number; readonly from: number }>>;
  /** No scale-in before; a scale-out ends it. */
  readonly inUntilMs: number;
}

export const NO_COOLDOWNS: Cooldowns = { out: {}, inUntilMs: 0 };

export type ScalingDecision =
  | {
      readonly action: 'scale';
      readonly desiredCount: number;
      readonly policy: PolicyReading;
      readonly alarmName: string;
      readonly why: string;
      readonly cooldowns: Cooldowns;
    }
  /** A policy asked, and nothing was scaled. */
  | {
      readonly action: 'not-scaled';
      readonly code: NotScaledCode;
      readonly policy: PolicyReading;
      readonly why: string;
    }
  | { readonly action: 'none' };

type Asking = PolicyReading & { readonly vote: Extract<Vote, { direction: 'out' | 'in' }> };

export function decideScaling(input: ScalingInput): ScalingDecision {
  const out = input.policies.filter((p): p is Asking => p.vote.direction === 'out');
  // Availability first: while any policy asks for more, nothing is taken away.
  if (out.length > 0) return scaleOut(input, out);
  const into = input.policies.filter((p): p is Asking => p.vote.direction === 'in');
  if (into.length > 0) return scaleIn(input, into);
  const held = input.policies.find((p) => p.vote.direction === 'hold' && p.vote.code !== null);
  if (held?.vote.direction === 'hold' && held.vote.code)
    return { action: 'not-scaled', code: held.vote.code, policy: held, why: held.vote.why };
  return { action: 'none' };
}

function scaleOut(input: ScalingInput, asking: readonly Asking[]): ScalingDecision {
  const { desiredCount, maxCapacity, minCapacity } = input;
  const wishes = asking.map((policy) => ({ policy, capacity: wished(input, policy) }));
  const [best] = wishes.sort((a, b) => b.capacity - a.capacity);
  const { policy, capacity } = best as (typeof wishes)[number];
  const { why } = policy.vote;
  const not = (code: NotScaledCode, because: string): ScalingDecision => ({
    action: 'not-scaled',
    code,
    policy,
    why: `${why}; ${because}`,
  });
  if (input.suspended.scaleOut) return not('Suspended', 'scale-out is suspended');
  if (policy.vote.capacity <= desiredCount)
    return not('AlreadyAtDesiredCapacity', `${policy.vote.capacity} wanted, ${desiredCount} desired already`);
  if (desiredCount >= maxCapacity) return not('AlreadyAtMaxCapacity', `at the maximum of ${maxCapacity}`);
  if (capacity <= desiredCount) return not('CoolingDown', `scale-out cooldown, ${waitText(input, policy)}`);
  const next = clamp(capacity, minCapacity, maxCapacity);
  const running = activeOut(input, policy.arn);
  return {
    action: 'scale',
    desiredCount: next,
    policy,
    alarmName: policy.vote.alarmName,
    why: `${why}; ${desiredCount} → ${next}${next < capacity ? ` (maximum; ${capacity} wanted)` : ''}`,
    cooldowns: {
      out: {
        ...input.cooldowns.out,
        [policy.arn]: { untilMs: input.nowMs + policy.outCooldownMs, from: running?.from ?? desiredCount },
      },
      inUntilMs: 0,
    },
  };
}

/**
 * Within its own scale-out cooldown a policy adds only what goes beyond the addition that began it: the increase it asks
 * for now is counted from where the count stood before (AAS step-scaling-policy-overview, "Cooldown period").
 */
function wished(input: ScalingInput, policy: Asking): number {
  const cooling = activeOut(input, policy.arn);
  const { capacity, base, exact } = policy.vote;
  return cooling && !exact ? Math.min(capacity, cooling.from + (capacity - base)) : capacity;
}

function activeOut(input: ScalingInput, arn: string): { untilMs: number; from: number } | null {
  const cooldown = input.cooldowns.out[arn];
  return cooldown && input.nowMs < cooldown.untilMs ? cooldown : null;
}

const waitText = (input: ScalingInput, policy: PolicyReading): string =>
  `${Math.ceil(((activeOut(input, policy.arn)?.untilMs ?? input.nowMs) - input.nowMs) / 1000)} s left`;

function scaleIn(input: ScalingInput, asking: readonly Asking[]): ScalingDecision {
  const { desiredCount, minCapacity, maxCapacity, nowMs } = input;
  const wishes = [...asking].sort((a, b) => b.vote.capacity - a.vote.capacity);
  const policy = wishes[0] as Asking;
  const { why, capacity } = policy.vote;
  const not = (code: NotScaledCode, because: string): ScalingDecision => ({
    action: 'not-scaled',
    code,
    policy,
    why: `${why}; ${because}`,
  });
  const opposed = input.policies.find((p) => p.mustAgree && p.vote.direction !== 'in');
  if (opposed) return not('PoliciesDisagree', `policy ${opposed.name} does not agree: ${opposed.vote.why}`);
  if (input.suspended.scaleIn) return not('Suspended', 'scale-in is suspended');
  if (capacity >= desiredCount)
    return not('AlreadyAtDesiredCapacity', `${capacity} still needed, ${desiredCount} desired`);
  if (desiredCount <= minCapacity) return not('AlreadyAtMinCapacity', `at the minimum of ${minCapacity}`);
  if (input.deploying) return not('DeploymentInProgress', 'no scale-in while a deployment runs');
  if (nowMs < input.cooldowns.inUntilMs)
    return not('CoolingDown', `scale-in cooldown, ${Math.ceil((input.cooldowns.inUntilMs - nowMs) / 1000)} s left`);
  const next = clamp(capacity, minCapacity, maxCapacity);
  return {
    action: 'scale',
    desiredCount: next,
    policy,
    alarmName: policy.vote.alarmName,
    why: `${why}; ${desiredCount} → ${next}${next > capacity ? ` (minimum; ${capacity} wanted)` : ''}`,
    cooldowns: { ...input.cooldowns, inUntilMs: nowMs + policy.inCooldownMs },
  };
}

/** Where registering a target, or a scheduled action, puts a desired count that is outside its bounds; null: inside. */
export function decideBounds(
  desiredCount: number,
  minCapacity: number,
  maxCapacity: number,
): { readonly desiredCount: number; readonly cause: string } | null {
  if (desiredCount < minCapacity)
    return { desiredCount: minCapacity, cause: `minimum capacity was set to ${minCapacity}` };
  if (desiredCount > maxCapacity)
    return { desiredCount: maxCapacity, cause: `maximum capacity was set to ${maxCapacity}` };
  return null;
}
