/** Conditions of listener rules, compiled (ELB load-balancer-listeners, "Rule condition types"). Pure. */
import { BlockList, isIPv6 } from 'node:net';
import type { Condition } from '../../topology.ts';
import { compileWildcard, type TextMatcher } from './wildcard.ts';

/** What a rule can look at. */
export interface RouteRequest {
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  /** As sent, without the `?`; empty where there is none. */
  readonly query: string;
  /** Lower case, without the port. */
  readonly host: string;
  readonly sourceIp: string;
  /** Every value of the header, name in lower case. */
  header(name: string): readonly string[];
}

export type RequestMatcher = (request: RouteRequest) => boolean;

/** Conditions are ANDed, the values in one are ORed. */
export function compileConditions(conditions: readonly Condition[]): RequestMatcher {
  const matchers = conditions.map(compileCondition);
  const [only, ...others] = matchers;
  if (only === undefined) return () => true;
  if (others.length === 0) return only;
  return (request) => matchers.every((matches) => matches(request));
}

function compileCondition(condition: Condition): RequestMatcher {
  switch (condition.field) {
    // Path and method are case-sensitive; host, header and query values are not.
    case 'path-pattern': {
      const matches = anyOf(condition.values.map((value) => compileWildcard(value, false)));
      return (request) => matches(request.path);
    }
    case 'host-header': {
      const matches = anyOf(condition.values.map((value) => compileWildcard(value, true)));
      return (request) => matches(request.host);
    }
    case 'http-request-method': {
      const methods = new Set(condition.values);
      return (request) => methods.has(request.method);
    }
    case 'source-ip':
      return compileSourceIp(condition.values);
    case 'http-header': {
      const name = condition.name.toLowerCase();
      const matches = anyOf(condition.values.map((value) => compileWildcard(value, true)));
      return (request) => request.header(name).some((value) => matches(value.toLowerCase()));
    }
    case 'query-string':
      return compileQuery(condition.pairs);
  }
}

function anyOf(matchers: readonly TextMatcher[]): TextMatcher {
  const [only, ...others] = matchers;
  if (only !== undefined && others.length === 0) return only;
  return (text) => matchers.some((matches) => matches(text));
}

function compileSourceIp(cidrs: readonly string[]): RequestMatcher {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = '', bits] = cidr.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    list.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return ({ sourceIp }) => list.check(sourceIp, isIPv6(sourceIp) ? 'ipv6' : 'ipv4');
}

function compileQuery(pairs: readonly { readonly key: string | null; readonly value: string }[]): RequestMatcher {
  const wanted = pairs.map(({ key, value }) => ({
    key: key === null ? null : compileWildcard(key, true),
    value: compileWildcard(value, true),
  }));
  return ({ query }) => {
    if (query === '') return false;
    for (const part of query.toLowerCase().split('&')) {
      const equals = part.indexOf('=');
      const name = equals === -1 ? part : part.slice(0, equals);
      const value = equals === -1 ? '' : part.slice(equals + 1);
      if (wanted.some((pair) => (pair.key === null || pair.key(name)) && pair.value(value))) return true;
    }
    return false;
  };
}
