/** Stacks → everything that is wrong with them, at once. Pure: nothing is started, written or asked. */
import type { RawStacks } from '../read/index.ts';
import { isObject } from '../read/json.ts';
import { sourceOf } from '../resolve/data/index.ts';
import { examine, type ResolveOptions } from '../resolve/index.ts';
import { RESOURCE_TYPES } from '../resolve/kinds/index.ts';
import { inStack, withoutKeys } from '../resolve/world/addresses.ts';
import { collectBlocks } from '../resolve/world/blocks.ts';
import { checkSubscriptions } from '../run/topics/check-subscriptions.ts';
import type { Topology } from '../topology.ts';
import { CHECK_VERSION, type CheckReport, type Finding, type Found, type Rule, SEVERITIES } from './contracts.ts';
import { drawnSecrets } from './drawn-secrets.ts';
import { type HouseRule, houseFindings } from './house/house.ts';
import { findingsOfProblems } from './refusals.ts';
import { RULES } from './rules/index.ts';

export interface CheckOptions {
  /** Warnings fail as well. */
  readonly strict?: boolean;
  /** Seconds from registration to the first passed health check, by name of a service or of a target group. */
  readonly bootSeconds?: Readonly<Record<string, number>>;
  readonly variables?: ResolveOptions['variables'];
  readonly allow?: readonly string[];
  /** House rules that are asked as well. @default none */
  readonly houseRules?: readonly HouseRule[];
}

export function checkStacks(raw: RawStacks, options: CheckOptions = {}, rules: readonly Rule[] = RULES): CheckReport {
  const passedOver = unknownTypes(raw);
  const allow = [...(options.allow ?? []), ...passedOver.map((p) => p.type)];
  const drawn = drawnSecrets(raw, options.variables ?? {});
  const { topology, problems, blocks } = examine(raw, {
    allow,
    variables: options.variables ?? {},
    random: drawn.draw,
  });
  const system = { topology, raw, bootSeconds: options.bootSeconds ?? {}, drawn: drawn.sources };
  const lost = leftOut(topology);
  const asked = rules.filter((rule) => lost.every((address) => !isNeeded(address, rule)));
  const own = asked.flatMap((rule) => rule.find(system).map((found) => findingOf(rule, found)));
  const allowed = new Set(options.allow ?? []);
  // A rule of its own says some of them better.
  const policies = checkSubscriptions(topology).filter((p) => !own.some((f) => f.address === p.address));
  const told = [...own, ...findingsOfProblems([...problems, ...policies], rules, own)];
  const houseRules = options.houseRules ?? [];
  const findings = [
    ...told,
    ...(houseRules.length > 0 ? houseFindings(raw, blocks, told, houseRules) : []),
    ...passedOver.filter((p) => !allowed.has(p.type)).map(passedOverFinding),
    ...lost.map((address) => leftOutFinding(address, rules)),
  ];
  return reportOf(findings, asked.length + houseRules.length, options.strict === true);
}

/** Addresses of resources that are no part of the topology, because something of them could not be evaluated. */
function leftOut(topology: Topology): string[] {
  const parts: readonly unknown[] = Object.values(topology).filter(Array.isArray).flat();
  const built = new Set(parts.filter(isObject).map((part) => part['address']));
  return topology.order.filter((address) => !built.has(address));
}

const isNeeded = (address: string, { needsAll }: Rule): boolean => {
  const [type = ''] = withoutKeys(inStack(address))
    .replace(/^(?:module\.[^.]+\.)+/, '')
    .split('.');
  return needsAll?.some((beginning) => type.startsWith(beginning)) === true;
};

function leftOutFinding(address: string, rules: readonly Rule[]): Finding {
  const unasked = rules.filter((rule) => isNeeded(address, rule)).map((rule) => rule.id);
  const and = unasked.length > 0 ? `, and these were not asked because of it: ${unasked.join(', ')}` : '';
  return {
    ...PASSED_OVER,
    address,
    message: `it could not be evaluated: no rule looks at it${and}`,
    value: null,
    fix: 'correct what is told of it beside this',
  };
}

/** Blocks of types that nothing is known of; they are let pass, so that the rest of somebody's stacks can be checked. */
function unknownTypes(raw: RawStacks): { readonly address: string; readonly type: string }[] {
  return collectBlocks(raw, []).filter(({ mode, type }) =>
    mode === 'resource' ? !RESOURCE_TYPES.includes(type) : !sourceOf({ mode, type }),
  );
}

const PASSED_OVER = {
  rule: 'not-checked',
  severity: 'advice',
  text: 'what is not run on a local plane, or not understood, is passed over by every rule',
  page: '',
} as const;

const passedOverFinding = ({ address, type }: { address: string; type: string }): Finding => ({
  ...PASSED_OVER,
  address,
  message: `nothing is known of ${type}: no rule looks at it`,
  value: type,
  fix: `look at it by hand, or say that it is known: --allow ${type}`,
});

const findingOf = (rule: Rule, found: Found): Finding => ({
  rule: rule.id,
  severity: found.severity ?? rule.severity,
  address: found.address,
  message: found.message,
  value: found.value ?? null,
  text: rule.text,
  page: rule.page,
  fix: found.fix ?? rule.fix,
});

function reportOf(findings: readonly Finding[], rules: number, strict: boolean): CheckReport {
  const rank = (f: Finding): string => `${SEVERITIES.indexOf(f.severity)} ${f.rule} ${f.address} ${f.message}`;
  const sorted = [...new Map(findings.map((f) => [rank(f), f])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, f]) => f);
  const count = (severity: Finding['severity']): number => sorted.filter((f) => f.severity === severity).length;
  const counts = { error: count('error'), warning: count('warning'), advice: count('advice') };
  const passed = counts.error === 0 && !(strict && counts.warning > 0);
  return { version: CHECK_VERSION, passed, strict, counts, rules, findings: sorted };
}
