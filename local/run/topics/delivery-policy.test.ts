import test from 'ava';
import type { Problem } from '../../errors.ts';
import { DEFAULT_CONTENT_TYPE, EMPTY_POLICY, effectivePolicy, parseDeliveryPolicy } from './delivery-policy.ts';

function parse(source: unknown, level: 'topic' | 'subscription') {
  const problems: Problem[] = [];
  const policy = parseDeliveryPolicy(source, level, { address: 'stack/aws_sns_topic.t', problems });
  return { policy, problems };
}

test('a topic policy is read from JSON text', (t) => {
  const { policy, problems } = parse(
    JSON.stringify({
      http: {
        defaultHealthyRetryPolicy: { minDelayTarget: 1, maxDelayTarget: 5, numRetries: 4, numNoDelayRetries: 1 },
        disableSubscriptionOverrides: true,
        defaultThrottlePolicy: { maxReceivesPerSecond: 7 },
        defaultRequestPolicy: { headerContentType: 'application/json' },
      },
    }),
    'topic',
  );
  t.deepEqual(problems, []);
  t.is(policy.retry?.retries, 4);
  t.is(policy.maxReceivesPerSecond, 7);
  const own = parse({ healthyRetryPolicy: { numRetries: 9 } }, 'subscription').policy;
  t.is(effectivePolicy(policy, own).retry.retries, 4, 'overriding is disabled');
  t.is(effectivePolicy(policy, null).contentType, 'application/json');
});

test('the subscription overrides the topic; what nobody says is the default', (t) => {
  const own = parse({ healthyRetryPolicy: { numRetries: 9 } }, 'subscription').policy;
  const effective = effectivePolicy(EMPTY_POLICY, own);
  t.is(effective.retry.retries, 9);
  t.is(effective.contentType, DEFAULT_CONTENT_TYPE);
  t.is(effective.maxReceivesPerSecond, null);
});

test('every broken rule is named at once', (t) => {
  const { problems } = parse(
    {
      healthyRetryPolicy: {
        minDelayTarget: 0,
        numRetries: 101,
        numNoDelayRetries: -1,
        backoffFunction: 'cubic',
        nonsense: 1,
      },
      throttlePolicy: { maxReceivesPerSecond: 0 },
      requestPolicy: { headerContentType: 'not a type' },
      sicklyRetryPolicy: {},
      other: true,
    },
    'subscription',
  );
  t.is(problems.length, 9);
  t.true(problems.every((problem) => problem.address === 'stack/aws_sns_topic.t.delivery_policy'));
});

test('phases beyond numRetries and more than an hour in all are refused', (t) => {
  t.is(parse({ healthyRetryPolicy: { numRetries: 2, numNoDelayRetries: 3 } }, 'subscription').problems.length, 1);
  const long = { healthyRetryPolicy: { minDelayTarget: 100, maxDelayTarget: 100, numRetries: 37 } };
  t.regex(parse(long, 'subscription').problems[0]?.message ?? '', /3600 s/);
  long.healthyRetryPolicy.numRetries = 36;
  t.deepEqual(parse(long, 'subscription').problems, []);
});

for (const source of ['{', '[]', '5', 7]) {
  test(`${JSON.stringify(source)} is no policy`, (t) => t.is(parse(source, 'subscription').problems.length, 1));
}
for (const source of [null, undefined, '', 'null']) {
  test(`${JSON.stringify(source)} sets nothing`, (t) =>
    t.deepEqual(parse(source, 'topic'), { policy: EMPTY_POLICY, problems: [] }));
}
