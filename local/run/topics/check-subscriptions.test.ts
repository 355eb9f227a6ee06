import test from 'ava';
import type { Topology } from '../../topology.ts';
import { checkSubscriptions } from './check-subscriptions.ts';

const subscription = (name: string, filterPolicy: unknown, more: object = {}): object => ({
  address: `s/aws_sns_topic_subscription.${name}`,
  filterPolicy,
  filterPolicyScope: 'MessageAttributes',
  deliveryPolicy: null,
  ...more,
});

const check = (...subscriptions: object[]) =>
  checkSubscriptions({ topics: [], subscriptions } as unknown as Pick<Topology, 'topics' | 'subscriptions'>);

test('policies that SNS takes are no problem', (t) => {
  const matching = { kind: ['order', { prefix: 'o-' }], price: [{ numeric: ['>', 0, '<=', 100] }] };
  const nested = subscription('b', { a: { b: ['c'] } }, { filterPolicyScope: 'MessageBody' });
  t.deepEqual(check(subscription('a', matching), nested, subscription('c', null)), []);
});

test('every problem of every policy is told at once, with a way out', (t) => {
  const problems = check(
    subscription('nested', { a: { b: ['c'] } }),
    subscription('odd', { a: 'text', b: [{ numeric: ['~', 3] }], c: [{ nope: 1 }] }),
    subscription('retries', null, { deliveryPolicy: { healthyRetryPolicy: { numRetries: 200 } } }),
  );
  const named = (name: string): number => problems.filter((p) => p.address?.includes(`.${name}.`)).length;
  t.true(named('nested') >= 1);
  t.true(named('odd') >= 3);
  t.true(named('retries') >= 1);
  for (const problem of problems) t.truthy(problem.fix, problem.message);
});

test('a topic’s own retries are looked at too', (t) => {
  const topics = [
    { address: 's/aws_sns_topic.t', deliveryPolicy: { http: { defaultHealthyRetryPolicy: { numRetries: -1 } } } },
  ];
  const problems = checkSubscriptions({ topics, subscriptions: [] } as unknown as Pick<
    Topology,
    'topics' | 'subscriptions'
  >);
  t.true(problems.length >= 1);
});
