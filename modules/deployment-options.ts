/** How CodeDeploy deploys: what a deployment group is told beside its service. */
import { checkAlarms, type DeploymentAlarm } from './deployment-alarms.ts';
import { checkConfiguration, type DeploymentConfiguration } from './deployment-configuration.ts';
import type { PropCheck } from './prop-check.ts';

export const ROLLBACK_EVENTS = [
  'DEPLOYMENT_FAILURE',
  'DEPLOYMENT_STOP_ON_REQUEST',
  'DEPLOYMENT_STOP_ON_ALARM',
] as const;
export type RollbackEvent = (typeof ROLLBACK_EVENTS)[number];

/** What happens when green is ready (CD API_DeploymentReadyOption). */
export type ReadyOption =
  | { readonly action: 'CONTINUE_DEPLOYMENT' }
  /** Waits for ContinueDeployment, 1–2880 minutes, then stops. */
  | { readonly action: 'STOP_DEPLOYMENT'; readonly waitMinutes: number };

export interface DeploymentOptions {
  /** @default ECSAllAtOnce */
  readonly configuration?: DeploymentConfiguration;
  /** @default CONTINUE_DEPLOYMENT: traffic moves as soon as green is ready */
  readonly ready?: ReadyOption;
  /** How long the blue task set stays after a successful deployment, 0–2880 minutes. @default 5 */
  readonly terminationWaitMinutes?: number;
  /** What becomes of the blue task set; ECS keeps it for terminationWaitMinutes, not for ever. @default TERMINATE */
  readonly terminationAction?: 'TERMINATE';
  /** What rolls back by itself. Empty: nothing does. @default all three */
  readonly rollbackOn?: readonly RollbackEvent[];
  /** Any of them in ALARM stops the deployment; at most 10. @default none */
  readonly alarms?: readonly DeploymentAlarm[];
  /** Goes on where CloudWatch does not tell the alarms' state. @default false */
  readonly ignorePollAlarmFailure?: boolean;
}

const MAX_WAIT_MINUTES = 2880;

/** Notes every problem of the options. */
export function checkDeploymentProps(check: PropCheck, options: DeploymentOptions): void {
  const { ready, rollbackOn = ROLLBACK_EVENTS, terminationAction = 'TERMINATE' } = options;
  checkConfiguration(check, options.configuration ?? 'ECSAllAtOnce');
  checkAlarms(check, options.alarms ?? []);
  checkReady(check, ready);
  check
    .range('terminationWaitMinutes', options.terminationWaitMinutes, {
      min: 0,
      max: MAX_WAIT_MINUTES,
      unit: 'minutes',
      source: 'CD API_BlueInstanceTerminationOption',
    })
    .that(terminationAction === 'TERMINATE', {
      prop: 'terminationAction',
      value: terminationAction,
      rule: 'TERMINATE: the next deployment needs the blue target group (CD API_BlueInstanceTerminationOption; KEEP_ALIVE is for instances)',
      fix: `leave it out, and keep blue for up to ${MAX_WAIT_MINUTES} minutes with terminationWaitMinutes`,
    });
  for (const event of rollbackOn) {
    check.that(ROLLBACK_EVENTS.includes(event), {
      prop: 'rollbackOn',
      value: event,
      rule: `of ${ROLLBACK_EVENTS.join(', ')} (CD API_AutoRollbackConfiguration)`,
      fix: 'take some of these, or none for no roll-back',
    });
  }
}

function checkReady(check: PropCheck, ready: ReadyOption | undefined): void {
  if (ready === undefined) return;
  const waitMinutes = 'waitMinutes' in ready ? ready.waitMinutes : undefined;
  check.that(['CONTINUE_DEPLOYMENT', 'STOP_DEPLOYMENT'].includes(ready.action), {
    prop: 'ready.action',
    value: ready.action,
    rule: 'CONTINUE_DEPLOYMENT or STOP_DEPLOYMENT (CD API_DeploymentReadyOption)',
    fix: 'take one of the two',
  });
  if (ready.action === 'STOP_DEPLOYMENT') {
    check
      .that(waitMinutes !== undefined, {
        prop: 'ready.waitMinutes',
        value: waitMinutes,
        rule: 'STOP_DEPLOYMENT waits for ContinueDeployment a number of minutes (CD API_DeploymentReadyOption)',
        fix: `set it, 1–${MAX_WAIT_MINUTES}`,
      })
      .range('ready.waitMinutes', waitMinutes, { min: 1, max: MAX_WAIT_MINUTES, unit: 'minutes' });
    return;
  }
  check.that(!waitMinutes, {
    prop: 'ready.waitMinutes',
    value: waitMinutes,
    rule: 'only STOP_DEPLOYMENT waits (CD API_DeploymentReadyOption)',
    fix: 'leave it out, or set ready.action to STOP_DEPLOYMENT',
  });
}
