import test from 'ava';
import type { RestApiKey, RestMethodSettings, RestUsagePlan } from '../../topology-rest-api.ts';
import { ACCOUNT_LIMIT, admit, type Books, type Caller, hasDetailedMetrics } from './decide-admission.ts';
import type { QuotaUse } from './decide-quota.ts';
import type { Bucket } from './decide-throttle.ts';
import { apiKey, base, usagePlan } from './testing/builders.ts';

const NOW = { wallMs: 0, controlMs: Date.UTC(2026, 2, 1) };
const caller = (change: Partial<Caller> = {}): Caller => ({
  apiId: 'api1',
  stageName: 'v1',
  path: '/orders',
  httpMethod: 'POST',
  keyRequired: true,
  sentKey: 'good-key',
  ...change,
});

interface Held {
  readonly keys?: readonly RestApiKey[];
  readonly plans?: Readonly<Record<string, readonly RestUsagePlan[]>>;
  readonly settings?: readonly RestMethodSettings[];
}

/** Books that keep what decisions change, as the registry does. */
function books({ keys = [apiKey('k', 'good-key')], plans = { k: [usagePlan('p')] }, settings = [] }: Held = {}) {
  const buckets = new Map<string, Bucket>();
  const uses = new Map<string, QuotaUse>();
  const held: Books = {
    keys: new Map(keys.map((key) => [key.value, key])),
    plansOf: (id) => plans[id] ?? [],
    settings,
    buckets,
    uses,
  };
  const ask = (who: Caller = caller(), now = NOW) => {
    const decision = admit(who, held, now);
    for (const [key, bucket] of decision.buckets) buckets.set(key, bucket);
    if (decision.use) uses.set(decision.use.of, decision.use.use);
    return decision.refusal;
  };
  return { ask, buckets };
}

const settings = (change: Partial<RestMethodSettings>): RestMethodSettings => ({
  ...base('aws_api_gateway_method_settings'),
  apiId: 'api1',
  stageName: 'v1',
  path: '*',
  httpMethod: '*',
  throttle: null,
  detailedMetrics: false,
  ...change,
});

test('a key passes where it is known, enabled and in a plan for this stage', (t) => {
  const { ask } = books({
    keys: [apiKey('k', 'good-key'), apiKey('off', 'disabled-key', false), apiKey('alone', 'plan-less-key')],
    plans: { k: [usagePlan('p')], off: [usagePlan('p')] },
  });
  t.is(ask(), null);
  t.is(ask(caller({ sentKey: undefined })), 'INVALID_API_KEY');
  t.is(ask(caller({ sentKey: '' })), 'INVALID_API_KEY');
  t.is(ask(caller({ sentKey: 'wrong-key' })), 'INVALID_API_KEY');
  t.is(ask(caller({ sentKey: 'disabled-key' })), 'INVALID_API_KEY');
  t.is(ask(caller({ sentKey: 'plan-less-key' })), 'INVALID_API_KEY');
  t.is(ask(caller({ stageName: 'v2' })), 'INVALID_API_KEY');
  t.is(ask(caller({ apiId: 'api2' })), 'INVALID_API_KEY');
  t.is(ask(caller({ keyRequired: false, sentKey: undefined })), null);
});

test('the plan throttles each key by itself', (t) => {
  const plan = usagePlan('p', { throttle: { ratePerSecond: 1, burst: 2 } });
  const { ask } = books({
    keys: [apiKey('k', 'good-key'), apiKey('l', 'other-key')],
    plans: { k: [plan], l: [plan] },
  });
  t.deepEqual([ask(), ask(), ask()], [null, null, 'THROTTLED']);
  t.is(ask(caller({ sentKey: 'other-key' })), null);
  t.is(ask(caller(), { ...NOW, wallMs: 1000 }), null);
});

test('a plan’s limit for one method holds for that one', (t) => {
  const stages = [
    {
      apiId: 'api1',
      stageName: 'v1',
      throttles: [{ path: '/orders', httpMethod: 'POST', throttle: { ratePerSecond: 1, burst: 1 } }],
    },
  ];
  const { ask } = books({ plans: { k: [usagePlan('p', { stages })] } });
  t.deepEqual([ask(), ask()], [null, 'THROTTLED']);
  t.is(ask(caller({ httpMethod: 'GET' })), null);
});

test('settings of a method go before those of all; each method has a bucket of its own', (t) => {
  const { ask } = books({
    settings: [
      settings({ throttle: { ratePerSecond: 1, burst: 1 } }),
      settings({ path: '/orders', httpMethod: 'POST', throttle: { ratePerSecond: 1, burst: 2 } }),
    ],
  });
  t.deepEqual([ask(), ask(), ask()], [null, null, 'THROTTLED']);
  const get = caller({ httpMethod: 'GET' });
  t.deepEqual([ask(get), ask(get)], [null, 'THROTTLED']);
  const other = caller({ path: '/pets', httpMethod: 'GET' });
  t.is(ask(other), null);
});

test('the account’s limit holds for all APIs together', (t) => {
  const { ask, buckets } = books();
  t.is(ask(), null);
  t.is(buckets.get('account')?.tokens, ACCOUNT_LIMIT.burst - 1);
  buckets.set('account', { tokens: 0, atMs: 0 });
  t.is(ask(caller({ keyRequired: false })), 'THROTTLED');
});

test('a quota that is used up: 429 until its period ends; what was throttled does not count', (t) => {
  const plan = usagePlan('p', {
    throttle: { ratePerSecond: 1, burst: 2 },
    quota: { limit: 3, period: 'DAY', offset: 0 },
  });
  const { ask } = books({ plans: { k: [plan] } });
  t.deepEqual([ask(), ask(), ask()], [null, null, 'THROTTLED']);
  t.is(ask(caller(), { ...NOW, wallMs: 1000 }), null);
  t.is(ask(caller(), { ...NOW, wallMs: 2000 }), 'QUOTA_EXCEEDED');
  t.is(ask(caller(), { wallMs: 4000, controlMs: NOW.controlMs + 86_400_000 }), null);
});

test('metrics of each method only where they are asked for', (t) => {
  const at = { apiId: 'api1', stageName: 'v1', path: '/orders', httpMethod: 'POST' };
  t.false(hasDetailedMetrics(at, [settings({})]));
  t.true(hasDetailedMetrics(at, [settings({ detailedMetrics: true })]));
  t.false(hasDetailedMetrics(at, [settings({ detailedMetrics: true, path: '/pets', httpMethod: 'GET' })]));
});
