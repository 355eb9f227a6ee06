/** Blue/green deployments of ECS services: applications, configurations, groups (CodeDeploy user guide). */
import { CODEDEPLOY_APP, DEPLOYMENT_CONFIG, DEPLOYMENT_GROUP } from '../../read/schemas/aws-codedeploy.ts';
import type {
  CodeDeployApplication,
  DeploymentConfig,
  DeploymentGroup,
  RollbackEvent,
  TrafficRouting,
} from '../../topology.ts';
import { acting, type BuildContext } from '../kind.ts';
import { arnOf, textOf, uuid } from '../names.ts';

const ROLLBACK_EVENTS: readonly RollbackEvent[] = [
  'DEPLOYMENT_FAILURE',
  'DEPLOYMENT_STOP_ON_REQUEST',
  'DEPLOYMENT_STOP_ON_ALARM',
];
/** Two days from the first shift of traffic to the last (CD limits). */
const MAX_SHIFT_MINUTES = 2880;

const application = acting(
  CODEDEPLOY_APP,
  'codeDeployApplications',
  (names, block, attribute) => {
    const name = textOf(attribute('name'));
    const applicationId = uuid(block.address);
    return {
      id: `${applicationId}:${name}`,
      application_id: applicationId,
      arn: arnOf(names, 'codedeploy', `application:${name}`),
      github_account_name: '',
      linked_to_github: false,
    };
  },
  ({ base, values }): CodeDeployApplication => ({ ...base, name: values.name, computePlatform: 'ECS' }),
);

const deploymentConfig = acting(
  DEPLOYMENT_CONFIG,
  'deploymentConfigs',
  (names, block, attribute) => {
    const name = textOf(attribute('deployment_config_name'));
    return {
      id: name,
      deployment_config_id: uuid(block.address),
      arn: arnOf(names, 'codedeploy', `deploymentconfig:${name}`),
    };
  },
  (context): DeploymentConfig => ({
    ...context.base,
    name: context.values.deployment_config_name,
    routing: routingOf(context),
  }),
);

function routingOf({ values, report }: BuildContext<typeof DEPLOYMENT_CONFIG.fields>): TrafficRouting {
  const given = values.traffic_routing_config;
  const type = given?.type ?? 'AllAtOnce';
  const canary = given?.time_based_canary ?? null;
  const linear = given?.time_based_linear ?? null;
  const unused = [
    ...(canary && type !== 'TimeBasedCanary' ? ['time_based_canary'] : []),
    ...(linear && type !== 'TimeBasedLinear' ? ['time_based_linear'] : []),
  ];
  for (const name of unused)
    report.bad(
      `traffic_routing_config.${name}`,
      type,
      `it does not go with type ${type}`,
      'the block that the type names',
    );
  if (type === 'AllAtOnce') return { type };
  const shift = type === 'TimeBasedCanary' ? canary : linear;
  if (!shift) {
    const name = type === 'TimeBasedCanary' ? 'time_based_canary' : 'time_based_linear';
    report.missing(`traffic_routing_config.${name}`, `type ${type} needs it`);
    return { type: 'AllAtOnce' };
  }
  const steps = type === 'TimeBasedCanary' ? 1 : Math.ceil(100 / Math.max(1, shift.percentage)) - 1;
  if (steps * shift.interval > MAX_SHIFT_MINUTES)
    report.bad(
      'traffic_routing_config',
      `${steps} × ${shift.interval} min`,
      'traffic takes more than two days to move',
      `at most ${MAX_SHIFT_MINUTES} minutes from the first shift to the last (CD limits)`,
    );
  return { type, percentage: shift.percentage, intervalMinutes: shift.interval };
}

const deploymentGroup = acting(
  DEPLOYMENT_GROUP,
  'deploymentGroups',
  (names, block, attribute) => {
    const name = `${textOf(attribute('app_name'))}/${textOf(attribute('deployment_group_name'))}`;
    const id = uuid(block.address);
    return {
      id,
      deployment_group_id: id,
      arn: arnOf(names, 'codedeploy', `deploymentgroup:${name}`),
      compute_platform: 'ECS',
    };
  },
  buildGroup,
);

type Context = BuildContext<typeof DEPLOYMENT_GROUP.fields>;

function buildGroup(context: Context): DeploymentGroup {
  const { base, values: v, computed } = context;
  const pair = v.load_balancer_info.target_group_pair_info;
  const blueGreen = v.blue_green_deployment_config;
  const termination = blueGreen?.terminate_blue_instances_on_deployment_success;
  const [blue = '', green = ''] = pair.target_group.map((g) => g.name);
  return {
    ...base,
    arn: computed('arn'),
    name: v.deployment_group_name,
    applicationName: v.app_name,
    deploymentConfigName: v.deployment_config_name,
    serviceRoleArn: v.service_role_arn,
    // Both the name and the ARN of a cluster are taken.
    clusterName: v.ecs_service.cluster_name.split('/').at(-1) ?? '',
    serviceName: v.ecs_service.service_name.split('/').at(-1) ?? '',
    targetGroupNames: [blue, green],
    productionListenerArns: pair.prod_traffic_route.listener_arns,
    testListenerArns: pair.test_traffic_route?.listener_arns ?? [],
    autoRollback: rollbackOf(context),
    alarms: alarmsOf(context),
    blueTermination: {
      action: termination?.action ?? 'TERMINATE',
      waitMinutes: termination?.termination_wait_time_in_minutes ?? 0,
    },
    ready: readyOf(context),
  };
}

function rollbackOf({ values, report }: Context): DeploymentGroup['autoRollback'] {
  const { enabled = false, events = [] } = values.auto_rollback_configuration ?? {};
  const path = 'auto_rollback_configuration.events';
  const known = events.filter((e): e is RollbackEvent => (ROLLBACK_EVENTS as readonly string[]).includes(e));
  for (const event of events)
    if (!known.includes(event as RollbackEvent))
      report.bad(path, event, 'there is no such event', ROLLBACK_EVENTS.join(', '));
  if (enabled && events.length === 0)
    report.missing(path, `a rollback needs an event that starts it: ${ROLLBACK_EVENTS.join(', ')}`);
  return { enabled, events: known };
}

function alarmsOf({ values, report }: Context): DeploymentGroup['alarms'] {
  const given = values.alarm_configuration;
  const names = given?.alarms ?? [];
  if (given?.enabled && names.length === 0)
    report.missing('alarm_configuration.alarms', 'enabled needs alarms (CD AlarmConfiguration)');
  return {
    enabled: given?.enabled ?? false,
    ignorePollAlarmFailure: given?.ignore_poll_alarm_failure ?? false,
    names,
  };
}

function readyOf({ values, report }: Context): DeploymentGroup['ready'] {
  const given = values.blue_green_deployment_config?.deployment_ready_option;
  const action = given?.action_on_timeout ?? 'CONTINUE_DEPLOYMENT';
  const wait = given?.wait_time_in_minutes ?? 0;
  const path = 'blue_green_deployment_config.deployment_ready_option.wait_time_in_minutes';
  if (action === 'CONTINUE_DEPLOYMENT' && wait > 0)
    report.note(
      'no-local-effect',
      `${report.type}.${path}`,
      'CONTINUE_DEPLOYMENT does not wait (CD DeploymentReadyOption)',
    );
  if (action === 'STOP_DEPLOYMENT' && wait === 0)
    report.bad(
      path,
      wait,
      'STOP_DEPLOYMENT would stop every deployment at once',
      '1 to 2880 minutes with STOP_DEPLOYMENT',
    );
  return { actionOnTimeout: action, waitMinutes: action === 'STOP_DEPLOYMENT' ? wait : 0 };
}

export const CODEDEPLOY_KINDS = [application, deploymentConfig, deploymentGroup];
