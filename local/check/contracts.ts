/**
 * What a rule is and what it finds. Types only. `--json` prints a {@link CheckReport}, version 1: keys may be added to
 * it, none is renamed or removed.
 */
import type { Problem } from '../errors.ts';
import type { RawStacks } from '../read/index.ts';
import type { Address, Topology } from '../topology.ts';

/**
 * `error`: AWS refuses it, or it does not do what it is there for. `warning`: it works until the day it does not.
 * `advice`: worth a look, often deliberate.
 */
export type Severity = 'error' | 'warning' | 'advice';

/** Most severe first. */
export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'advice'];

export const CHECK_VERSION = 1;

/** What the rules look at: the whole topology as far as it could be understood, and what was measured of it. */
export interface System {
  readonly topology: Topology;
  /** The stacks before evaluation: who looks for a literal looks here. */
  readonly raw: RawStacks;
  /** Seconds from registration to the first passed health check, by name of a service or of a target group. */
  readonly bootSeconds: Readonly<Record<string, number>>;
  /** Secrets as evaluation made them up or was given them, with what they are of: where they turn up they are shown. */
  readonly drawn?: ReadonlyMap<string, string>;
}

/** One place where a rule is broken. */
export interface Found {
  /** `<stack>/<type>.<name>[.attribute]`. */
  readonly address: Address;
  readonly message: string;
  /** The offending value as found; never a secret. */
  readonly value?: unknown;
  /** What to do; the rule's own where it is left out. */
  readonly fix?: string;
  /** Where one case is worse or milder than the rule is as a whole. */
  readonly severity?: Severity;
}

/** One trap or quota. Pure: looks at the system, starts nothing, changes nothing. */
export interface Rule {
  /** Kebab case, unique, never renamed. */
  readonly id: string;
  readonly severity: Severity;
  /** The rule in words. */
  readonly text: string;
  /** The AWS documentation page that it comes from, as design documents name them: guide and page. */
  readonly page: string;
  /** What to do, in general. */
  readonly fix: string;
  readonly find: (system: System) => readonly Found[];
  /**
   * Beginnings of resource types of which it finds one missing: it is not asked where a resource of such a type could not
   * be evaluated, since that may be the one.
   */
  readonly needsAll?: readonly string[];
  /** Refusals of the resolver that say the same: they are reported as this rule's. */
  readonly adopts?: (problem: Problem) => boolean;
  /** Where an adopted refusal is milder or worse than the rule. */
  readonly severityOf?: (problem: Problem) => Severity | undefined;
}

export interface Finding {
  /** Id of the rule; `not-accepted` and `not-checked` are the reader's own. */
  readonly rule: string;
  readonly severity: Severity;
  readonly address: Address;
  readonly message: string;
  /** Null where the finding has none. */
  readonly value: unknown;
  /** The rule in words. */
  readonly text: string;
  /** The AWS page; empty where the finding comes from no page. */
  readonly page: string;
  readonly fix: string;
}

export interface CheckReport {
  readonly version: number;
  /** Whether nothing is at or above what makes the command fail. */
  readonly passed: boolean;
  readonly strict: boolean;
  readonly counts: Readonly<Record<Severity, number>>;
  /** How many rules were asked. */
  readonly rules: number;
  /** Most severe first, then by rule and address. */
  readonly findings: readonly Finding[];
}
