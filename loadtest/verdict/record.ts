/**
 * `record.json`, version 2: everything the judge needs, as it was observed. Nothing in it is an opinion; the verdict
 * can be computed from it again. Times are wall-clock milliseconds since the Unix epoch. Version 1 held the orders' load
 * flat and knew no other; `upgrade.ts` still reads it.
 */
import type { StatedSettings } from '../../local/simulate/spiral-settings.ts';
import type { Profile } from '../profiles.ts';
import type { BlueGreenStep } from './blue-green-record.ts';
import type { ForumLoad } from './forum-record.ts';
import type { KillRecord } from './kill-record.ts';
import type { ScalingRecord } from './scaling-record.ts';

export const RECORD_VERSION = 2;

export type OrderScenario = 'orders' | 'publish' | 'ports';
export type ScenarioName = OrderScenario | 'forum';

/** One request that carried an order, as the load generator saw it. */
export interface Outcome {
  /** MessageId; `unpublished-<n>` where SNS took none. */
  readonly id: string;
  readonly path: string;
  readonly sentAtMs: number;
  /** Null while the request was in flight when the generator ended. */
  readonly latencyMs: number | null;
  /** HTTP status; 0 where no answer came (refused, reset, timed out); null while in flight. */
  readonly status: number | null;
  /** k6's error text where there is one. */
  readonly error: string | null;
}

export interface TaskSnapshot {
  readonly arn: string;
  readonly pid: number | null;
  readonly address: string;
  readonly hostPort: number | null;
  readonly containerPort: number | null;
  readonly instanceId: string | null;
  readonly taskDefinition: string;
}

export interface ServiceSnapshot {
  readonly cluster: string;
  readonly name: string;
  readonly launchType: 'EC2' | 'FARGATE';
  readonly desiredCount: number;
  readonly runningCount: number;
  readonly taskDefinition: string;
  readonly tasks: readonly TaskSnapshot[];
}

/** The plane at one moment. */
export interface Snapshot {
  readonly label: string;
  readonly atMs: number;
  readonly services: readonly ServiceSnapshot[];
  readonly instances: readonly {
    readonly id: string;
    readonly zone: string;
    readonly portRange: readonly [number, number] | null;
    /** What runs there outside any container; absent in version 1. */
    readonly processes?: readonly { readonly name: string; readonly pid: number | null }[];
  }[];
  /** Requests answered so far, by `<instance id or address>:<port>`. */
  readonly served: Readonly<Record<string, number>>;
}

export interface StageRecord {
  readonly name: string;
  readonly startedAtMs: number;
  /** Null where it never became steady. */
  readonly steadyAtMs: number | null;
  /** Why not, where it did not. */
  readonly problem: string | null;
  /** When it first was steady, and just before the next change (or the end). */
  readonly steady: Snapshot | null;
  readonly leaving: Snapshot | null;
}

export interface DeploymentRecord {
  readonly id: string;
  readonly service: string;
  readonly taskDefinition: string;
  readonly desiredCount: number;
  readonly failedTasks: number;
  readonly rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  readonly reason: string;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
}

export interface Sample {
  readonly atMs: number;
  /** Service → running tasks. */
  readonly running: Readonly<Record<string, number>>;
  /** The load generators' CPU since the sample before, in cores; null where none ran. */
  readonly generatorCores: number | null;
  /** Share of all cores that was in use since the sample before, 0–1; absent or null where that is not known. */
  readonly machineBusy?: number | null;
}

export interface EventRecord {
  readonly atMs: number;
  readonly subject: string;
  readonly code: string;
  readonly message: string;
  readonly level: 'info' | 'warn' | 'error';
}

export interface DeliveryRecord {
  readonly messageId: string;
  readonly state: 'pending' | 'delivered' | 'failed' | 'dead-lettered';
  readonly attempts: number;
  readonly lastStatus: number | null;
}

/** What the order table and HQ's log lines said after the drain. `available: false` says why they could not be read. */
export type LedgerSources =
  | { readonly available: false; readonly reason: string }
  | {
      readonly available: true;
      /** MessageIds in the order table. */
      readonly stored: readonly string[];
      /** MessageId → how often the fulfilment's effect was logged; null where there are no logs to read. */
      readonly effects: Readonly<Record<string, number>> | null;
      readonly deliveries: readonly DeliveryRecord[];
    };

export interface DrillRecord {
  readonly service: string;
  readonly tag: string;
  readonly startedAtMs: number;
  /** When the service was steady again; null where it never was. */
  readonly settledAtMs: number | null;
  readonly taskDefinitionBefore: string;
  readonly taskDefinitionAfter: string | null;
}

/** How the load generator's process went. */
export interface GeneratorRecord {
  readonly exitCode: number | null;
  readonly droppedIterations: number;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  /** What k6 said on stderr, last lines, where it ended badly. */
  readonly problem: string | null;
}

/** The orders of a run, and what became of them. */
export interface OrderLoad {
  readonly scenario: OrderScenario;
  readonly profile: Profile;
  readonly signed: boolean;
  readonly generator: GeneratorRecord;
  readonly outcomes: readonly Outcome[];
  readonly ledger: LedgerSources;
}

export interface RunRecord {
  readonly version: number;
  /** `logistics`, `forum` or `all`. */
  readonly system: string;
  /** `plane`, or the URL that the load was aimed at. */
  readonly target: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly clockRate: number;
  readonly environment: {
    readonly platform: string;
    readonly cores: number;
    readonly memoryMiB: number;
    readonly node: string;
    readonly k6: string;
  };
  /** Null where no orders were part of the run. */
  readonly orders: OrderLoad | null;
  /** Null where the forum was no part of the run. */
  readonly forum: ForumLoad | null;
  readonly stages: readonly StageRecord[];
  readonly deployments: readonly DeploymentRecord[];
  readonly samples: readonly Sample[];
  readonly events: readonly EventRecord[];
  /** A rolling drill. */
  readonly drill: DrillRecord | null;
  /** A blue/green deployment or drill. */
  readonly blueGreen: BlueGreenStep | null;
  /** Null, or absent, where the load was not about scaling. */
  readonly scaling?: ScalingRecord | null;
  /** What the stacks say of each service's health checks and scaling; absent where it is not known. */
  readonly settings?: Readonly<Record<string, StatedSettings>>;
  /** Null, or absent, where nothing was killed. */
  readonly kill?: KillRecord | null;
  /** Rules that the plane models by approximation. */
  readonly fidelity: readonly { readonly subject: string; readonly kind: string; readonly reason: string }[];
  /** True where the load ended before the stages did. */
  readonly interrupted: boolean;
}
