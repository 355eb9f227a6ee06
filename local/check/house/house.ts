/**
 * The house rules of modules/rules over any stacks: what synthesis refuses of the project's own is told of everybody's.
 * Those are the only files of modules/ that local/ reads; they know JSON, and neither cdktf nor the stacks.
 */

import { HOUSE_RULES } from '../../../modules/rules/index.ts';
import type { HouseRule } from '../../../modules/rules/rule.ts';
import { type Violation, violationsIn, WRITTEN_AT, type WrittenException } from '../../../modules/rules/violations.ts';
import type { RawStacks } from '../../read/index.ts';
import { isObject } from '../../read/json.ts';
import type { EvaluatedBlock } from '../../resolve/resolve.ts';
import type { Finding, Rule } from '../contracts.ts';
import { resourceOf } from '../refusals.ts';
import { estateOf } from './estate.ts';

export { HOUSE_RULES, type HouseRule };

/** House rule → rules of check that say the same of running systems, and are told instead. */
const SAID_BY: Readonly<Record<string, readonly string[]>> = {
  'containers-log': ['no-logs'],
  'deployments-roll-back': ['circuit-breaker-off'],
  'execution-roles-suffice': ['execution-role-missing'],
  'log-groups-expire': ['log-retention'],
  'no-plain-secrets': ['secret-in-environment', 'secret-literal'],
  'parameters-encrypted': ['parameter-in-clear', 'secret-literal'],
  'roles-trust-their-users': ['role-untrusted'],
  'scaled-counts-left-alone': ['count-reverted'],
  'subscriptions-keep-undelivered': ['dead-letter-missing'],
  'target-groups-drain': ['deregistration-delay'],
  'targets-reached': ['group-unattached'],
};

/** Findings of the rules, without what the stacks themselves say is accepted, and what `own` has told already. */
export function houseFindings(
  raw: RawStacks,
  blocks: readonly EvaluatedBlock[],
  own: readonly Finding[],
  rules: readonly HouseRule[],
): Finding[] {
  const accepted = new Set(exceptionsIn(raw).map(({ rule, address }) => `${rule} ${address}`));
  const told = new Set(own.map(({ rule, address }) => `${rule} ${resourceOf(address)}`));
  // The resolver's own words for it are at the very attribute.
  const refused = new Set(own.filter(({ rule }) => rule === 'not-accepted').map(({ address }) => address));
  const isTold = ({ id, address }: Violation): boolean =>
    (id === 'priorities-differ' && refused.has(address)) ||
    (SAID_BY[id] ?? []).some((rule) => told.has(`${rule} ${resourceOf(address)}`));
  return violationsIn(estateOf(raw, blocks), [], rules)
    .filter((violation) => !accepted.has(`${violation.id} ${violation.address}`) && !isTold(violation))
    .map(findingOf);
}

/** What the stacks say is accepted, below their `//`: exact addresses, with a reason. */
function exceptionsIn(raw: RawStacks): readonly Pick<WrittenException, 'rule' | 'address'>[] {
  return raw.stacks.flatMap(({ json }) => {
    // The notes of several files of one stack are a list.
    const notes: unknown[] = [json['//']].flat();
    const listed = notes.flatMap((note) => (isObject(note) ? [note[WRITTEN_AT]].flat() : []));
    return listed.flatMap((one: unknown) => {
      if (!isObject(one)) return [];
      const { rule, address, because } = one;
      const isWhole = [rule, address, because].every((text) => typeof text === 'string' && text !== '');
      return isWhole ? [{ rule: String(rule), address: String(address) }] : [];
    });
  });
}

/** A house rule as `--rules` lists it. What to do is told with each finding. */
export function listed({ id, severity, rule }: HouseRule): Pick<Rule, 'id' | 'severity' | 'text' | 'page' | 'fix'> {
  return { id, severity, ...split(rule), fix: 'as each finding says' };
}

function findingOf({ id, severity, address, value, rule, fix }: Violation): Finding {
  const message = 'it breaks a rule of the house';
  return { rule: id, severity, address, message, value: value ?? null, ...split(rule), fix };
}

/** A rule's words, and the page in brackets behind them. */
function split(rule: string): Pick<Rule, 'text' | 'page'> {
  const [, text = rule, page = ''] = /^(.*) \(([^()]+)\)$/s.exec(rule) ?? [];
  return { text, page };
}
