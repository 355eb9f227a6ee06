/** A service of CreateService as the stacks would have resolved it (ECS API_CreateService). */
import type { CapacityProviderStrategyItem, Cluster, Service, TaskDefinition } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';
import { arnAt } from '../../place.ts';
import type { Call } from '../operation.ts';
import { madeBase } from './codedeploy-lookup.ts';
import { checkStrategy, strategyOf as strategyOfInput } from './ecs-deployment-strategy.ts';
import { needActiveDefinition, needCluster } from './ecs-lookup.ts';
import type { CreateServiceInput } from './ecs-service-input.ts';

const bad = (message: string): ApiError => new ApiError('InvalidParameterException', message);

/** @throws ApiError in AWS's words; what concerns the running system, the controller refuses */
export function serviceOf(input: CreateServiceInput, call: Call): Service {
  const cluster = needCluster(call, input.cluster);
  const controller = input.deploymentController?.type ?? 'ECS';
  const definition = definitionOf(input, controller, call);
  const strategy = strategyOf(input, cluster, call);
  const launchType = launchTypeOf(input, strategy);
  const network = input.networkConfiguration?.awsvpcConfiguration;
  const isDaemon = input.schedulingStrategy === 'DAEMON';
  const { deploymentCircuitBreaker: breaker, alarms, ...percents } = input.deploymentConfiguration ?? {};
  const deploymentStrategy = strategyOfInput(percents, undefined, call);
  checkController(input, controller);
  if (isDaemon && input.desiredCount !== undefined)
    throw bad(
      'The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again',
    );
  checkTargets(input, definition, call);
  if (launchType === 'FARGATE' && (input.placementConstraints?.length || input.placementStrategy?.length))
    throw bad('Placement strategies and constraints are not supported with FARGATE launch type.');
  if (input.healthCheckGracePeriodSeconds && !input.loadBalancers?.length)
    throw bad('Health check grace period is only valid for services configured to use load balancers');
  const service: Service = {
    ...madeBase(call, 'aws_ecs_service', `${cluster.name}/${input.serviceName}`, tagsOf(input.tags)),
    arn: arnAt(call, 'ecs', `service/${cluster.name}/${input.serviceName}`),
    name: input.serviceName,
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    taskDefinitionArn: definition?.arn ?? '',
    desiredCount: input.desiredCount ?? 0,
    launchType,
    capacityProviderStrategy: strategy,
    schedulingStrategy: input.schedulingStrategy ?? 'REPLICA',
    deploymentController: controller,
    minimumHealthyPercent: percents.minimumHealthyPercent ?? (isDaemon ? 0 : 100),
    maximumPercent: percents.maximumPercent ?? (isDaemon ? 100 : 200),
    circuitBreaker: breaker ?? { enable: false, rollback: false },
    deploymentAlarms: deploymentAlarmsOf(alarms, controller),
    ...(deploymentStrategy ? { deploymentStrategy } : {}),
    healthCheckGracePeriodSeconds: input.healthCheckGracePeriodSeconds ?? 0,
    loadBalancers: input.loadBalancers ?? [],
    subnetIds: network?.subnets ?? [],
    securityGroupIds: network?.securityGroups ?? [],
    placementConstraints: (input.placementConstraints ?? []).map(({ type, expression }) => ({
      type,
      expression: expression ?? null,
    })),
    placementStrategies: (input.placementStrategy ?? []).map(({ type, field }) => ({ type, field: field ?? null })),
    waitForSteadyState: false,
    forceNewDeployment: false,
  };
  checkStrategy(deploymentStrategy, service, call);
  checkPercents(service);
  return service;
}

/** A service of an external controller has none: its task sets have. */
function definitionOf(
  { taskDefinition }: CreateServiceInput,
  controller: Service['deploymentController'],
  call: Call,
): TaskDefinition | null {
  if (controller === 'EXTERNAL') {
    if (taskDefinition !== undefined)
      throw bad('TaskDefinition cannot be specified for an EXTERNAL deployment controller.');
    return null;
  }
  if (taskDefinition === undefined) throw bad('TaskDefinition must be specified.');
  return needActiveDefinition(call, taskDefinition);
}

/** What was given, or the cluster's default. @throws ApiError where it does not fit the cluster */
export function strategyOf(
  input: Pick<CreateServiceInput, 'capacityProviderStrategy' | 'launchType'>,
  cluster: Cluster,
  call: Call,
): readonly CapacityProviderStrategyItem[] {
  const given = input.capacityProviderStrategy ?? [];
  if (given.length > 0 && input.launchType !== undefined)
    throw bad(
      'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
    );
  const known = [...cluster.capacityProviders, 'FARGATE'];
  const wrong = given.find(({ capacityProvider }) => !known.includes(capacityProvider));
  if (wrong)
    throw bad(`The capacity provider ${wrong.capacityProvider} is not one of the cluster's: ${known.join(', ')}`);
  if (given.length === 0) return input.launchType === undefined ? cluster.defaultStrategy : [];
  const isFargate = given.map(({ capacityProvider }) => capacityProvider.startsWith('FARGATE'));
  if (new Set(isFargate).size > 1) throw bad('A strategy has either Fargate or Auto Scaling group capacity providers.');
  if (!isFargate[0] && !call.resources().capacityProviders.some(({ name }) => name === given[0]?.capacityProvider))
    throw bad(`The capacity provider ${given[0]?.capacityProvider} does not exist.`);
  return given.map(({ capacityProvider, weight = 0, base = 0 }) => ({ capacityProvider, weight, base }));
}

export function launchTypeOf(
  { launchType = 'EC2' }: Pick<CreateServiceInput, 'launchType'>,
  strategy: readonly CapacityProviderStrategyItem[],
): Service['launchType'] {
  if (strategy.length === 0) return launchType;
  return strategy[0]?.capacityProvider.startsWith('FARGATE') ? 'FARGATE' : 'EC2';
}

/** CodeDeploy shifts one target group's traffic; the circuit breaker is of rolling updates. */
function checkController(input: CreateServiceInput, controller: Service['deploymentController']): void {
  if (controller === 'ECS') return;
  if (input.deploymentConfiguration?.deploymentCircuitBreaker)
    throw bad('Deployment circuit breaker is only supported with the ECS deployment controller.');
  if (controller !== 'CODE_DEPLOY') return;
  const count = input.loadBalancers?.length ?? 0;
  if (count === 0) throw bad('Load balancers are required for the CODE_DEPLOY deployment controller.');
  if (count > 1) throw bad('Multiple load balancers are not supported with the CODE_DEPLOY deployment controller.');
}

/** Target type against network mode (ECS service-load-balancing); the rest is the controller's to refuse. */
function checkTargets({ loadBalancers = [] }: CreateServiceInput, definition: TaskDefinition | null, call: Call): void {
  if (definition === null) return;
  const groups = call.balancer.targetGroups();
  for (const { targetGroupArn } of loadBalancers) {
    const group = groups.find(({ arn }) => arn === targetGroupArn);
    if (!group) throw bad(`The specified target group does not exist: ${targetGroupArn}`);
    const wanted = definition.networkMode === 'awsvpc' ? 'ip' : 'instance';
    if (group.targetType !== wanted)
      throw bad(
        `The provided target group ${targetGroupArn} has target type ${group.targetType}, which is incompatible with the ${definition.networkMode} network mode specified in the task definition.`,
      );
  }
}

/** A service that could never be deployed again (ECS deployment-type-ecs). */
export function checkPercents(
  service: Pick<
    Service,
    'deploymentController' | 'deploymentStrategy' | 'desiredCount' | 'minimumHealthyPercent' | 'maximumPercent'
  >,
): void {
  if (service.deploymentController !== 'ECS' || service.deploymentStrategy) return;
  const least = Math.ceil((service.desiredCount * service.minimumHealthyPercent) / 100);
  const most = Math.floor((service.desiredCount * service.maximumPercent) / 100);
  const stuck = service.minimumHealthyPercent >= 100 && service.maximumPercent <= 100;
  if (!stuck && !(service.desiredCount > 0 && least >= service.desiredCount && most <= service.desiredCount)) return;
  throw bad(
    `With minimumHealthyPercent ${service.minimumHealthyPercent} and maximumPercent ${service.maximumPercent} no task of ${service.desiredCount} could ever be replaced.`,
  );
}

/** @throws ApiError InvalidParameterException where nothing could ever heed them */
export function deploymentAlarmsOf(
  alarms: NonNullable<CreateServiceInput['deploymentConfiguration']>['alarms'],
  controller: Service['deploymentController'],
): Service['deploymentAlarms'] {
  if (!alarms) return { enable: false, rollback: false, names: [] };
  const { alarmNames: names, enable, rollback } = alarms;
  if (enable && controller !== 'ECS')
    throw bad('Deployment alarms are only supported with the ECS deployment controller.');
  if (enable && names.length === 0) throw bad('Deployment alarms are enabled and name no alarm.');
  return { enable, rollback, names };
}

function tagsOf(given: CreateServiceInput['tags'] = []): Record<string, string> {
  return Object.fromEntries(given.map(({ key, value }) => [key, value ?? '']));
}
