/** What the deciders of a service deployment look at, and what they answer. */
import type { SideObserved } from '../codedeploy/step.ts';
import { hooksOf, type ServiceDeployment, type Stage } from './service-deployment.ts';

/** A revision of the service, as it is now. `healthyTargets`: of its emptiest target group, or tasks where it has none. */
export interface RevisionObserved extends SideObserved {
  /** Its tasks may run: it is not one that has only been made. */
  readonly scaled: boolean;
  /** With those that are stopping. */
  readonly tasks: number;
}

export interface Observed {
  /** Control time. */
  readonly nowMs: number;
  /** An id that nothing has yet, for each hook of a stage. */
  readonly freshId: (index: number) => string;
  readonly blue: RevisionObserved | null;
  readonly green: RevisionObserved | null;
  /** Of other revisions. */
  readonly leftovers: { readonly tasks: number; readonly draining: boolean };
  /** Rules that shift production traffic and are there, of so many. */
  readonly productionRoutes: number;
  readonly testRoutes: number;
  /** The circuit breaker has tripped. */
  readonly tripped: boolean;
  /** Names of the alarms that fail the deployment. */
  readonly alarms: readonly string[];
  /** Of the service, as it is now. */
  readonly rollsBackOn: { readonly breaker: boolean; readonly alarms: boolean };
}

export type Effect =
  /** Other revisions that still run end. */
  | { readonly do: 'end-leftovers' }
  /** Production traffic goes wholly to blue and names green, so that its targets are checked; green's tasks start. */
  | { readonly do: 'scale-up' }
  | { readonly do: 'test-traffic'; readonly to: 'blue' | 'green' }
  | { readonly do: 'shift'; readonly percent: number; readonly from: number }
  | { readonly do: 'invoke'; readonly index: number; readonly executionId: string }
  | { readonly do: 'end'; readonly side: 'blue' | 'green' }
  /** Green has failed: no task of it starts any more. */
  | { readonly do: 'fail'; readonly reason: string }
  /** Green is the service's revision, and the only one. */
  | { readonly do: 'complete' }
  /** Blue is the service's revision again. */
  | { readonly do: 'return' };

export interface Telling {
  readonly code: string;
  readonly message: string;
  readonly level?: 'info' | 'warn' | 'error';
  /** Among the service's events, too. */
  readonly say?: boolean;
}

export interface Step {
  readonly patch: Partial<ServiceDeployment>;
  /** Done after the patch is kept, in order. */
  readonly effects?: readonly Effect[];
  readonly tell?: Telling;
}

/** The deployment enters a stage; its hooks wait until its own work is done. */
export const enter = (d: ServiceDeployment, stage: Stage, nowMs: number): Step => ({
  patch: { stage, stageSinceMs: nowMs, worked: false, hooks: hooksOf(d.strategy, stage) },
  tell: { code: 'LIFECYCLE_STAGE', message: `lifecycle stage ${stage}` },
});
