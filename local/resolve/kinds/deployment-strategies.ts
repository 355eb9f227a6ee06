/** How ECS itself replaces one revision of a service by another (ECS API_DeploymentConfiguration, deployment-type-blue-green). */
import type { Values } from '../../read/schema.ts';
import type { SERVICE } from '../../read/schemas/aws-ecs-service.ts';
import type { DeploymentHook, DeploymentStrategy, HookStage, Service, TrafficRouting } from '../../topology.ts';
import { nearest } from '../nearest.ts';
import type { Report } from '../report.ts';

type Given = Values<typeof SERVICE.fields>;
type Configuration = NonNullable<Given['deployment_configuration']>;
type Controller = Service['deploymentController'];

export const HOOK_STAGES: readonly HookStage[] = [
  'RECONCILE_SERVICE',
  'PRE_SCALE_UP',
  'POST_SCALE_UP',
  'TEST_TRAFFIC_SHIFT',
  'POST_TEST_TRAFFIC_SHIFT',
  'PRODUCTION_TRAFFIC_SHIFT',
  'POST_PRODUCTION_TRAFFIC_SHIFT',
];

/** What ECS takes where nothing was given (ECS API_LinearConfiguration, API_CanaryConfiguration). */
export const LINEAR_DEFAULT = { percent: 10, minutes: 6 };
export const CANARY_DEFAULT = { percent: 5, minutes: 10 };
/** AWS publishes none; its console proposes this one ≈. */
export const BAKE_DEFAULT_MINUTES = 15;

const AT = 'deployment_configuration';

/** @returns null for a rolling update, and for a service of another controller */
export function strategyOf(controller: Controller, v: Given, report: Report): DeploymentStrategy | null {
  const given = v.deployment_configuration;
  const type = given?.strategy ?? 'ROLLING';
  if (given) refuseParts(type, given, report);
  if (!given || type === 'ROLLING') {
    noteUnused(v, report);
    return null;
  }
  if (controller !== 'ECS') {
    report.bad(`${AT}.strategy`, type, `it is of controller ECS, not of ${controller}`, 'ROLLING, or controller ECS');
    return null;
  }
  if (v.scheduling_strategy === 'DAEMON')
    report.bad(
      `${AT}.strategy`,
      type,
      'a daemon has one task an instance: two revisions cannot run side by side',
      'ROLLING with scheduling_strategy DAEMON',
    );
  checkAttachments(type, v, report);
  if (given.bake_time_in_minutes === null)
    report.note(
      'approximated',
      `aws_ecs_service.${AT}.bake_time_in_minutes`,
      `AWS publishes no default: here ${BAKE_DEFAULT_MINUTES} minutes where none is given`,
    );
  return {
    type,
    routing: routingOf(type, given, report),
    bakeTimeMinutes: given.bake_time_in_minutes ?? BAKE_DEFAULT_MINUTES,
    hooks: given.lifecycle_hook.map((hook, i, all) => hookOf(hook, all.length > 1 ? `[${i}]` : '', report)),
  };
}

/** What belongs to another strategy would not be heeded (ECS API_DeploymentConfiguration). */
function refuseParts(type: Configuration['strategy'], given: Configuration, report: Report): void {
  const parts: readonly (readonly [string, unknown, readonly Configuration['strategy'][]])[] = [
    ['linear_configuration', given.linear_configuration, ['LINEAR']],
    ['canary_configuration', given.canary_configuration, ['CANARY']],
    ['lifecycle_hook', given.lifecycle_hook.length || null, ['BLUE_GREEN', 'LINEAR', 'CANARY']],
    ['bake_time_in_minutes', given.bake_time_in_minutes || null, ['BLUE_GREEN', 'LINEAR', 'CANARY']],
  ];
  for (const [name, value, types] of parts)
    if (value !== null && !types.includes(type))
      report.bad(`${AT}.${name}`, value, `it is not of strategy ${type}`, `only with strategy ${types.join(', ')}`);
}

/** Where the other revision would be is kept, for a strategy to come. */
function noteUnused(v: Given, report: Report): void {
  if (v.load_balancer.some((lb) => lb.advanced_configuration !== null))
    report.note(
      'no-local-effect',
      `${report.address}.load_balancer.advanced_configuration`,
      'a rolling update has one target group: it is of strategies BLUE_GREEN, LINEAR and CANARY',
    );
}

function checkAttachments(type: Configuration['strategy'], v: Given, report: Report): void {
  const blocks = v.load_balancer;
  if (blocks.length === 0 && type !== 'BLUE_GREEN')
    report.bad(
      'load_balancer',
      0,
      `there is no traffic to shift in steps`,
      `a load_balancer with advanced_configuration with strategy ${type} (ECS deployment-type-linear)`,
    );
  const groups = blocks.map((lb) => lb.target_group_arn);
  blocks.forEach((lb, i) => {
    const at = `load_balancer${blocks.length > 1 ? `[${i}]` : ''}.advanced_configuration`;
    const own = lb.advanced_configuration;
    if (own === null) {
      report.missing(
        at,
        `strategy ${type} needs a second target group and the rule that shifts traffic (ECS API_AdvancedConfiguration)`,
      );
      return;
    }
    if (groups.includes(own.alternate_target_group_arn))
      report.bad(
        `${at}.alternate_target_group_arn`,
        own.alternate_target_group_arn,
        'a revision of the service is in this group already',
        'a target group of its own for the other revision',
      );
    if (own.test_listener_rule !== null && own.test_listener_rule === own.production_listener_rule)
      report.bad(
        `${at}.test_listener_rule`,
        own.test_listener_rule,
        'test traffic and production traffic have the same rule',
        'a rule of its own, of another condition or another listener',
      );
  });
}

function routingOf(type: Configuration['strategy'], given: Configuration, report: Report): TrafficRouting {
  if (type === 'LINEAR') {
    const own = given.linear_configuration;
    const percentage = own?.step_percent ?? LINEAR_DEFAULT.percent;
    checkTenths('linear_configuration.step_percent', percentage, report);
    const intervalMinutes = own?.step_bake_time_in_minutes ?? LINEAR_DEFAULT.minutes;
    return { type: 'TimeBasedLinear', percentage, intervalMinutes };
  }
  if (type !== 'CANARY') return { type: 'AllAtOnce' };
  const own = given.canary_configuration;
  const percentage = own?.canary_percent ?? CANARY_DEFAULT.percent;
  checkTenths('canary_configuration.canary_percent', percentage, report);
  const intervalMinutes = own?.canary_bake_time_in_minutes ?? CANARY_DEFAULT.minutes;
  return { type: 'TimeBasedCanary', percentage, intervalMinutes };
}

function checkTenths(name: string, percent: number, report: Report): void {
  if (Math.abs(percent * 10 - Math.round(percent * 10)) > 1e-9)
    report.bad(`${AT}.${name}`, percent, 'it is no multiple of 0.1', 'a multiple of 0.1');
}

function hookOf(hook: Configuration['lifecycle_hook'][number], index: string, report: Report): DeploymentHook {
  const at = `${AT}.lifecycle_hook${index}`;
  const stages = hook.lifecycle_stages.flatMap((stage, i): HookStage[] => {
    const known = HOOK_STAGES.find((one) => one === stage);
    if (known) return [known];
    const close = nearest(stage, HOOK_STAGES);
    report.problem('INVALID_ATTRIBUTE', `${at}.lifecycle_stages[${i}]`, {
      message: 'functions do not run at this stage',
      value: stage,
      rule: `one of ${HOOK_STAGES.join(', ')} (ECS API_DeploymentLifecycleHook)`,
      fix: close ? `did you mean ${close}?` : 'name one of these stages',
    });
    return [];
  });
  return {
    functionArn: hook.hook_target_arn,
    roleArn: hook.role_arn,
    stages: [...new Set(stages)],
    details: hook.hook_details ?? null,
  };
}
