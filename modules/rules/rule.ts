/** What a house rule is: one thing that must hold for the synthesized resources of every stack. */
import type { Estate } from './estate.ts';

export interface Finding {
  /** `<stack>/<type>.<name>`, with the attribute behind it. */
  readonly address: string;
  readonly value: unknown;
  readonly fix: string;
  /** Where one case is worse than the rule as a whole. @default the rule's */
  readonly severity?: Severity;
}

/** `error`: AWS refuses it, tasks do not start, or everything is open. `warning`: a habit that somebody will regret. `advice`: a house's own. */
export type Severity = 'error' | 'warning' | 'advice';

export interface HouseRule {
  /** Unique, and the name of its file. */
  readonly id: string;
  /** What `./cutover check` makes of it where it judges the stacks of others; synthesis refuses all alike. */
  readonly severity: Severity;
  /** What must hold, with the page that it comes from. */
  readonly rule: string;
  /** @returns where it does not hold */
  check(estate: Estate): readonly Finding[];
}

/** A finding that is accepted, and why. */
export interface RuleException {
  readonly rule: string;
  /** Addresses that it is for. */
  readonly address: RegExp;
  readonly because: string;
}
