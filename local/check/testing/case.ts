import type { Severity } from '../contracts.ts';
import type { Change } from './system.ts';

/** A rule with a stack that falls into it and one, as close by as may be, that does not. */
export interface Case {
  /** Id of the rule. */
  readonly rule: string;
  /** Made to a system that falls into nothing. */
  readonly falls: Change;
  /** Part of the address of what must be found. */
  readonly at: string;
  /** Default: the rule's own. */
  readonly severity?: Severity;
  readonly spares: Change;
  readonly bootSeconds?: Readonly<Record<string, number>>;
}
