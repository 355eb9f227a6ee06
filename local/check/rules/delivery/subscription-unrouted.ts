import { compileRoutes, decideRoute } from '../../../run/balancer/decide-route.ts';
import type { Action, Listener, Subscription, Topology } from '../../../topology.ts';
import type { Found, Rule, Severity } from '../../contracts.ts';

export const subscriptionUnrouted: Rule = {
  id: 'subscription-unrouted',
  severity: 'error',
  text: 'SNS confirms an HTTP endpoint before it delivers anything: a POST to the endpoint must be forwarded to a service. Beside rules for other paths, one that only the default action takes is told as advice',
  page: 'SNS sns-http-https-endpoint-as-subscriber',
  fix: 'add a listener rule for the endpoint’s path, or correct the endpoint',
  needsAll: ['aws_lb', 'aws_alb'],
  find: ({ topology: t }) => t.subscriptions.flatMap((s) => ofSubscription(s, t)),
};

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

function ofSubscription(s: Subscription, t: Topology): Found[] {
  if (s.protocol === 'sqs' || !URL.canParse(s.endpoint)) return [];
  const url = new URL(s.endpoint);
  const lb = t.loadBalancers.find((b) => b.dnsName.toLowerCase() === url.hostname.toLowerCase());
  if (!lb) return [];
  const found = (message: string, severity: Severity = 'error'): Found[] => [
    { address: `${s.address}.endpoint`, message, value: s.endpoint, severity },
  ];
  const port = url.port ? Number(url.port) : (DEFAULT_PORTS[url.protocol] ?? 80);
  const listener = t.listeners.find((l) => l.loadBalancerArn === lb.arn && l.port === port);
  if (!listener) return found(`${lb.name} has no listener on port ${port}`);
  if (lb.internal) return found(`${lb.name} is internal: SNS does not reach it`);
  const actions = actionsFor(url, listener, t);
  const [action] = actions;
  if (action?.type === 'forward') {
    const isRouted = t.rules.some(
      (r) => r.listenerArn === listener.arn && r.conditions.some((c) => c.field === 'path-pattern'),
    );
    if (actions !== listener.defaultActions || !isRouted) return [];
    return found(`no rule takes ${url.pathname}: what the default action of ${lb.name} forwards to gets it`, 'advice');
  }
  if (!action) return [];
  const answer = action.type === 'redirect' ? 'a redirect, which SNS does not follow' : `${action.statusCode}`;
  return found(
    `nothing on ${lb.name} forwards ${url.pathname}: SNS gets ${answer}, and the subscription stays unconfirmed`,
  );
}

/** Headers as SNS sends them, apart from those with ids. */
const SNS_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/plain; charset=UTF-8',
  'user-agent': 'Amazon Simple Notification Service Agent',
  'x-amz-sns-message-type': 'SubscriptionConfirmation',
};

function actionsFor(url: URL, listener: Listener, t: Topology): readonly Action[] {
  const rules = t.rules
    .filter((r) => r.listenerArn === listener.arn)
    // Addresses of SNS are not known: a rule for some of them is no rule for it.
    .filter((r) => !r.conditions.some((c) => c.field === 'source-ip'))
    .map((r) => ({ priority: r.priority, conditions: r.conditions, value: r.actions }));
  return decideRoute(compileRoutes(rules, listener.defaultActions), {
    method: 'POST',
    path: url.pathname,
    query: url.search.replace(/^\?/, ''),
    host: url.hostname.toLowerCase(),
    sourceIp: '203.0.113.1',
    header: (name) => (Object.hasOwn(SNS_HEADERS, name) ? [SNS_HEADERS[name] ?? ''] : []),
  });
}
