/** Deployment groups against their application, service, target groups, listeners and alarms (CodeDeploy user guide). */
import type { Problem } from '../../errors.ts';
import type { DeploymentGroup, Listener, Service, TargetGroup, Topology } from '../../topology.ts';
import { nearest } from '../nearest.ts';
import { forwardsTo, lost, repeated, wrong } from './find.ts';

const ALL_AT_ONCE = 'CodeDeployDefault.ECSAllAtOnce';

/** Of ECS; those of servers and functions have other names (CD deployment-configurations). */
export const PREDEFINED_CONFIGS: readonly string[] = [
  ALL_AT_ONCE,
  'CodeDeployDefault.ECSCanary10Percent5Minutes',
  'CodeDeployDefault.ECSCanary10Percent15Minutes',
  'CodeDeployDefault.ECSLinear10PercentEvery1Minutes',
  'CodeDeployDefault.ECSLinear10PercentEvery3Minutes',
];

export const checkBlueGreen = (t: Topology): Problem[] => [
  ...t.deploymentGroups.flatMap((g) => checkGroup(g, t)),
  ...sameServiceTwice(t),
];

const PAIR = 'load_balancer_info.target_group_pair_info';

function checkGroup(g: DeploymentGroup, t: Topology): Problem[] {
  const service = serviceOf(g, t);
  const names = [...new Set(g.targetGroupNames)];
  const groups = names.flatMap((name) => t.targetGroups.find((tg) => tg.name === name) ?? []);
  return [
    ...checkNamed(g, t),
    ...checkService(g, service, t),
    ...names
      .filter((name) => !groups.some((tg) => tg.name === name))
      .map((name) => lost(`${g.address}.${PAIR}.target_group`, name, 'target group', 'aws_lb_target_group')),
    ...(groups.length === names.length ? checkPair(g, groups, service) : []),
    ...checkShift(g, groups, t),
    ...checkListeners(g, groups, t),
    ...checkAlarms(g, t),
  ];
}

export const serviceOf = (g: DeploymentGroup, t: Topology): Service | undefined =>
  t.services.find((s) => s.clusterName === g.clusterName && s.name === g.serviceName);

function checkNamed(g: DeploymentGroup, t: Topology): Problem[] {
  const problems: Problem[] = [];
  if (!t.codeDeployApplications.some((a) => a.name === g.applicationName))
    problems.push(lost(`${g.address}.app_name`, g.applicationName, 'application', 'aws_codedeploy_app'));
  const configs = [...PREDEFINED_CONFIGS, ...t.deploymentConfigs.map((c) => c.name)];
  if (!configs.includes(g.deploymentConfigName)) {
    const close = nearest(g.deploymentConfigName, configs);
    problems.push({
      ...lost(
        `${g.address}.deployment_config_name`,
        g.deploymentConfigName,
        'configuration',
        'aws_codedeploy_deployment_config',
      ),
      rule: `one of ${PREDEFINED_CONFIGS.join(', ')}, or the name of an aws_codedeploy_deployment_config of these stacks`,
      ...(close ? { fix: `did you mean ${close}?` } : {}),
    });
  }
  return problems;
}

function checkService(g: DeploymentGroup, service: Service | undefined, t: Topology): Problem[] {
  if (!t.clusters.some((c) => c.name === g.clusterName))
    return [lost(`${g.address}.ecs_service.cluster_name`, g.clusterName, 'cluster', 'aws_ecs_cluster')];
  if (!service)
    return [
      lost(
        `${g.address}.ecs_service.service_name`,
        g.serviceName,
        `service in cluster ${g.clusterName}`,
        'aws_ecs_service',
      ),
    ];
  if (service.deploymentController === 'CODE_DEPLOY') return [];
  return [
    {
      ...wrong(g, 'ecs_service.service_name', g.serviceName, {
        message: `${service.name} is deployed by ${service.deploymentController}`,
        rule: 'a deployment group deploys a service whose deployment controller is CODE_DEPLOY',
      }),
      fix: `set deployment_controller.type of ${service.address} to CODE_DEPLOY`,
    },
  ];
}

function checkPair(g: DeploymentGroup, groups: readonly TargetGroup[], service: Service | undefined): Problem[] {
  const [blue, green] = groups;
  const path = `${PAIR}.target_group`;
  if (blue && !green)
    return [
      wrong(g, path, blue.name, {
        message: 'blue and green are the same target group',
        rule: 'two target groups, so that traffic can move (CD TargetGroupPairInfo)',
      }),
    ];
  const problems: Problem[] = [];
  for (const what of ['targetType', 'protocol'] as const)
    if (blue && green && blue[what] !== green[what])
      problems.push(
        wrong(
          g,
          path,
          { [blue.name]: blue[what], [green.name]: green[what] },
          {
            message: `the target groups differ in ${what === 'targetType' ? 'target type' : 'protocol'}`,
            rule: 'the same tasks are targets of one and then of the other',
          },
        ),
      );
  const own = service?.loadBalancers[0]?.targetGroupArn;
  if (own && !groups.some((tg) => tg.arn === own))
    problems.push(
      wrong(g, path, g.targetGroupNames, {
        message: `the service ${g.serviceName} is in another target group`,
        rule: 'the service’s load_balancer names one of the pair (CD deployment-groups-create-ecs)',
      }),
    );
  return problems;
}

/** A network load balancer’s traffic moves at once or not at all (CD deployment-configurations, "Amazon ECS compute platform"). */
function checkShift(g: DeploymentGroup, groups: readonly TargetGroup[], t: Topology): Problem[] {
  const config = t.deploymentConfigs.find((c) => c.name === g.deploymentConfigName);
  const isAtOnce = config ? config.routing.type === 'AllAtOnce' : g.deploymentConfigName === ALL_AT_ONCE;
  if (isAtOnce || !groups.some((tg) => tg.network)) return [];
  return [
    {
      ...wrong(g, 'deployment_config_name', g.deploymentConfigName, {
        message: 'its target groups are behind a network load balancer, whose traffic is not shifted in steps',
        rule: `${ALL_AT_ONCE} with a network load balancer (CD deployment-configurations)`,
      }),
      fix: `use ${ALL_AT_ONCE}`,
    },
  ];
}

function checkListeners(g: DeploymentGroup, groups: readonly TargetGroup[], t: Topology): Problem[] {
  const [production, test] = [g.productionListenerArns[0], g.testListenerArns[0]];
  const at = (route: string): string => `${PAIR}.${route}.listener_arns`;
  const given = [
    ...(production === undefined ? [] : [['prod_traffic_route', production] as const]),
    ...(test === undefined ? [] : [['test_traffic_route', test] as const]),
  ];
  const found = given.map(([route, arn]) => [route, arn, t.listeners.find((l) => l.arn === arn)] as const);
  const problems = found
    .filter(([, , listener]) => !listener)
    .map(([route, arn]) => lost(`${g.address}.${at(route)}`, arn, 'listener', 'aws_lb_listener'));
  const first = found.find(([route]) => route === 'prod_traffic_route')?.[2];
  const second = found.find(([route]) => route === 'test_traffic_route')?.[2];
  if (production !== undefined && production === test)
    problems.push(
      wrong(g, at('test_traffic_route'), test, {
        message: 'test traffic and production traffic have the same listener',
        rule: 'two listeners, on different ports (CD deployment-groups-create-load-balancer-for-ecs)',
      }),
    );
  else if (first && second && first.loadBalancerArn !== second.loadBalancerArn)
    problems.push(
      wrong(g, at('test_traffic_route'), test, {
        message: 'the listeners are of two load balancers',
        rule: 'the production and the test listener of one load balancer',
      }),
    );
  if (first && production !== undefined && groups.length > 0 && !routes(first, groups, t))
    problems.push(
      wrong(g, at('prod_traffic_route'), production, {
        message: `nothing on port ${first.port} forwards to ${g.targetGroupNames.join(' or ')}`,
        rule: 'the primary task set’s target group is behind the production listener (CD troubleshooting-ecs)',
      }),
    );
  return problems;
}

/** Whether the listener's default action or one of its rules forwards to one of the groups. */
export function routes(listener: Listener, groups: readonly TargetGroup[], t: Topology): boolean {
  const arns = groups.map((tg) => tg.arn);
  return [listener.defaultActions, ...t.rules.filter((r) => r.listenerArn === listener.arn).map((r) => r.actions)].some(
    (actions) => arns.some((arn) => forwardsTo(actions, arn)),
  );
}

/** With ignore_poll_alarm_failure a missing alarm is passed over (CD AlarmConfiguration). */
function checkAlarms(g: DeploymentGroup, t: Topology): Problem[] {
  if (g.alarms.ignorePollAlarmFailure) return [];
  return g.alarms.names
    .filter((name) => !t.alarms.some((a) => a.name === name))
    .map((name) => lost(`${g.address}.alarm_configuration.alarms`, name, 'alarm', 'aws_cloudwatch_metric_alarm'));
}

const sameServiceTwice = (t: Topology): Problem[] =>
  repeated(t.deploymentGroups, (g) => `${g.clusterName}/${g.serviceName}`).map(([first, second]) => ({
    code: 'DUPLICATE',
    address: `${second.address}.ecs_service`,
    message: `the service ${second.serviceName} is deployed by another group already: ${first.address}`,
    value: second.serviceName,
    rule: 'a service belongs to one deployment group (CD DeploymentGroupECSService)',
    fix: 'remove one of the groups',
  }));
