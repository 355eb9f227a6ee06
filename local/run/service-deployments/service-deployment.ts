/**
 * A deployment by which ECS itself replaces one revision of a service by another beside it (ECS
 * blue-green-deployment-how-it-works): plain data, so that it can be decided on, saved and brought back.
 */
import type { AdvancedConfiguration, Arn, DeploymentStrategy, HookStage } from '../../topology.ts';
import type { Shift } from '../codedeploy/decide-shift.ts';

/** In the order in which a deployment passes them (ECS API_ServiceDeployment: lifecycleStage). */
export const STAGES = [
  'RECONCILE_SERVICE',
  'PRE_SCALE_UP',
  'SCALE_UP',
  'POST_SCALE_UP',
  'TEST_TRAFFIC_SHIFT',
  'POST_TEST_TRAFFIC_SHIFT',
  'PRODUCTION_TRAFFIC_SHIFT',
  'POST_PRODUCTION_TRAFFIC_SHIFT',
  'BAKE_TIME',
  'CLEAN_UP',
] as const;
export type Stage = (typeof STAGES)[number];

export const SERVICE_DEPLOYMENT_STATUSES = [
  'PENDING',
  'SUCCESSFUL',
  'STOPPED',
  'STOP_REQUESTED',
  'IN_PROGRESS',
  'ROLLBACK_REQUESTED',
  'ROLLBACK_IN_PROGRESS',
  'ROLLBACK_SUCCESSFUL',
  'ROLLBACK_FAILED',
] as const;
export type ServiceDeploymentStatus = (typeof SERVICE_DEPLOYMENT_STATUSES)[number];

/** The target groups of one load_balancer block: in which each revision is, and the rules that choose between them. */
export interface Pair extends Pick<AdvancedConfiguration, 'productionRuleArn' | 'testRuleArn'> {
  readonly blueGroupArn: Arn;
  readonly greenGroupArn: Arn;
}

/** One call of one hook, until it has said yes or no. */
export interface HookRun {
  readonly functionArn: Arn;
  readonly stage: HookStage;
  /** Of the configuration, then what its last answer gave. */
  readonly details: unknown;
  readonly status: 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED';
  /** Of the call under way; null between calls. */
  readonly executionId: string | null;
  /** When it is called again, after it answered IN_PROGRESS. */
  readonly nextAtMs: number | null;
  readonly startedAtMs: number | null;
  /** Why it failed. */
  readonly why: string | null;
}

export interface ServiceDeployment {
  /** 21 letters, digits, `-` and `_`. */
  readonly id: string;
  readonly arn: Arn;
  readonly serviceArn: Arn;
  readonly strategy: DeploymentStrategy;
  readonly status: ServiceDeploymentStatus;
  readonly statusReason: string | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly finishedAtMs: number | null;
  readonly stoppedAtMs: number | null;
  /** The deployment id of each revision (`ecs-svc/…`); blue is null where the service had none before. */
  readonly green: RevisionRef;
  readonly blue: RevisionRef | null;
  readonly pairs: readonly Pair[];
  readonly stage: Stage;
  readonly stageSinceMs: number;
  /** The stage's own work is done: its hooks are next, then the next stage. */
  readonly worked: boolean;
  /** Of the stage, or of the step of traffic, that it is in. */
  readonly hooks: readonly HookRun[];
  /** Green's share of production traffic so far, and when the next step is due. */
  readonly shift: Shift;
  /** Test traffic goes to green. */
  readonly tested: boolean;
  readonly bakeUntilMs: number | null;
  readonly rollback: { readonly reason: string; readonly startedAtMs: number; readonly restored: boolean } | null;
  /** StopServiceDeployment came. */
  readonly stop: 'ROLLBACK' | 'ABORT' | null;
  readonly triggeredAlarms: readonly string[];
}

export interface RevisionRef {
  readonly id: string;
  readonly taskDefinitionArn: Arn;
}

const OVER: readonly ServiceDeploymentStatus[] = ['SUCCESSFUL', 'STOPPED', 'ROLLBACK_SUCCESSFUL', 'ROLLBACK_FAILED'];
export const isOver = ({ status }: Pick<ServiceDeployment, 'status'>): boolean => OVER.includes(status);

/** All production traffic goes to green, and is to stay there: it is the revision that serves. */
export const hasShifted = ({
  shift,
  rollback,
  status,
}: Pick<ServiceDeployment, 'shift' | 'rollback' | 'status'>): boolean =>
  shift.percent === 100 && (rollback === null || status === 'ROLLBACK_FAILED');

/** Pending runs of the hooks of a stage. */
export const hooksOf = ({ hooks }: Pick<DeploymentStrategy, 'hooks'>, stage: Stage): readonly HookRun[] =>
  hooks
    .filter(({ stages }) => (stages as readonly Stage[]).includes(stage))
    .map(({ functionArn, details }) => ({
      functionArn,
      stage: stage as HookStage,
      details,
      status: 'PENDING',
      executionId: null,
      nextAtMs: null,
      startedAtMs: null,
      why: null,
    }));

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const ID_LENGTH = 21;

export const newServiceDeploymentId = (random: { below(bound: number): number }): string =>
  Array.from({ length: ID_LENGTH }, () => ALPHABET[random.below(ALPHABET.length)]).join('');

/** `…:service/C/S` → `…:service-deployment/C/S/id`. */
export const deploymentArnOf = (serviceArn: Arn, id: string): Arn =>
  `${serviceArn.replace(':service/', ':service-deployment/')}/${id}`;

/** `…:service/C/S` and `ecs-svc/123` → `…:service-revision/C/S/123`. */
export const revisionArnOf = (serviceArn: Arn, deploymentId: string): Arn =>
  `${serviceArn.replace(':service/', ':service-revision/')}/${deploymentId.split('/').at(-1)}`;
