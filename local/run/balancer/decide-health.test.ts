import test from 'ava';
import fc from 'fast-check';
import {
  type CheckOutcome,
  compileMatcher,
  DRAINING,
  decideHealth,
  type HealthRecord,
  REGISTERING,
} from './decide-health.ts';

const rule = { healthyThreshold: 5, unhealthyThreshold: 2, accepts: compileMatcher('200') };
const ok: CheckOutcome = { kind: 'code', statusCode: 200 };
const bad: CheckOutcome = { kind: 'code', statusCode: 500 };
const after = (...outcomes: CheckOutcome[]): HealthRecord =>
  outcomes.reduce<HealthRecord>((record, outcome) => decideHealth(record, outcome, rule), REGISTERING);

test('a newly registered target is healthy after one pass', (t) => {
  t.like(after(ok), { state: 'healthy', reason: null, description: null });
});

test('a newly registered target stays initial until the unhealthy threshold', (t) => {
  t.like(after(bad), { state: 'initial', reason: 'Elb.InitialHealthChecking' });
  t.like(after(bad, bad), {
    state: 'unhealthy',
    reason: 'Target.ResponseCodeMismatch',
    description: 'Health checks failed with these codes: [500]',
  });
});

test('reasons and descriptions are in the words of AWS', (t) => {
  t.like(after(ok, { kind: 'timeout' }, { kind: 'timeout' }), {
    state: 'unhealthy',
    reason: 'Target.Timeout',
    description: 'Request timed out',
  });
  t.like(after({ kind: 'error' }, { kind: 'error' }), {
    state: 'unhealthy',
    reason: 'Target.FailedHealthChecks',
    description: 'Health checks failed',
  });
});

test('the reason follows the last failure', (t) => {
  t.like(after(bad, bad, { kind: 'timeout' }), { state: 'unhealthy', reason: 'Target.Timeout' });
});

test('draining targets are not moved by a late outcome', (t) => {
  t.is(decideHealth(DRAINING, ok, rule), DRAINING);
});

for (const [matcher, accepted, refused] of [
  ['200', [200], [201, 199]],
  ['200,202', [200, 202], [201]],
  ['200-299', [200, 299], [300]],
  ['200-204,301', [203, 301], [205, 300]],
] as const)
  test(`matcher ${matcher}`, (t) => {
    const accepts = compileMatcher(matcher);
    for (const status of accepted) t.true(accepts(status));
    for (const status of refused) t.false(accepts(status));
  });

test('state flips only at thresholds of outcomes in a row', (t) => {
  const outcome = fc.constantFrom<CheckOutcome>(ok, bad, { kind: 'timeout' }, { kind: 'error' });
  const thresholds = fc.integer({ min: 2, max: 10 });
  fc.assert(
    fc.property(
      fc.array(outcome, { maxLength: 60 }),
      thresholds,
      thresholds,
      (outcomes, healthyThreshold, unhealthyThreshold) => {
        const own = { ...rule, healthyThreshold, unhealthyThreshold };
        let record: HealthRecord = REGISTERING;
        let run = 0;
        let last: boolean | null = null;
        for (const one of outcomes) {
          const passed = one === ok;
          run = passed === last ? run + 1 : 1;
          last = passed;
          const next = decideHealth(record, one, own);
          const flips = next.state !== record.state;
          const due =
            record.state === 'initial'
              ? passed || run >= unhealthyThreshold
              : record.state === 'healthy'
                ? !passed && run >= unhealthyThreshold
                : passed && run >= healthyThreshold;
          if (flips !== due) return false;
          record = next;
        }
        return true;
      },
    ),
    { numRuns: 2_000 },
  );
  t.pass();
});
