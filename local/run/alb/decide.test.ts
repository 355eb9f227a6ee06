import test from 'ava';
import fc from 'fast-check';
import type { HealthCheck, ListenerRule, SecurityGroup, TrafficRule } from '../../topology.ts';
import { type CheckOutcome, decideHealth, type HealthRecord, INITIAL, matchesStatus } from './decide-health.ts';
import { compileRules, decideRoute, type RouteRequest } from './decide-route.ts';
import { chooseTarget, eligible, pickWeighted, slowStartWeight } from './decide-target.ts';
import { networkPolicyOf } from './network-policy.ts';
import { compileWildcard } from './wildcard.ts';

const request = (part: Partial<RouteRequest> = {}): RouteRequest => ({
  method: 'GET',
  path: '/',
  query: '',
  host: 'shop.example',
  sourceIp: '127.0.0.1',
  header: () => undefined,
  ...part,
});

const rule = (priority: number, conditions: ListenerRule['conditions']): ListenerRule =>
  ({
    priority,
    conditions,
    actions: [{ type: 'fixed-response', statusCode: 200, contentType: 'text/plain', body: String(priority) }],
  }) as unknown as ListenerRule;

const chosen = (rules: readonly ListenerRule[], r: RouteRequest): number | 'default' =>
  decideRoute(compileRules(rules, []), r).priority;

// ELB load-balancer-listeners: case-sensitive paths, case-insensitive hosts, * and ?.
for (const [pattern, text, ignoreCase, expected] of [
  ['/iridium*', '/iridium/', false, true],
  ['/iridium*', '/Iridium/', false, false],
  ['*.example', 'SHOP.EXAMPLE', true, true],
  ['/a/?/c', '/a/b/c', false, true],
  ['/a/?/c', '/a//c', false, false],
  ['/*/edit', '/x/y/edit', false, true],
  ['*', '', false, true],
  ['/a*b*c', '/axxbyyc', false, true],
  ['/a*b*c', '/axxbyy', false, false],
] as const)
  test(`${pattern} ${expected ? 'matches' : 'does not match'} ${text}`, (t) => {
    t.is(compileWildcard(pattern, { ignoreCase })(text), expected);
  });

test('a pattern of many stars on a long text takes no time', (t) => {
  const matches = compileWildcard(`${'*a'.repeat(30)}b`, { ignoreCase: false });
  const begun = performance.now();
  t.false(matches('a'.repeat(20_000)));
  t.true(performance.now() - begun < 1000);
});

test('the lowest priority wins, whatever the order, and the default is last', (t) => {
  const any = [{ field: 'path-pattern', values: ['/x*'] }] as const;
  t.is(chosen([rule(20, any), rule(3, any), rule(100, any)], request({ path: '/x' })), 3);
  t.is(chosen([rule(20, any)], request({ path: '/y' })), 'default');
});

test('conditions are ANDed, values ORed; headers and query strings ignore case', (t) => {
  const both = [
    { field: 'path-pattern', values: ['/a', '/b'] },
    { field: 'http-header', name: 'X-Kind', values: ['beta*'] },
  ] as const;
  const header = (name: string): string | undefined => (name === 'x-kind' ? 'BETA-1' : undefined);
  t.is(chosen([rule(1, both)], request({ path: '/b', header })), 1);
  t.is(chosen([rule(1, both)], request({ path: '/b' })), 'default');
  const query = [{ field: 'query-string', pairs: [{ key: 'version', value: 'v?' }] }] as const;
  t.is(chosen([rule(1, query)], request({ query: 'a=1&Version=V2' })), 1);
  t.is(chosen([rule(1, query)], request({ query: 'version=v10' })), 'default');
  const source = [{ field: 'source-ip', values: ['10.0.0.0/8', '127.0.0.0/8'] }] as const;
  t.is(chosen([rule(1, source)], request()), 1);
  t.is(chosen([rule(1, source)], request({ sourceIp: '192.168.1.1' })), 'default');
});

const check: HealthCheck = {
  path: '/',
  port: 'traffic-port',
  intervalSeconds: 30,
  timeoutSeconds: 5,
  healthyThreshold: 3,
  unhealthyThreshold: 2,
  matcher: '200',
};
const pass: CheckOutcome = { ok: true };
const fail: CheckOutcome = { ok: false, reason: 'Target.Timeout', description: 'Request timed out' };
const after = (outcomes: readonly CheckOutcome[], from: HealthRecord = INITIAL): HealthRecord =>
  outcomes.reduce((record, o) => decideHealth(record, o, check), from);

// ELB target-group-health-checks.
for (const [what, outcomes, state] of [
  ['one pass after registration', [pass], 'healthy'],
  ['one failure after registration', [fail], 'initial'],
  ['two failures after registration', [fail, fail], 'unhealthy'],
  ['a failure then a pass after registration', [fail, pass], 'healthy'],
  ['one failure of a healthy target', [pass, fail], 'healthy'],
  ['failures that are not in a row', [pass, fail, pass, fail], 'healthy'],
  ['two failures in a row', [pass, fail, fail], 'unhealthy'],
  ['two passes of an unhealthy target', [fail, fail, pass, pass], 'unhealthy'],
  ['three passes of an unhealthy target', [fail, fail, pass, pass, pass], 'healthy'],
] as const)
  test(`${what}: ${state}`, (t) => {
    t.is(after(outcomes).state, state);
  });

test('matchers: single, list, range', (t) => {
  t.true(matchesStatus('200', 200));
  t.true(matchesStatus('200,301', 301));
  t.true(matchesStatus('200-299', 250));
  t.false(matchesStatus('200-299', 300));
});

test('property: state flips only after the threshold of equal outcomes in a row', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 40 }), (list) => {
        let record: HealthRecord = { state: 'healthy', streak: 0, reason: null, description: null };
        const seen: boolean[] = [];
        for (const ok of list) {
          const before = record.state;
          record = decideHealth(record, ok ? pass : fail, check);
          seen.push(ok);
          if (record.state === before) continue;
          const needed = record.state === 'healthy' ? check.healthyThreshold : check.unhealthyThreshold;
          if (!seen.slice(-needed).every((x) => x === (record.state === 'healthy'))) return false;
        }
        return true;
      }),
      { numRuns: 10_000 },
    ),
  );
});

const target = (state: 'healthy' | 'unhealthy' | 'initial' | 'draining', outstanding = 0) => ({
  state,
  outstanding,
  healthyForMs: 1e9,
});

test('healthy targets only; all of them when none is healthy (fail-open); never a draining one', (t) => {
  t.deepEqual(
    eligible([target('healthy'), target('unhealthy'), target('draining')]).map((x) => x.state),
    ['healthy'],
  );
  t.deepEqual(
    eligible([target('initial'), target('unhealthy'), target('draining')]).map((x) => x.state),
    ['initial', 'unhealthy'],
  );
});

test('round robin takes turns; least outstanding requests takes the idlest', (t) => {
  const list = [target('healthy', 3), target('healthy', 0), target('healthy', 5)];
  const how = { slowStartMs: 0, random: 0 };
  t.deepEqual(
    [0, 1, 2, 3].map((turn) =>
      list.indexOf(chooseTarget(list, { ...how, algorithm: 'round_robin', turn }) as (typeof list)[0]),
    ),
    [0, 1, 2, 0],
  );
  t.is(chooseTarget(list, { ...how, algorithm: 'least_outstanding_requests', turn: 7 }), list[1] ?? null);
});

test('property: a weighted choice follows its weights and never takes weight 0', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 999 }), { minLength: 1, maxLength: 5 }), (weights) => {
        const total = weights.reduce((a, b) => a + b, 0);
        const counts = weights.map(() => 0);
        const rounds = 2000;
        for (let i = 0; i < rounds; i++) {
          const picked = pickWeighted(
            weights.map((_, j) => j),
            weights,
            (i + 0.5) / rounds,
          );
          if (picked === null) return total === 0;
          counts[picked] = (counts[picked] ?? 0) + 1;
        }
        return weights.every(
          (w, j) => Math.abs((counts[j] ?? 0) / rounds - w / total) < 0.002 + 1 / rounds && (w > 0 || counts[j] === 0),
        );
      }),
      { numRuns: 300 },
    ),
  );
});

test('slow start rises linearly', (t) => {
  t.deepEqual(
    [0, 15_000, 30_000, 60_000].map((ms) => slowStartWeight(ms, 30_000)),
    [0.01, 0.5, 1, 1],
  );
});

const traffic = (part: Partial<TrafficRule>): TrafficRule => ({
  protocol: 'tcp',
  fromPort: 0,
  toPort: 65_535,
  cidrBlocks: [],
  securityGroupIds: [],
  ...part,
});
const group = (id: string, ingress: TrafficRule[], egress: TrafficRule[] = []): SecurityGroup =>
  ({ id, ingress, egress }) as unknown as SecurityGroup;

test('a port is reached only where egress and ingress both allow it', (t) => {
  const out = [traffic({ cidrBlocks: ['0.0.0.0/0'] })];
  const instances = group('i', [traffic({ fromPort: 32_768, toPort: 65_535, securityGroupIds: ['lb'] })]);
  const allowed = networkPolicyOf([group('lb', [], out), instances]);
  t.true(allowed(['lb'], ['i'], 40_000));
  t.false(allowed(['lb'], ['i'], 5000));
  t.false(allowed(['other'], ['i'], 40_000));
  t.false(networkPolicyOf([group('lb', []), instances])(['lb'], ['i'], 40_000), 'no egress rule');
  t.true(allowed([], [], 1), 'no groups, no restriction');
});
