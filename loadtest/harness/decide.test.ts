import test from 'ava';
import type { LoadBalancerStatus, Status } from '../../local/status.ts';
import { FORUM, LOGISTICS, type Mix } from '../systems.ts';
import { threadsStatus } from '../testing/forum-status.ts';
import { status, withIridium } from '../testing/status.ts';
import { entryListener, matchesPattern, pathsNotReady, topicFor } from './decide-mix.ts';
import { whatIsMissing } from './decide-steady.ts';

const MONOLITH = LOGISTICS.mixes['monolith'] ?? [];
const STRANGLER = LOGISTICS.mixes['strangler'] ?? [];
const notReady = (seen: Status, current: Mix, next: Mix, throughTopics: boolean): string[] =>
  pathsNotReady(seen, { system: LOGISTICS, current, next, throughTopics });

test('a new path waits for a rule of its own with a healthy target', (t) => {
  t.deepEqual(notReady(status(), MONOLITH, MONOLITH, false), []);
  t.deepEqual(notReady(status(), MONOLITH, STRANGLER, false), ['/iridium/: only the default action matches']);
  t.regex(
    notReady(withIridium('initial'), MONOLITH, STRANGLER, false)[0] ?? '',
    /^\/iridium\/: no healthy target in arn:tg\/iridium/,
  );
  t.deepEqual(notReady(withIridium('healthy'), MONOLITH, STRANGLER, false), []);
});

test('through topics, a path also waits for its confirmed subscription', (t) => {
  const next = withIridium('healthy');
  t.deepEqual(notReady(next, MONOLITH, STRANGLER, true), ['/iridium/: no confirmed subscription']);
  t.is(topicFor(next, '/order/'), 'arn:aws:sns:us-east-1:1:Orders');
  t.is(topicFor(next, '/iridium/'), null);
});

test('a rule with a condition that the load does not meet is passed over', (t) => {
  const next = withIridium('healthy', [{ field: 'host-header', values: ['other.example'] }]);
  t.deepEqual(notReady(next, MONOLITH, STRANGLER, false), ['/iridium/: only the default action matches']);
});

test('a group of weight 0 does not count, an empty one does', (t) => {
  const weights = (weight: number): Status => {
    const next = withIridium('healthy');
    const listener = next.loadBalancers[0]?.listeners[0];
    const action = listener?.rules[0]?.actions[0];
    if (action?.type !== 'forward') throw new Error('the fixture has changed');
    const targetGroups = [...action.targetGroups, { arn: 'arn:tg/none', weight }];
    const rules = [
      { ...listener?.rules[0], actions: [{ ...action, targetGroups }] },
      ...(listener?.rules.slice(1) ?? []),
    ];
    return { ...next, loadBalancers: [{ ...next.loadBalancers[0], listeners: [{ ...listener, rules }] }] } as Status;
  };
  t.deepEqual(notReady(weights(0), MONOLITH, STRANGLER, false), []);
  t.regex(notReady(weights(5), MONOLITH, STRANGLER, false)[0] ?? '', /arn:tg\/none/);
});

test('orders enter where the subscriptions point, else by the load balancer with the most rules', (t) => {
  const one = withIridium('healthy');
  const hq = {
    ...one.loadBalancers[0],
    name: 'hq',
    dnsName: '127.10.0.9',
    awsDnsName: 'hq.elb',
    listeners: [{ port: 80, url: 'http://127.10.0.9:80', rules: [] }],
  };
  const both = { ...one, loadBalancers: [hq, ...one.loadBalancers] } as Status;
  t.is(entryListener(both, LOGISTICS)?.url, 'http://127.10.0.1:80');
  t.is(entryListener({ ...both, topics: [] }, LOGISTICS)?.url, 'http://127.10.0.1:80');
  const topics = [
    {
      name: 'O',
      arn: 'a',
      subscriptions: [{ protocol: 'http', endpoint: 'http://HQ.elb:80/order/', confirmed: true }],
    },
  ];
  t.is(entryListener({ ...both, topics }, LOGISTICS)?.url, 'http://127.10.0.9:80');
  t.is(entryListener({ ...both, loadBalancers: [] }, LOGISTICS), undefined);
});

test('a listener that only redirects is not entered by; where there is no other, it is', (t) => {
  const one = status();
  const [lb] = one.loadBalancers as [LoadBalancerStatus];
  const [plain] = lb.listeners as [LoadBalancerStatus['listeners'][number]];
  const toHttps = {
    type: 'redirect',
    protocol: 'HTTPS',
    port: '443',
    host: 'h',
    path: '/',
    query: '',
    statusCode: 301,
  };
  const redirect = { ...plain, rules: [{ priority: 'default', conditions: [], actions: [toHttps] }] } as typeof plain;
  const https = { ...plain, port: 443, url: 'https://127.10.0.1:443' };
  const withBoth = (listeners: LoadBalancerStatus['listeners']): Status => ({
    ...one,
    loadBalancers: [{ ...lb, listeners }],
  });
  t.is(entryListener(withBoth([redirect, https]), LOGISTICS)?.url, https.url);
  t.is(entryListener(withBoth([https, plain]), LOGISTICS)?.url, plain.url);
  t.is(entryListener(withBoth([redirect]), LOGISTICS)?.url, redirect.url);
});

test('by a network load balancer a load enters with HTTP, by the rules of what stands behind it', (t) => {
  const one = withIridium('healthy');
  const [inner] = one.loadBalancers as [LoadBalancerStatus];
  const [plain] = inner.listeners as [LoadBalancerStatus['listeners'][number]];
  const arn = 'arn:tg/inner';
  const actions = [{ type: 'forward', targetGroups: [{ arn, weight: 1 }], stickinessSeconds: null }];
  const tcp = { port: 443, url: 'tcp://127.10.0.7:443', rules: [{ priority: 'default', conditions: [], actions }] };
  const edge = {
    ...inner,
    name: 'edge',
    arn: 'arn:net',
    dnsName: '127.10.0.7',
    awsDnsName: 'edge.elb',
    listeners: [tcp],
  };
  const { hostname, port } = new URL(plain.url.replace('http:', 'tcp:'));
  const target = { id: inner.arn, address: hostname, port: Number(port), state: 'healthy', reason: null, requests: 0 };
  const group = { name: 'inner', arn, targets: [target] };
  const topics = [
    { name: 'O', arn: 'a', subscriptions: [{ protocol: 'http', endpoint: 'http://edge.elb/order/', confirmed: true }] },
  ];
  const both = {
    ...one,
    topics,
    loadBalancers: [edge, inner],
    targetGroups: [group, ...one.targetGroups],
  } as unknown as Status;
  const entry = entryListener(both, LOGISTICS);
  t.is(entry?.url, 'http://127.10.0.7:443');
  t.deepEqual(entry?.rules, plain.rules);
  t.deepEqual(notReady(both, MONOLITH, STRANGLER, false), []);
  const alone = {
    ...both,
    targetGroups: one.targetGroups,
    loadBalancers: [{ ...edge, listeners: [{ ...tcp, url: 'tls://127.10.0.7:443' }] }],
  };
  t.is(entryListener(alone as unknown as Status, LOGISTICS)?.url, 'https://127.10.0.7:443');
});

const PATTERNS: readonly (readonly [string, string, boolean])[] = [
  ['/iridium*', '/iridium/', true],
  ['/iridium*', '/iridium', true],
  ['/Iridium*', '/iridium/', false],
  ['/i?idium/', '/iridium/', true],
  ['/i?idium/', '/iidium/', false],
  ['/a.b', '/aXb', false],
  ['*', '/anything/at/all', true],
  ['/order/', '/order/more', false],
];

for (const [pattern, path, expected] of PATTERNS) {
  test(`${pattern} ${expected ? 'matches' : 'does not match'} ${path}`, (t) => {
    t.is(matchesPattern(pattern, path), expected);
  });
}

test('steady: one completed deployment, all tasks, healthy targets', (t) => {
  t.deepEqual(whatIsMissing(status()), []);
  t.deepEqual(whatIsMissing({ ...status(), services: [], targetGroups: [] }), ['there is no service']);
  const service = status().services[0] as Status['services'][number];
  const missing = (change: object): string[] => whatIsMissing({ ...status(), services: [{ ...service, ...change }] });
  t.deepEqual(missing({ runningCount: 1, pendingCount: 1 }), ['monolith: 1 of 2 tasks run, 1 pending']);
  const old = { ...service.deployments[0], id: 'old', status: 'ACTIVE' };
  t.deepEqual(missing({ deployments: [service.deployments[0], { ...old, status: 'INACTIVE' }] }), []);
  t.is(missing({ deployments: [service.deployments[0], old] }).length, 1);
  t.regex(
    missing({ deployments: [{ ...service.deployments[0], rolloutState: 'IN_PROGRESS' }] })[0] ?? '',
    /IN_PROGRESS/,
  );
  t.deepEqual(whatIsMissing(withIridium('unhealthy')), ['iridium: 1 target(s) unhealthy (no reason)']);
  t.deepEqual(whatIsMissing(withIridium('draining')), []);
});

test('what runs on instances without ECS is steady when its processes run and its targets are healthy', (t) => {
  const { instance, ...base } = { ...status(), services: [], instance: status().instances[0] };
  const running = (pid: number | null): Status => ({
    ...base,
    instances: [{ ...instance, processes: [{ name: 'app', pid, state: pid ? 'active' : 'failed' }] }] as never,
  });
  t.deepEqual(whatIsMissing(running(77)), []);
  t.deepEqual(whatIsMissing(running(null)), ['i-a: app is failed']);
});

test('a service with task sets is steady by its primary one, and while nothing is being deployed', (t) => {
  const { status: seen, taskSet } = threadsStatus();
  t.deepEqual(whatIsMissing(seen), []);
  const withSets = (...taskSets: Status['services'][number]['taskSets']): Status => ({
    ...seen,
    services: [{ ...(seen.services[0] as Status['services'][number]), taskSets }],
  });
  t.deepEqual(whatIsMissing(withSets(taskSet, { ...taskSet, id: 'ecs-svc/old', status: 'ACTIVE' })), []);
  t.regex(whatIsMissing(withSets({ ...taskSet, runningCount: 1 }))[0] ?? '', /threads: 1 of 2 tasks/);
  t.regex(whatIsMissing(withSets({ ...taskSet, stability: 'STABILIZING' }))[0] ?? '', /threads: 2 of 2/);
  const deploying = threadsStatus({ status: 'InProgress' }).status;
  t.deepEqual(whatIsMissing(deploying), ['threads: deployment d-NEW000001 is InProgress']);
  t.deepEqual(whatIsMissing(threadsStatus({ status: 'Succeeded' }).status), []);
});

test('each system enters by its own load balancer, whatever the other one names', (t) => {
  const { status: forum } = threadsStatus();
  const both: Status = {
    ...status(),
    loadBalancers: [...status().loadBalancers, ...forum.loadBalancers],
    outputs: forum.outputs,
  };
  t.is(entryListener(both, FORUM)?.url, 'http://127.10.0.2:80');
  t.is(entryListener(both, LOGISTICS)?.url, 'http://127.10.0.1:80');
  // Without any output the forum takes the one that no subscription claims, though it has fewer rules.
  const unnamed = { ...withIridium('healthy'), outputs: [] };
  const plain = { ...(forum.loadBalancers[0] as Status['loadBalancers'][number]) };
  t.is(entryListener({ ...unnamed, loadBalancers: [...unnamed.loadBalancers, plain] }, FORUM)?.port, 80);
  t.is(
    entryListener({ ...unnamed, loadBalancers: [...unnamed.loadBalancers, plain] }, FORUM)?.url,
    'http://127.10.0.2:80',
  );
});

test("a path with an id meets the rule of its class, and the forum's paths are no news at any stage", (t) => {
  const { status: seen } = threadsStatus();
  const mix = FORUM.mixes['microservices'] ?? [];
  const waiting = pathsNotReady(seen, { system: FORUM, current: mix, next: mix, throughTopics: false });
  t.deepEqual(waiting, []);
  const groups = seen.targetGroups.map((g) => ({
    ...g,
    targets: g.targets.map((x) => ({ ...x, state: 'unhealthy' })),
  }));
  const down = { ...seen, targetGroups: groups } as Status;
  const first = pathsNotReady(down, { system: FORUM, current: mix, next: mix, throughTopics: false });
  t.true(first.includes('/api/threads, /api/threads/:threadId: no healthy target in arn:tg/threads-tg'));
});
