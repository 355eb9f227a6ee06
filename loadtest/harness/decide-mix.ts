/** When may the load move to the next stage's paths? Pure. */
import type { LoadBalancerStatus, Status } from '../../local/status.ts';
import type { Condition } from '../../local/topology.ts';
import { type Mix, SYSTEMS, type System, samplePath } from '../systems.ts';
import { asEntry } from './network-entry.ts';

type Listener = LoadBalancerStatus['listeners'][number];
type Rule = Listener['rules'][number];

export interface MixChange {
  readonly system: System;
  /** The mix that is being sent. */
  readonly current: Mix;
  /** The mix that is to follow. */
  readonly next: Mix;
  /** True where orders go through SNS: then each path needs a confirmed subscription too. */
  readonly throughTopics: boolean;
}

/**
 * A path may take traffic when the rule that it meets forwards to target groups that all have a healthy target. A path
 * that is new must meet a rule of its own, not the default action, which belongs to what was there before.
 *
 * @returns the paths that must still wait, with the reason; empty: switch now
 */
export function pathsNotReady(status: Status, change: MixChange): string[] {
  const { system, current, next, throughTopics } = change;
  const known = new Set(current.map((route) => route.path));
  const rules = entryRules(status, system);
  if (!rules) return [`${system.name}: there is no listener`];
  const waiting = new Map<string, string[]>();
  for (const { path } of next) {
    const problem =
      whyNotReady(status, rules, path, !known.has(path)) ??
      (throughTopics && topicFor(status, path) === null ? 'no confirmed subscription' : null);
    if (problem !== null) waiting.set(problem, [...(waiting.get(problem) ?? []), path]);
  }
  return [...waiting].map(([problem, paths]) => `${paths.join(', ')}: ${problem}`);
}

function whyNotReady(status: Status, rules: readonly Rule[], path: string, isNew: boolean): string | null {
  const asked = samplePath(path);
  const rule = rules.find((candidate) => candidate.conditions.every((condition) => meets(condition, asked)));
  if (!rule) return 'no rule matches';
  if (isNew && rule.priority === 'default') return 'only the default action matches';
  const groups = rule.actions.flatMap((action) => (action.type === 'forward' ? action.targetGroups : []));
  const live = groups.filter((group) => group.weight > 0);
  if (live.length === 0) return 'its rule forwards to no target group';
  const empty = live.filter((group) => !hasHealthyTarget(status, group.arn));
  return empty.length > 0 ? `no healthy target in ${empty.map((group) => group.arn).join(', ')}` : null;
}

/** The rules of the listener that the load enters by, lowest priority first, the default action last. */
function entryRules(status: Status, system: System): Rule[] | null {
  const rules = entryListener(status, system)?.rules;
  const order = (rule: Rule): number => (rule.priority === 'default' ? Number.POSITIVE_INFINITY : rule.priority);
  return rules ? [...rules].sort((a, b) => order(a) - order(b)) : null;
}

/**
 * A system's load enters by the load balancer that its Terraform outputs name or, where it takes orders, that the SNS
 * subscriptions' endpoints name; else by the one with the most rules among those that are no other system's; on its
 * lowest port that serves something: a load has no use for a listener that only sends its clients to another one. By a
 * network load balancer it enters with HTTP over TCP or TLS.
 */
export function entryListener(status: Status, system: System): Listener | undefined {
  const own = hostsNamedFor(status, system);
  const foreign = new Set(
    Object.values(SYSTEMS)
      .filter((other) => other.name !== system.name)
      .flatMap((other) => [...hostsNamedFor(status, other)]),
  );
  const isIn = (hosts: ReadonlySet<string>, lb: LoadBalancerStatus): boolean =>
    hostsOf(lb).some((host) => hosts.has(host));
  const rules = (lb: LoadBalancerStatus): number => lb.listeners.reduce((n, l) => n + l.rules.length, 0);
  // What names it counts most, then that nothing else claims it, then its rules.
  const rank = (lb: LoadBalancerStatus): number[] => [Number(isIn(own, lb)), -Number(isIn(foreign, lb)), rules(lb)];
  const candidates = status.loadBalancers.filter((lb) => lb.listeners.length > 0);
  const [entry] = candidates.sort((a, b) => compareRanks(rank(b), rank(a)));
  const listeners = [...(entry?.listeners ?? [])].sort((a, b) => a.port - b.port);
  const found = listeners.find((listener) => !onlyRedirects(listener)) ?? listeners[0];
  return found && asEntry(status, found);
}

const onlyRedirects = ({ rules }: Listener): boolean =>
  rules.length > 0 && rules.every((rule) => rule.actions.some((action) => action.type === 'redirect'));

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

function hostsNamedFor(status: Status, system: System): Set<string> {
  const outputs = status.outputs.filter((output) => system.entryOutputs.includes(output.name));
  const endpoints = system.ledger ? status.topics.flatMap((topic) => topic.subscriptions.map((s) => s.endpoint)) : [];
  return new Set([...outputs.map((output) => String(output.value)), ...endpoints].map(hostOf));
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
