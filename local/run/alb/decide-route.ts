/** Which rule answers a request: lowest priority first, conditions ANDed, values ORed, default last. Pure. */
import type { Action, Condition, ListenerRule } from '../../topology.ts';
import { compileWildcard } from './wildcard.ts';

export interface RouteRequest {
  readonly method: string;
  /** Path without the query, as it was sent. */
  readonly path: string;
  /** Without the `?`. */
  readonly query: string;
  /** Without the port. */
  readonly host: string;
  readonly sourceIp: string;
  header(name: string): string | undefined;
}

export interface CompiledRule {
  readonly priority: number | 'default';
  readonly conditions: readonly Condition[];
  readonly actions: readonly Action[];
  matches(request: RouteRequest): boolean;
}

/** Compiled once per change, so that a request costs no more than its comparisons. */
export function compileRules(
  rules: readonly ListenerRule[],
  defaultActions: readonly Action[],
): readonly CompiledRule[] {
  const sorted = [...rules]
    .sort((a, b) => a.priority - b.priority)
    .map((rule): CompiledRule => {
      const tests = rule.conditions.map(compileCondition);
      const [first] = tests;
      const matches = tests.length === 1 && first ? first : (r: RouteRequest) => tests.every((test) => test(r));
      return { priority: rule.priority, conditions: rule.conditions, actions: rule.actions, matches };
    });
  return [...sorted, { priority: 'default', conditions: [], actions: defaultActions, matches: () => true }];
}

export function decideRoute(rules: readonly CompiledRule[], request: RouteRequest): CompiledRule {
  for (const rule of rules) if (rule.matches(request)) return rule;
  throw new Error('a listener without a default action');
}

type Test = (request: RouteRequest) => boolean;

function compileCondition(condition: Condition): Test {
  switch (condition.field) {
    case 'path-pattern':
      return anyOf(condition.values, false, (r) => r.path);
    case 'host-header':
      return anyOf(condition.values, true, (r) => r.host);
    case 'http-request-method': {
      const methods = new Set(condition.values);
      return (r) => methods.has(r.method);
    }
    case 'source-ip': {
      const blocks = condition.values.map(compileCidr);
      return (r) => blocks.some((inside) => inside(r.sourceIp));
    }
    case 'http-header': {
      const tests = condition.values.map((v) => compileWildcard(v, { ignoreCase: true }));
      const name = condition.name.toLowerCase();
      return (r) => {
        const value = r.header(name);
        return value !== undefined && tests.some((test) => test(value));
      };
    }
    case 'query-string':
      return compileQuery(condition.pairs);
  }
}

function anyOf(patterns: readonly string[], ignoreCase: boolean, read: (r: RouteRequest) => string): Test {
  const tests = patterns.map((p) => compileWildcard(p, { ignoreCase }));
  const [only] = tests;
  if (tests.length === 1 && only) return (r) => only(read(r));
  return (r) => {
    const text = read(r);
    return tests.some((test) => test(text));
  };
}

function compileQuery(pairs: readonly { key: string | null; value: string }[]): Test {
  const tests = pairs.map((pair) => ({
    key: pair.key === null ? null : compileWildcard(pair.key, { ignoreCase: true }),
    value: compileWildcard(pair.value, { ignoreCase: true }),
  }));
  return (r) => {
    const parts = r.query.split('&').map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [decode(part), ''] : [decode(part.slice(0, at)), decode(part.slice(at + 1))];
    });
    return parts.some(([key = '', value = '']) =>
      tests.some((t) => (t.key ? t.key(key) && t.value(value) : t.value(value) || t.value(key))),
    );
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function compileCidr(block: string): (ip: string) => boolean {
  const [base = '', bits = '32'] = block.split('/');
  const size = 2 ** (32 - Number(bits));
  const first = Math.floor(numberOf(base) / size);
  return (ip) => Math.floor(numberOf(ip) / size) === first;
}

const numberOf = (ip: string): number =>
  ip
    .replace(/^::ffff:/, '')
    .split('.')
    .reduce((sum, octet) => sum * 256 + Number(octet), 0);
