/**
 * Which rule takes a request: lowest priority number first, the default last (ELB load-balancer-listeners). Pure.
 *
 * Rules are compiled once into an index, so that a request looks only at the rules whose literal path prefix or host
 * it has: a hundred rules cost about what one costs.
 */
import type { Condition } from '../../topology.ts';
import { compileConditions, type RequestMatcher, type RouteRequest } from './conditions.ts';
import { literalPrefix } from './wildcard.ts';

export interface RouteRule<T> {
  readonly priority: number;
  readonly conditions: readonly Condition[];
  readonly value: T;
}

export interface RouteTable<T> {
  readonly matchers: readonly RequestMatcher[];
  readonly values: readonly T[];
  readonly fallback: T;
  readonly paths: PrefixNode;
  readonly hosts: ReadonlyMap<string, readonly number[]>;
}

/** A radix tree over literal path prefixes; `rules` are indexes in priority order. */
interface PrefixNode {
  label: string;
  rules: number[];
  readonly children: Map<number, PrefixNode>;
}

/** @param fallback what the default rule gives */
export function compileRoutes<T>(rules: readonly RouteRule<T>[], fallback: T): RouteTable<T> {
  const ordered = rules.toSorted((a, b) => a.priority - b.priority);
  const paths: PrefixNode = { label: '', rules: [], children: new Map() };
  const hosts = new Map<string, number[]>();
  ordered.forEach(({ conditions }, index) => {
    const prefixes = prefixesOf(conditions);
    const exactHosts = prefixes ? null : exactHostsOf(conditions);
    if (exactHosts) for (const host of exactHosts) hosts.set(host, [...(hosts.get(host) ?? []), index]);
    else for (const prefix of prefixes ?? ['']) insert(paths, prefix, index);
  });
  return {
    matchers: ordered.map((rule) => compileConditions(rule.conditions)),
    values: ordered.map((rule) => rule.value),
    fallback,
    paths,
    hosts,
  };
}

/** @returns the value of the rule that takes the request */
export function decideRoute<T>(table: RouteTable<T>, request: RouteRequest): T {
  let best = table.values.length;
  if (best === 0) return table.fallback;
  if (table.hosts.size > 0) best = firstMatch(table, table.hosts.get(request.host), request, best);
  const { path } = request;
  let node: PrefixNode | undefined = table.paths;
  let at = 0;
  for (;;) {
    if (node.rules.length > 0) best = firstMatch(table, node.rules, request, best);
    if (at >= path.length) break;
    node = node.children.get(path.charCodeAt(at));
    if (node === undefined || !path.startsWith(node.label, at)) break;
    at += node.label.length;
  }
  return best === table.values.length ? table.fallback : (table.values[best] as T);
}

/** The first of the candidates that matches, if it comes before `best`. */
function firstMatch(
  table: RouteTable<unknown>,
  candidates: readonly number[] | undefined,
  request: RouteRequest,
  best: number,
): number {
  if (candidates === undefined) return best;
  for (const index of candidates) {
    if (index >= best) return best;
    if ((table.matchers[index] as RequestMatcher)(request)) return index;
  }
  return best;
}

function prefixesOf(conditions: readonly Condition[]): Set<string> | null {
  const path = conditions.find((condition) => condition.field === 'path-pattern');
  return path?.field === 'path-pattern' ? new Set(path.values.map(literalPrefix)) : null;
}

/** The hosts of a rule that can match no other; null where it has no host condition or a wildcard in it. */
function exactHostsOf(conditions: readonly Condition[]): Set<string> | null {
  const host = conditions.find((condition) => condition.field === 'host-header');
  if (host?.field !== 'host-header') return null;
  const hosts = host.values.map((value) => value.toLowerCase());
  return hosts.every((value) => literalPrefix(value) === value) ? new Set(hosts) : null;
}

function insert(root: PrefixNode, prefix: string, index: number): void {
  let node = root;
  let rest = prefix;
  while (rest !== '') {
    const code = rest.charCodeAt(0);
    const child = node.children.get(code);
    if (child === undefined) {
      node.children.set(code, { label: rest, rules: [index], children: new Map() });
      return;
    }
    const shared = sharedLength(child.label, rest);
    if (shared < child.label.length) split(node, child, shared);
    node = node.children.get(code) as PrefixNode;
    rest = rest.slice(shared);
  }
  if (node.rules.at(-1) !== index) node.rules.push(index);
}

function split(parent: PrefixNode, child: PrefixNode, at: number): void {
  const upper: PrefixNode = { label: child.label.slice(0, at), rules: [], children: new Map() };
  parent.children.set(child.label.charCodeAt(0), upper);
  child.label = child.label.slice(at);
  upper.children.set(child.label.charCodeAt(0), child);
}

function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}
