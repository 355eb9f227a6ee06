import test from 'ava';
import fc from 'fast-check';
import type { Condition } from '../../topology.ts';
import { compileConditions, type RouteRequest } from './conditions.ts';
import { compileRoutes, decideRoute } from './decide-route.ts';
import { compileWildcard } from './wildcard.ts';

const request = (change: Partial<RouteRequest> & { headers?: Record<string, string[]> } = {}): RouteRequest => ({
  method: 'GET',
  path: '/',
  query: '',
  host: 'example.com',
  sourceIp: '127.0.0.1',
  header: (name) => change.headers?.[name] ?? [],
  ...change,
});
const path = (...values: string[]): Condition => ({ field: 'path-pattern', values });
const host = (...values: string[]): Condition => ({ field: 'host-header', values });
const routesOf = (...rules: [number, ...Condition[]][]) =>
  compileRoutes(
    rules.map(([priority, ...conditions]) => ({ priority, conditions, value: priority })),
    0,
  );

for (const [pattern, text, matches] of [
  ['/img/*', '/img/picture.jpg', true],
  ['/img/*', '/img', false],
  ['/img/*/pics', '/img/a/b/pics', true],
  ['/img/*/pics', '/img/pics', false],
  ['/iridium*', '/iridium', true],
  ['/iridium*', '/Iridium/', false],
  ['/a?c', '/abc', true],
  ['/a?c', '/ac', false],
  ['/a*b*c', '/aXbYbc', true],
  ['*', '', true],
  ['?', '', false],
  ['/a.c', '/abc', false],
] as const)
  test(`pattern ${pattern} ${matches ? 'takes' : 'leaves'} '${text}'`, (t) => {
    t.is(compileWildcard(pattern, false)(text), matches);
  });

test('a hostile path against a pattern of many stars takes no more than pattern × text steps', (t) => {
  const matches = compileWildcard('*a*a*a*a*a*a*a*a*a*a*b', false);
  const before = process.cpuUsage();
  t.false(matches('a'.repeat(16_000)));
  t.true(process.cpuUsage(before).user < 1_000_000);
});

test('lowest priority number first, default last', (t) => {
  const routes = routesOf([20, path('/api/*')], [10, path('/api/users*')], [30, path('/*')]);
  t.is(decideRoute(routes, request({ path: '/api/users/3' })), 10);
  t.is(decideRoute(routes, request({ path: '/api/threads' })), 20);
  t.is(decideRoute(routes, request({ path: '/other' })), 30);
  t.is(decideRoute(routesOf([1, path('/x')]), request({ path: '/y' })), 0);
});

test('conditions are ANDed, values in one are ORed', (t) => {
  const matches = compileConditions([path('/a', '/b'), { field: 'http-request-method', values: ['POST', 'PUT'] }]);
  t.true(matches(request({ path: '/b', method: 'PUT' })));
  t.false(matches(request({ path: '/b', method: 'GET' })));
  t.false(matches(request({ path: '/c', method: 'PUT' })));
});

test('path and method are case-sensitive; host, header and query values are not', (t) => {
  t.false(compileConditions([path('/Order')])(request({ path: '/order' })));
  t.false(compileConditions([{ field: 'http-request-method', values: ['get'] }])(request()));
  t.true(compileConditions([host('*.EXAMPLE.com')])(request({ host: 'api.example.com' })));
  t.false(compileConditions([host('*.example.com')])(request({ host: 'example.com' })));
  const header: Condition = { field: 'http-header', name: 'User-Agent', values: ['*CHROME*'] };
  t.true(compileConditions([header])(request({ headers: { 'user-agent': ['Mozilla Chrome/1'] } })));
  const query: Condition = { field: 'query-string', pairs: [{ key: 'Version', value: 'V1' }] };
  t.true(compileConditions([query])(request({ query: 'a=b&version=v1' })));
  t.false(compileConditions([query])(request({ query: 'version=v12' })));
});

test('a query value without key matches any key', (t) => {
  const matches = compileConditions([{ field: 'query-string', pairs: [{ key: null, value: '*example*' }] }]);
  t.true(matches(request({ query: 'x=my-example-1' })));
  t.false(matches(request({ query: 'example=1' })));
  t.false(matches(request({ query: '' })));
});

test('source addresses are matched by CIDR', (t) => {
  const matches = compileConditions([{ field: 'source-ip', values: ['192.0.2.0/24', '198.51.100.10/32'] }]);
  t.true(matches(request({ sourceIp: '192.0.2.77' })));
  t.true(matches(request({ sourceIp: '198.51.100.10' })));
  t.false(matches(request({ sourceIp: '198.51.100.11' })));
});

test('rules by exact host are found by host', (t) => {
  const routes = routesOf([5, host('b.example.com')], [3, host('a.example.com', 'c.example.com')], [4, path('/p')]);
  t.is(decideRoute(routes, request({ host: 'a.example.com' })), 3);
  t.is(decideRoute(routes, request({ host: 'b.example.com', path: '/p' })), 4);
  t.is(decideRoute(routes, request({ host: 'b.example.com' })), 5);
});

test('the index gives what looking at every rule in order gives', (t) => {
  const segment = fc.constantFrom('a', 'b', 'ab', 'api', '*', '?', 'users');
  const text = (of: fc.Arbitrary<string>) => fc.array(of, { minLength: 0, maxLength: 4 }).map((s) => `/${s.join('/')}`);
  const condition = fc.oneof(
    fc.array(text(segment), { minLength: 1, maxLength: 3 }).map((values) => path(...values)),
    fc
      .array(fc.constantFrom('x.com', 'y.com', '*.com', 'z.org'), { minLength: 1, maxLength: 2 })
      .map((v) => host(...v)),
    fc.constant<Condition>({ field: 'http-request-method', values: ['GET'] }),
  );
  const rules = fc.uniqueArray(
    fc.record({
      priority: fc.integer({ min: 1, max: 500 }),
      conditions: fc.array(condition, { minLength: 1, maxLength: 2 }),
    }),
    { selector: (rule) => rule.priority, maxLength: 30 },
  );
  const requests = fc.record({
    path: text(fc.constantFrom('a', 'b', 'ab', 'api', 'users', 'x')),
    host: fc.constantFrom('x.com', 'y.com', 'z.org', 'w.net'),
    method: fc.constantFrom('GET', 'POST'),
  });
  fc.assert(
    fc.property(rules, requests, (list, change) => {
      const wanted = request(change);
      const slow = list
        .toSorted((a, b) => a.priority - b.priority)
        .find((rule) => rule.conditions.every((one) => compileConditions([one])(wanted)));
      const table = compileRoutes(
        list.map((rule) => ({ ...rule, value: rule.priority })),
        0,
      );
      return decideRoute(table, wanted) === (slow?.priority ?? 0);
    }),
    { numRuns: 2_000 },
  );
  t.pass();
});

test('a hundred rules cost about what one costs', (t) => {
  const of = (count: number) =>
    routesOf(
      ...Array.from({ length: count }, (_, i): [number, Condition] => [
        i + 1,
        path(`/service-${String(i).padStart(3, '0')}/*`),
      ]),
    );
  const wanted = request({ path: '/service-000/x' });
  const fastestNs = (table: ReturnType<typeof of>): number => {
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 30; round++) {
      // Of the processor, not of the clock: what else the machine does is not the question.
      const before = process.cpuUsage();
      for (let i = 0; i < 5_000; i++) decideRoute(table, wanted);
      best = Math.min(best, (process.cpuUsage(before).user * 1e3) / 5_000);
    }
    return best;
  };
  fastestNs(of(1));
  // A request costs some 20 µs in all: 5 % of it is 1,000 ns.
  t.true(fastestNs(of(100)) - fastestNs(of(1)) < 1_000);
});
