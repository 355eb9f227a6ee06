/** What the house rules find, without what is excepted. Knows no cdktf: `./cutover check` judges any JSON with it. */
import type { Estate } from './estate.ts';
import { HOUSE_RULES } from './index.ts';
import type { Finding, HouseRule, RuleException, Severity } from './rule.ts';

export interface Violation extends Finding {
  readonly id: string;
  readonly severity: Severity;
  readonly rule: string;
}

/** An exception as it stands in a stack’s JSON, below `//`, which Terraform passes over. */
export interface WrittenException {
  readonly rule: string;
  /** The one address that it is for. */
  readonly address: string;
  readonly because: string;
}

/** Where the exceptions of a stack stand below its `//`. */
export const WRITTEN_AT = 'houseRuleExceptions';

/** @returns what is broken and not excepted, by rule */
export function violationsIn(
  estate: Estate,
  exceptions: readonly RuleException[] = [],
  rules: readonly HouseRule[] = HOUSE_RULES,
): Violation[] {
  return judge(estate, exceptions, rules).violations;
}

/** @returns what is broken, and the exceptions that were needed, each for its one address */
export function judge(
  estate: Estate,
  exceptions: readonly RuleException[],
  rules: readonly HouseRule[] = HOUSE_RULES,
): { readonly violations: Violation[]; readonly excepted: WrittenException[] } {
  const found = rules.flatMap(({ id, severity, rule, check }) =>
    check(estate).map((finding) => ({ severity, ...finding, id, rule })),
  );
  const exceptionOf = ({ id, address }: Violation): RuleException | undefined =>
    exceptions.find((allowed) => allowed.rule === id && allowed.address.test(address));
  return {
    violations: found.filter((violation) => !exceptionOf(violation)),
    excepted: found.flatMap((violation) => {
      const because = exceptionOf(violation)?.because;
      return because === undefined ? [] : [{ rule: violation.id, address: violation.address, because }];
    }),
  };
}
