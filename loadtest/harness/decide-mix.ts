/** When may the load move to the next stage's paths? Pure. */
import type { LoadBalancerStatus, Status } from '../../local/status.ts';
import type { Condition } from '../../local/topology.ts';
import type { Mix } from '../systems.ts';

type Rule = LoadBalancerStatus['listeners'][number]['rules'][number];

/**
 * A path may take traffic when the rule that it meets forwards to target groups that all have a healthy target. A path
 * that is new must meet a rule of its own, not the default action, which belongs to what was there before.
 *
 * @param current the mix that is being sent
 * @param next the mix that is to follow
 * @param throughTopics true where orders go through SNS: then each path needs a confirmed subscription too
 * @returns the paths that must still wait, with the reason; empty: switch now
 */
export function pathsNotReady(status: Status, current: Mix, next: Mix, throughTopics: boolean): string[] {
  const known = new Set(current.map((route) => route.path));
  return next.flatMap((route) => {
    const problem = whyNotReady(status, route.path, !known.has(route.path));
    if (problem !== null) return [`${route.path}: ${problem}`];
    return throughTopics && topicFor(status, route.path) === null ? [`${route.path}: no confirmed subscription`] : [];
  });
}

function whyNotReady(status: Status, path: string, isNew: boolean): string | null {
  const rules = entryRules(status);
  if (!rules) return 'there is no listener';
  const rule = rules.find((candidate) => candidate.conditions.every((condition) => meets(condition, path)));
  if (!rule) return 'no rule matches';
  if (isNew && rule.priority === 'default') return 'only the default action matches';
  const groups = rule.actions.flatMap((action) => (action.type === 'forward' ? action.targetGroups : []));
  const live = groups.filter((group) => group.weight > 0);
  if (live.length === 0) return 'its rule forwards to no target group';
  const empty = live.filter((group) => !hasHealthyTarget(status, group.arn));
  return empty.length > 0 ? `no healthy target in ${empty.map((group) => group.arn).join(', ')}` : null;
}

/** The rules of the listener that orders enter by, lowest priority first, the default action last. */
function entryRules(status: Status): Rule[] | null {
  const rules = entryListener(status)?.rules;
  const order = (rule: Rule): number => (rule.priority === 'default' ? Number.POSITIVE_INFINITY : rule.priority);
  return rules ? [...rules].sort((a, b) => order(a) - order(b)) : null;
}

/**
 * Orders enter by the load balancer that the SNS subscriptions' endpoints name; without subscriptions, by the one with
 * the most rules; on its lowest port.
 */
export function entryListener(status: Status): LoadBalancerStatus['listeners'][number] | undefined {
  const hosts = new Set(status.topics.flatMap((topic) => topic.subscriptions.map((s) => hostOf(s.endpoint))));
  const named = (lb: LoadBalancerStatus): boolean => hostsOf(lb).some((host) => hosts.has(host));
  const rules = (lb: LoadBalancerStatus): number => lb.listeners.reduce((n, l) => n + l.rules.length, 0);
  const candidates = status.loadBalancers.filter((lb) => lb.listeners.length > 0);
  const [entry] = candidates.sort((a, b) => Number(named(b)) - Number(named(a)) || rules(b) - rules(a));
  return [...(entry?.listeners ?? [])].sort((a, b) => a.port - b.port)[0];
}

function hostsOf(lb: LoadBalancerStatus): string[] {
  return [lb.dnsName, lb.awsDnsName, ...lb.listeners.map((listener) => listener.url)].map(hostOf);
}

/** Host without port, of a URL or a bare name, in lower case (names are compared without case). */
function hostOf(text: string): string {
  return text
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/[:/].*$/s, '')
    .toLowerCase();
}

/** @returns the ARN of the topic with a confirmed subscription for the path, or null */
export function topicFor(status: Status, path: string): string | null {
  const topic = status.topics.find(({ subscriptions }) =>
    subscriptions.some((s) => s.confirmed && s.endpoint.replace(/^[a-z]+:\/\/[^/]*/i, '') === path),
  );
  return topic?.arn ?? null;
}

/** Conditions other than the path's are taken as not met: the load sends no such header, and its host varies. */
function meets(condition: Condition, path: string): boolean {
  return condition.field === 'path-pattern' && condition.values.some((pattern) => matchesPattern(pattern, path));
}

/** `*` is zero or more characters, `?` exactly one, case counts (ELB load-balancer-listeners). */
export function matchesPattern(pattern: string, path: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(path);
}

function hasHealthyTarget(status: Status, arn: string): boolean {
  return status.targetGroups.some((group) => group.arn === arn && group.targets.some((t) => t.state === 'healthy'));
}
