import test from 'ava';
import fc from 'fast-check';
import {
  type Cooldowns,
  decideBounds,
  decideScaling,
  NO_COOLDOWNS,
  type PolicyReading,
  type ScalingDecision,
  type ScalingInput,
} from './decide-scaling.ts';
import { decideTracking } from './decide-tracking.ts';
import { ceil, clamp } from './numbers.ts';
import type { Vote } from './vote.ts';

const out = (capacity: number, base = 2, exact = false): Vote => ({
  direction: 'out',
  capacity,
  base,
  exact,
  alarmName: 'high',
  why: 'above',
});
const into = (capacity: number, base = 2): Vote =>
  ({ ...out(capacity, base), direction: 'in', alarmName: 'low', why: 'below' }) as Vote;
const HOLD: Vote = { direction: 'hold', why: 'quiet', code: null };

const policy = (name: string, vote: Vote, change: Partial<PolicyReading> = {}): PolicyReading => ({
  arn: `arn:${name}`,
  name,
  mustAgree: true,
  vote,
  outCooldownMs: 300_000,
  inCooldownMs: 300_000,
  ...change,
});

const NOW = 1_000_000;
const input = (policies: readonly PolicyReading[], change: Partial<ScalingInput> = {}): ScalingInput => ({
  nowMs: NOW,
  minCapacity: 1,
  maxCapacity: 10,
  suspended: { scaleIn: false, scaleOut: false },
  desiredCount: 2,
  deploying: false,
  policies,
  cooldowns: NO_COOLDOWNS,
  ...change,
});

const outcome = (decision: ScalingDecision): number | string =>
  decision.action === 'scale' ? decision.desiredCount : decision.action === 'not-scaled' ? decision.code : 'none';

const step = { mustAgree: false };
const cooling = (arn: string, from: number, leftMs = 1): Cooldowns => ({
  out: { [arn]: { untilMs: NOW + leftMs, from } },
  inUntilMs: 0,
});
const inCooling: Cooldowns = { out: {}, inUntilMs: NOW + 1 };

type Row = readonly [name: string, input: ScalingInput, outcome: number | string];

/** Sources: AAS target-tracking-scaling-policy-overview, step-scaling-policy-overview, API_SuspendedState; ECS service-auto-scaling. */
const TABLE: readonly Row[] = [
  ['nothing asks', input([policy('a', HOLD)]), 'none'],
  ['out', input([policy('a', out(4))]), 4],
  ['out, as far as the maximum', input([policy('a', out(40))]), 10],
  ['out at the maximum', input([policy('a', out(40))], { desiredCount: 10 }), 'AlreadyAtMaxCapacity'],
  ['out above the maximum, set by hand', input([policy('a', out(40))], { desiredCount: 12 }), 'AlreadyAtMaxCapacity'],
  [
    'out, and the tasks are on their way',
    input([policy('a', out(4))], { desiredCount: 4 }),
    'AlreadyAtDesiredCapacity',
  ],
  ['out during a deployment', input([policy('a', out(4))], { deploying: true }), 4],
  ['out while suspended', input([policy('a', out(4))], { suspended: { scaleIn: false, scaleOut: true } }), 'Suspended'],
  [
    'out while scale-in is suspended',
    input([policy('a', out(4))], { suspended: { scaleIn: true, scaleOut: false } }),
    4,
  ],
  ['any may go out: the largest', input([policy('a', out(4)), policy('b', out(6)), policy('c', into(1))]), 6],
  ['in', input([policy('a', into(3))], { desiredCount: 6 }), 3],
  ['in, as far as the minimum', input([policy('a', into(0))], { desiredCount: 6, minCapacity: 2 }), 2],
  ['in at the minimum', input([policy('a', into(0))], { desiredCount: 2, minCapacity: 2 }), 'AlreadyAtMinCapacity'],
  ['in, but all of them are needed', input([policy('a', into(6))], { desiredCount: 6 }), 'AlreadyAtDesiredCapacity'],
  [
    'in during a deployment',
    input([policy('a', into(3))], { desiredCount: 6, deploying: true }),
    'DeploymentInProgress',
  ],
  [
    'in while suspended',
    input([policy('a', into(3))], { desiredCount: 6, suspended: { scaleIn: true, scaleOut: false } }),
    'Suspended',
  ],
  ['all agree to go in: the largest', input([policy('a', into(3)), policy('b', into(4))], { desiredCount: 6 }), 4],
  ['one does not agree', input([policy('a', into(3)), policy('b', HOLD)], { desiredCount: 6 }), 'PoliciesDisagree'],
  ['one without scale-in has no say', input([policy('a', into(3)), policy('b', HOLD, step)], { desiredCount: 6 }), 3],
  ['a step policy goes in alone', input([policy('s', into(5), step)], { desiredCount: 6 }), 5],
  [
    'a step policy against target tracking',
    input([policy('s', into(5), step), policy('a', HOLD)], { desiredCount: 6 }),
    'PoliciesDisagree',
  ],
  [
    'out within its cooldown, no more than before',
    input([policy('a', out(5, 4))], { desiredCount: 4, cooldowns: cooling('arn:a', 2) }),
    'CoolingDown',
  ],
  // The example of the page: +2 began the cooldown, +3 is asked for within it, so 1 is added.
  [
    'out within its cooldown, a larger one',
    input([policy('s', out(7, 4), step)], { desiredCount: 4, cooldowns: cooling('arn:s', 2) }),
    5,
  ],
  [
    'out to an exact capacity within its cooldown',
    input([policy('s', out(7, 4, true), step)], { desiredCount: 4, cooldowns: cooling('arn:s', 2) }),
    7,
  ],
  [
    'out after its cooldown',
    input([policy('a', out(5, 4))], { desiredCount: 4, cooldowns: cooling('arn:a', 2, 0) }),
    5,
  ],
  [
    'out within the cooldown of another',
    input([policy('a', out(5, 4))], { desiredCount: 4, cooldowns: cooling('arn:b', 2) }),
    5,
  ],
  ['out within the scale-in cooldown', input([policy('a', out(5, 4))], { desiredCount: 4, cooldowns: inCooling }), 5],
  [
    'in within the scale-in cooldown',
    input([policy('a', into(3))], { desiredCount: 6, cooldowns: inCooling }),
    'CoolingDown',
  ],
  [
    'in within the scale-out cooldown',
    input([policy('a', into(3))], { desiredCount: 6, cooldowns: cooling('arn:a', 2) }),
    3,
  ],
];

for (const [name, given, expected] of TABLE)
  test(name, (t) => {
    t.is(outcome(decideScaling(given)), expected);
  });

test('a decision carries its numbers, its alarm and its cooldown', (t) => {
  const decision = decideScaling(input([policy('cpu', out(14))]));
  t.like(decision, { action: 'scale', why: 'above; 2 → 10 (maximum; 14 wanted)', alarmName: 'high' });
  t.deepEqual(decision.action === 'scale' && decision.cooldowns, {
    out: { 'arn:cpu': { untilMs: NOW + 300_000, from: 2 } },
    inUntilMs: 0,
  });
  const back = decideScaling(input([policy('cpu', into(1))], { desiredCount: 6, minCapacity: 2 }));
  t.like(back, { why: 'below; 6 → 2 (minimum; 1 wanted)' });
});

test('bounds move a count that is outside them', (t) => {
  t.deepEqual(decideBounds(1, 2, 10), { desiredCount: 2, cause: 'minimum capacity was set to 2' });
  t.deepEqual(decideBounds(12, 2, 10), { desiredCount: 10, cause: 'maximum capacity was set to 10' });
  t.is(decideBounds(2, 2, 10), null);
  t.is(decideBounds(10, 2, 10), null);
});

const votes = fc.oneof(
  fc.constant(HOLD),
  fc.tuple(fc.nat(60), fc.nat(30), fc.boolean()).map(([capacity, base, exact]) => out(capacity, base, exact)),
  fc.tuple(fc.nat(30), fc.nat(30)).map(([capacity, base]) => into(capacity, base)),
);
const anyInput = fc
  .record({
    minCapacity: fc.nat(10),
    room: fc.nat(20),
    desiredCount: fc.nat(40),
    deploying: fc.boolean(),
    suspended: fc.record({ scaleIn: fc.boolean(), scaleOut: fc.boolean() }),
    policies: fc.array(fc.tuple(votes, fc.boolean()), { maxLength: 4 }),
    outLeft: fc.integer({ min: -5, max: 5 }),
    from: fc.nat(20),
    inLeft: fc.integer({ min: -5, max: 5 }),
  })
  .map((r) =>
    input(
      r.policies.map(([vote, mustAgree], i) => policy(String(i), vote, { mustAgree })),
      {
        minCapacity: r.minCapacity,
        maxCapacity: r.minCapacity + r.room,
        desiredCount: r.desiredCount,
        deploying: r.deploying,
        suspended: r.suspended,
        cooldowns: { out: { 'arn:0': { untilMs: NOW + r.outLeft, from: r.from } }, inUntilMs: NOW + r.inLeft },
      },
    ),
  );

test('property: within the bounds, in only when allowed and agreed, out only when asked', (t) => {
  fc.assert(
    fc.property(anyInput, (given) => {
      const decision = decideScaling(given);
      if (decision.action !== 'scale') return true;
      const { desiredCount: next } = decision;
      if (next < given.minCapacity || next > given.maxCapacity || next === given.desiredCount) return false;
      const asksOut = given.policies.some((p) => p.vote.direction === 'out');
      if (next > given.desiredCount) return asksOut && !given.suspended.scaleOut;
      const agreed = given.policies.every((p) => !p.mustAgree || p.vote.direction === 'in');
      const cooled = given.nowMs >= given.cooldowns.inUntilMs;
      return !asksOut && agreed && cooled && !given.deploying && !given.suspended.scaleIn;
    }),
    { numRuns: 20_000 },
  );
  t.pass();
});

interface Minute {
  readonly atMs: number;
  readonly desired: number;
  readonly decision: ScalingDecision;
}

/** A service under one target tracking policy, minute by minute: CPU is load ÷ running; new tasks run after `lag` minutes. */
function run(
  load: (minute: number) => number,
  options: {
    minutes: number;
    max: number;
    target: number;
    lag: number;
    cooldownMs?: number;
    /** Ends the run: the minute, and for how many the count has been the same. */
    until?: (minute: number, unchanged: number) => boolean;
  },
): Minute[] {
  let desired = 1;
  let running = 1;
  let cooldowns = NO_COOLDOWNS;
  const points: number[] = [];
  const history: Minute[] = [];
  let unchanged = 0;
  for (let minute = 0; minute < options.minutes && !options.until?.(minute, unchanged); minute++) {
    points.push(load(minute) / running);
    const vote = decideTracking({
      targetValue: options.target,
      disableScaleIn: false,
      datapoints: points.slice(-15),
      runningCount: running,
      highAlarm: 'high',
      lowAlarm: 'low',
    });
    const cooldownMs = options.cooldownMs ?? 300_000;
    const decision = decideScaling(
      input([policy('cpu', vote, { outCooldownMs: cooldownMs, inCooldownMs: cooldownMs })], {
        nowMs: minute * 60_000,
        minCapacity: 1,
        maxCapacity: options.max,
        desiredCount: desired,
        cooldowns,
      }),
    );
    if (decision.action === 'scale') ({ desiredCount: desired, cooldowns } = decision);
    unchanged = decision.action === 'scale' ? 1 : unchanged + 1;
    history.push({ atMs: minute * 60_000, desired, decision });
    const then = history.at(-1 - options.lag)?.desired ?? running;
    running = desired < running ? desired : Math.max(running, Math.min(desired, then));
  }
  return history;
}

/** The longest window of datapoints, the longest lag and the cooldown: then every input is that of the minute before. */
const STILL_MINUTES = 15 + 4 + 5 + 1;

test('property: converges under constant load, and stays', (t) => {
  fc.assert(
    fc.property(
      fc.double({ min: 1, max: 3000, noNaN: true }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 10, max: 90 }),
      fc.nat(4),
      fc.double({ min: 1, max: 3000, noNaN: true }),
      (load, max, target, lag, before) => {
        const history = run((minute) => (minute < 30 ? before : load), {
          minutes: 90 + STILL_MINUTES,
          max,
          target,
          lag,
          until: (minute, unchanged) => minute >= 30 + STILL_MINUTES && unchanged >= STILL_MINUTES,
        });
        const end = history.slice(-STILL_MINUTES);
        const final = end.at(-1)?.desired ?? 0;
        const enough = clamp(ceil(load / target), 1, max);
        // Never less than the load needs; more only where scale-in would not pass 90 % of the target.
        const slack = load / final >= target * 0.9 || final === enough;
        return end.every((m) => m.desired === final) && final >= enough && slack;
      },
    ),
    { numRuns: 10_000 },
  );
  t.pass();
});

/** Scale-outs that break the cooldown: each must stay within the increase that is asked for, counted from where it began. */
function badMoves(history: readonly Minute[], cooldownMs: number): Minute[] {
  let outAtMs = Number.NEGATIVE_INFINITY;
  let inAtMs = Number.NEGATIVE_INFINITY;
  let from = 1;
  return history.filter(({ atMs, desired, decision }, i) => {
    const before = history[i - 1]?.desired ?? 1;
    if (decision.action !== 'scale') return desired !== before;
    if (desired < before) {
      const bad = atMs - inAtMs < cooldownMs;
      inAtMs = atMs;
      return bad;
    }
    const cooling = atMs - outAtMs < cooldownMs;
    if (!cooling) from = before;
    outAtMs = atMs;
    inAtMs = Number.NEGATIVE_INFINITY;
    const { vote } = decision.policy;
    if (vote.direction !== 'out' || desired > vote.capacity) return true;
    return cooling && desired - from > vote.capacity - vote.base;
  });
}

test('property: scale-ins are a cooldown apart; within a scale-out cooldown only a larger increase adds', (t) => {
  const levels = fc.array(fc.double({ min: 0, max: 2000, noNaN: true }), { minLength: 4, maxLength: 8 });
  fc.assert(
    fc.property(
      levels,
      fc.integer({ min: 1, max: 40 }),
      fc.nat(3),
      fc.integer({ min: 1, max: 12 }),
      (loads, max, lag, minutes) => {
        const cooldownMs = minutes * 60_000;
        const load = (minute: number): number => loads[Math.floor(minute / 20)] ?? 0;
        return (
          badMoves(run(load, { minutes: loads.length * 20, max, target: 50, lag, cooldownMs }), cooldownMs).length === 0
        );
      },
    ),
    { numRuns: 10_000 },
  );
  t.pass();
});
