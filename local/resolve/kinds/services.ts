/** Services (ECS service_definition_parameters, deployment-type-ecs). */
import { SERVICE } from '../../read/schemas/aws-ecs-service.ts';
import type { Service } from '../../topology.ts';
import { acting, type BuildContext } from '../kind.ts';
import { arnOf, textOf } from '../names.ts';
import { attachmentsOf, checkStrategy, strategyItem } from './clusters.ts';
import { checkDaemon, daemonPercents } from './daemons.ts';
import { checkController } from './deployment-controllers.ts';
import { strategyOf } from './deployment-strategies.ts';

const clusterNameOf = (reference: string): string => reference.split('/').at(-1) || 'default';

const service = acting(
  SERVICE,
  'services',
  (names, _block, attribute) => {
    const clusterName = clusterNameOf(textOf(attribute('cluster'), 'default'));
    const id = arnOf(names, 'ecs', `service/${clusterName}/${textOf(attribute('name'))}`);
    return { arn: id, id };
  },
  buildService,
);

type Context = BuildContext<typeof SERVICE.fields>;

function buildService(context: Context): Service {
  const { base, values: v, computed, report, names } = context;
  const clusterName = clusterNameOf(v.cluster);
  const strategy = v.capacity_provider_strategy.map(strategyItem);
  checkStrategy(strategy, report, 'capacity_provider_strategy');
  if (v.launch_type && strategy.length > 0)
    report.bad('launch_type', v.launch_type, 'it does not go with capacity_provider_strategy', 'one of the two');
  const controller = v.deployment_controller?.type ?? 'ECS';
  checkController(controller, v, report);
  const deploymentStrategy = strategyOf(controller, v, report);
  const isDaemon = v.scheduling_strategy === 'DAEMON';
  const inherited = v.launch_type || strategy.length > 0 ? strategy : defaultStrategy(context, clusterName);
  const launchType = v.launch_type ?? launchTypeOf(inherited.map((i) => i.capacityProvider));
  if (isDaemon) checkDaemon({ controller, launchType, hasStrategy: inherited.length > 0 }, v, report);
  return {
    ...base,
    arn: computed('arn'),
    name: v.name,
    clusterArn: v.cluster.startsWith('arn:') ? v.cluster : arnOf(names, 'ecs', `cluster/${clusterName}`),
    clusterName,
    taskDefinitionArn: v.task_definition ?? '',
    desiredCount: isDaemon ? 0 : v.desired_count,
    launchType,
    capacityProviderStrategy: inherited,
    schedulingStrategy: v.scheduling_strategy,
    deploymentController: controller,
    ...(isDaemon ? daemonPercents(v) : percentsOf(v)),
    circuitBreaker: {
      enable: controller === 'ECS' && (v.deployment_circuit_breaker?.enable ?? false),
      rollback: controller === 'ECS' && (v.deployment_circuit_breaker?.rollback ?? false),
    },
    deploymentAlarms: {
      enable: v.alarms?.enable ?? false,
      rollback: v.alarms?.rollback ?? false,
      names: v.alarms?.alarm_names ?? [],
    },
    ...(deploymentStrategy ? { deploymentStrategy } : {}),
    healthCheckGracePeriodSeconds: v.health_check_grace_period_seconds,
    loadBalancers: v.load_balancer.map(attachmentOf),
    subnetIds: v.network_configuration?.subnets ?? [],
    securityGroupIds: v.network_configuration?.security_groups ?? [],
    placementConstraints: v.placement_constraints,
    placementStrategies: v.ordered_placement_strategy,
    waitForSteadyState: v.wait_for_steady_state,
    forceNewDeployment: v.force_new_deployment,
  };
}

const attachmentOf = (lb: Context['values']['load_balancer'][number]): Service['loadBalancers'][number] => ({
  targetGroupArn: lb.target_group_arn,
  containerName: lb.container_name,
  containerPort: lb.container_port,
  ...(lb.advanced_configuration
    ? {
        advanced: {
          alternateTargetGroupArn: lb.advanced_configuration.alternate_target_group_arn,
          productionRuleArn: lb.advanced_configuration.production_listener_rule,
          testRuleArn: lb.advanced_configuration.test_listener_rule,
          roleArn: lb.advanced_configuration.role_arn,
        },
      }
    : {}),
});

const percentsOf = (v: Context['values']): Pick<Service, 'minimumHealthyPercent' | 'maximumPercent'> => ({
  minimumHealthyPercent: v.deployment_minimum_healthy_percent,
  maximumPercent: v.deployment_maximum_percent ?? 200,
});

/** A service with neither launch type nor strategy takes its cluster's default strategy. */
const defaultStrategy = ({ all }: Context, clusterName: string): Service['capacityProviderStrategy'] =>
  attachmentsOf(clusterName, all).flatMap((a) => a.default_capacity_provider_strategy.map(strategyItem));

const launchTypeOf = (providers: readonly string[]): 'EC2' | 'FARGATE' =>
  providers[0]?.startsWith('FARGATE') ? 'FARGATE' : 'EC2';

export const SERVICE_KINDS = [service];
