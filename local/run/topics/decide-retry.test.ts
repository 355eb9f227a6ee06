import test from 'ava';
import fc from 'fast-check';
import { DEFAULT_RETRY_POLICY, decideRetry, outcomeOf, type RetryPolicy, retryDelays } from './decide-retry.ts';

const BACKOFFS = ['linear', 'arithmetic', 'geometric', 'exponential'] as const;

test('the default policy is three retries, 20 s apart', (t) => {
  t.deepEqual(retryDelays(DEFAULT_RETRY_POLICY), [20, 20, 20]);
});

test("the guide's sample policy: 3 at once, 2 after 1 s, 10 exponential from 1 s to 60 s, 35 after 60 s", (t) => {
  const delays = retryDelays({
    minDelaySeconds: 1,
    maxDelaySeconds: 60,
    retries: 50,
    noDelayRetries: 3,
    minDelayRetries: 2,
    maxDelayRetries: 35,
    backoff: 'exponential',
  });
  t.is(delays.length, 50);
  t.deepEqual(delays.slice(0, 5), [0, 0, 0, 1, 1]);
  t.is(delays[5], 1);
  t.is(delays[14], 60);
  t.deepEqual(new Set(delays.slice(15)), new Set([60]));
});

// SNS sns-message-delivery-retries, backoff graph: 10 retries from 5 s to 260 s.
for (const backoff of BACKOFFS) {
  test(`${backoff}: 10 retries begin at 5 s, end at 260 s and never shrink`, (t) => {
    const delays = retryDelays({
      ...DEFAULT_RETRY_POLICY,
      minDelaySeconds: 5,
      maxDelaySeconds: 260,
      retries: 10,
      backoff,
    });
    t.is(delays[0], 5);
    t.is(Math.round((delays[9] ?? 0) * 1e6) / 1e6, 260);
    t.deepEqual(
      delays.toSorted((a, b) => a - b),
      delays,
    );
  });
}

test('halfway the functions stand in the order of the graph: linear, arithmetic, geometric, exponential', (t) => {
  const middle = BACKOFFS.map(
    (backoff) =>
      retryDelays({ ...DEFAULT_RETRY_POLICY, minDelaySeconds: 5, maxDelaySeconds: 260, retries: 10, backoff })[5] ?? 0,
  );
  t.deepEqual(
    middle.toSorted((a, b) => b - a),
    middle,
  );
});

const OUTCOMES = [
  [null, 'retryable'],
  [200, 'delivered'],
  [204, 'delivered'],
  [299, 'delivered'],
  [301, 'retryable'],
  [400, 'permanent'],
  [404, 'permanent'],
  [410, 'permanent'],
  [429, 'retryable'],
  [500, 'retryable'],
  [503, 'retryable'],
] as const;
for (const [status, outcome] of OUTCOMES) {
  test(`status ${status} is ${outcome}`, (t) => t.is(outcomeOf(status), outcome));
}

test('a policy of no retries gives up after the first attempt', (t) => {
  const decision = decideRetry({ ...DEFAULT_RETRY_POLICY, retries: 0 }, { attempts: 1, status: 500, jitter: 0.5 });
  t.deepEqual(decision, { kind: 'give-up', reason: 'retries-exhausted' });
});

const policies = fc
  .record({
    minDelaySeconds: fc.integer({ min: 1, max: 100 }),
    extra: fc.integer({ min: 0, max: 1000 }),
    phases: fc.tuple(fc.nat(25), fc.nat(25), fc.nat(25), fc.nat(25)),
    backoff: fc.constantFrom(...BACKOFFS),
  })
  .map(
    ({ minDelaySeconds, extra, phases: [none, min, backoffRetries, max], backoff }): RetryPolicy => ({
      minDelaySeconds,
      maxDelaySeconds: minDelaySeconds + extra,
      retries: none + min + backoffRetries + max,
      noDelayRetries: none,
      minDelayRetries: min,
      maxDelayRetries: max,
      backoff,
    }),
  );

test('any policy: exactly numRetries retries, each delay 0 or inside minimum and maximum', (t) => {
  fc.assert(
    fc.property(policies, fc.double({ min: 0, max: 0.999, noNaN: true }), (policy, jitter) => {
      let attempts = 1;
      for (;;) {
        const decision = decideRetry(policy, { attempts, status: 503, jitter });
        if (decision.kind !== 'retry') break;
        const seconds = decision.delayMs / 1000;
        const inside =
          seconds >= policy.minDelaySeconds * 0.95 - 1e-6 && seconds <= policy.maxDelaySeconds * 1.05 + 1e-6;
        if (!inside && seconds !== 0) return false;
        if (seconds === 0 && attempts > policy.noDelayRetries) return false;
        attempts += 1;
      }
      return attempts === policy.retries + 1;
    }),
    { numRuns: 2_000 },
  );
  t.pass();
});
