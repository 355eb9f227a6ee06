/** `verdict.json`, version 1: the fixed keys of design.md, and those that were added. Documented in docs/verdict.md. */
import type { SpiralSuggestion } from '../../local/simulate/detect-spiral.ts';
import type { Fault, Guard, LifecycleRecord } from './blue-green-record.ts';
import type { LedgerCounts } from './ledger.ts';
import type { PhaseMix } from './shift.ts';

export const VERDICT_VERSION = 1;

export interface CriterionResult {
  readonly name: string;
  readonly title: string;
  /** Null where there were no samples. */
  readonly value: number | null;
  readonly unit: string;
  /** With its direction, e.g. `<= 0`. */
  readonly bound: string;
  readonly samples: number;
  readonly minSamples: number;
  readonly pass: boolean;
  /** What this criterion alone says. */
  readonly verdict: VerdictWord;
  /** Why a value past the bound proves nothing, where it does not. */
  readonly undecided?: string;
}

export type VerdictWord = 'PASS' | 'FAIL' | 'INCONCLUSIVE';

export interface HarmedOrders {
  readonly count: number;
  /** The first ten MessageIds, oldest first. */
  readonly ids: readonly string[];
}

export interface Verdict {
  readonly version: number;
  readonly verdict: VerdictWord;
  readonly reasons: readonly string[];
  readonly criteria: readonly CriterionResult[];
  /** Criteria that this kind of run cannot answer, and why. They neither pass nor fail. */
  readonly excluded: readonly { readonly name: string; readonly reason: string }[];
  /** Null where no ledger could be kept; `excluded` says why. */
  readonly ledger: LedgerCounts | null;
  /** Orders that went wrong, or that arrived only by a retry. */
  readonly harmed: HarmedOrders;
  readonly stages: readonly { readonly name: string; readonly startedAt: string; readonly steadyAt: string | null }[];
  readonly ports: readonly {
    readonly service: string;
    readonly instanceId: string;
    readonly hostPorts: readonly number[];
  }[];
  readonly deployments: readonly {
    readonly service: string;
    readonly taskDefinition: string;
    readonly rolloutState: string;
    readonly reason: string;
    /** Harmed orders that were sent while it was under way. */
    readonly harmed: HarmedOrders;
  }[];
  readonly clockRate: number;
  /** Mean share of all cores in use while the run was followed, percent; null where it was not measured. */
  readonly machineBusyPercent: number | null;
  readonly environment: Readonly<Record<string, string | number>>;
  /** `logistics`, `forum` or `all`. */
  readonly system: string;
  /** What each system was asked, e.g. 9,000 requests. */
  readonly loads: readonly {
    readonly system: string;
    readonly scenario: string;
    readonly requests: number;
    readonly ratePerSecond: number;
    /** The highest rate of a profile that changes it. */
    readonly peakPerSecond: number;
  }[];
  /** Forum answers by the version that gave them, most first; null where an answer did not say. */
  readonly versions: readonly { readonly version: string | null; readonly answers: number }[];
  /** Null where nothing was deployed blue/green. */
  readonly blueGreen: BlueGreenVerdict | null;
  /** Null where the load was not about scaling. */
  readonly scaling: ScalingVerdict | null;
  /** Health checks that ended busy tasks faster than others came, and the settings that would prevent it, best first. */
  readonly spirals: readonly {
    readonly service: string;
    readonly from: string;
    readonly to: string;
    readonly killed: number;
    readonly started: number;
    readonly suggestions: readonly SpiralSuggestion[];
  }[];
  /** Joined by ` + ` where there are several. */
  readonly scenario: string;
  readonly profile: string;
  readonly startedAt: string;
  readonly endedAt: string;
}

/** The same length of time, twice. */
export interface Took {
  /** Of control time: what it would have been on AWS. */
  readonly minutes: number;
  readonly wallSeconds: number;
}

export interface ScalingVerdict {
  /** The service that ran most tasks. */
  readonly service: string | null;
  readonly tasks: { readonly before: number; readonly peak: number; readonly after: number };
  readonly instances: { readonly before: number; readonly peak: number; readonly after: number };
  /** The slowest rise of the load until the last task that it wanted; null where nothing scaled out for good. */
  readonly scaleOut: Took | null;
  /** From the last fall of the load until everything was as before; null where it never was. */
  readonly scaleIn: Took | null;
  /** Tasks that waited for a place. */
  readonly waits: readonly (Took & {
    readonly service: string;
    readonly tasks: number;
    /** Since the load began, minutes of control time. */
    readonly minute: number;
    /** The event that says so; null where none does. */
    readonly why: string | null;
  })[];
  /** Each decision with its numbers, oldest first. */
  readonly decisions: readonly { readonly at: string; readonly minute: number; readonly message: string }[];
}

export interface BlueGreenVerdict {
  readonly deploymentId: string | null;
  readonly kind: 'deploy' | 'drill';
  readonly fault: Fault;
  readonly service: string;
  readonly tag: string;
  readonly application: string;
  readonly group: string;
  readonly config: string;
  readonly status: string | null;
  /** What took it back; null where nothing did. */
  readonly guard: Guard | null;
  readonly expectedGuards: readonly Guard[];
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly rollbackDeploymentId: string | null;
  /** The listener's weights over time, and what was answered under each. */
  readonly weights: readonly PhaseMix[];
  /** Of the deployment, then of its roll-back. */
  readonly lifecycle: readonly LifecycleRecord[];
  /** Control seconds that the old version ran on after success; null where that was not seen. */
  readonly blueKeptSeconds: number | null;
}

/** Each reason once, with the criteria that it leaves out. */
export function excludedByReason({ excluded }: Pick<Verdict, 'excluded'>): (readonly [string, readonly string[]])[] {
  const byReason = new Map<string, string[]>();
  for (const { name, reason } of excluded) byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  return [...byReason];
}
