/** ECS services. */
import { z } from 'zod';
import { ApiError, type ServiceSettings, type ServiceState } from '../../contracts.ts';
import { type Call, type Operation, operation } from '../operation.ts';
import { paginate } from '../pages.ts';
import { bool, integer, list, name, text } from '../schema.ts';
import { useToken } from './ecs-client-tokens.ts';
import { checkPercents, deploymentAlarmsOf, serviceOf } from './ecs-create-service.ts';
import { checkStrategy, strategyOf } from './ecs-deployment-strategy.ts';
import { arnOf, failure, findService, needActiveDefinition, needCluster, needService } from './ecs-lookup.ts';
import { createServiceInput, deploymentConfiguration, gracePeriod } from './ecs-service-input.ts';
import { serviceShape } from './ecs-service-shapes.ts';

const listInput = z.object({
  cluster: text.optional(),
  launchType: z.enum(['EC2', 'FARGATE', 'EXTERNAL']).optional(),
  schedulingStrategy: z.enum(['REPLICA', 'DAEMON']).optional(),
  maxResults: integer(1, 100).optional(),
  nextToken: text.optional(),
});

/** Strict: a change that would do nothing here is refused by name. */
const updateInput = z.strictObject({
  cluster: text.optional(),
  service: name,
  desiredCount: integer(0, 5000).optional(),
  taskDefinition: name.optional(),
  forceNewDeployment: bool.optional(),
  deploymentConfiguration: deploymentConfiguration.optional(),
  healthCheckGracePeriodSeconds: gracePeriod.optional(),
});

export const serviceOperations: Readonly<Record<string, Operation>> = {
  ListServices: operation(
    listInput,
    ({ cluster, launchType, schedulingStrategy, maxResults = 10, nextToken }, call) => {
      const { arn } = needCluster(call, cluster);
      const found = call.ecs
        .services()
        .filter(({ definition, status }) => definition.clusterArn === arn && status !== 'INACTIVE')
        .filter(({ definition }) => launchType === undefined || definition.launchType === launchType)
        .filter(
          ({ definition }) => schedulingStrategy === undefined || definition.schedulingStrategy === schedulingStrategy,
        );
      const page = paginate(found, (one) => one.definition.arn, { token: nextToken, max: maxResults });
      return { serviceArns: page.items.map((one) => one.definition.arn), nextToken: page.next };
    },
  ),
  DescribeServices: operation(
    z.object({ cluster: text.optional(), services: list(name, 10) }),
    ({ cluster: wantedCluster, services }, call) => {
      const cluster = needCluster(call, wantedCluster);
      if (services.length === 0) throw new ApiError('InvalidParameterException', 'Services cannot be empty.');
      const found = services.map((wanted) => findService(call, cluster.arn, wanted));
      return {
        services: found.flatMap((one) => (one ? [serviceShape(one)] : [])),
        failures: services.flatMap((wanted, index) =>
          found[index] ? [] : [failure(arnOf(call, 'service', cluster, wanted))],
        ),
      };
    },
  ),
  UpdateService: operation(updateInput, ({ cluster, service, taskDefinition, ...change }, call) => {
    const found = needService(call, cluster, service);
    const { definition, status } = found;
    if (status !== 'ACTIVE') throw new ApiError('ServiceNotActiveException', 'Service was not ACTIVE.');
    const { desiredCount, forceNewDeployment } = change;
    const updated = call.ecs.updateService(definition.clusterName, definition.name, {
      ...(desiredCount === undefined ? {} : { desiredCount }),
      ...(forceNewDeployment === undefined ? {} : { forceNewDeployment }),
      settings: settingsOf(change, found, call),
      ...(taskDefinition === undefined ? {} : { taskDefinition: needActiveDefinition(call, taskDefinition).arn }),
    });
    remember(updated, call);
    return { service: serviceShape(updated) };
  }),
  CreateService: operation(createServiceInput, (input, call) => {
    const token = useToken(call, 'CreateService', input, input.clientToken);
    const before = call.ecs
      .services()
      .find(({ definition, status }) => status === 'ACTIVE' && token.before?.includes(definition.arn));
    if (before) return { service: serviceShape(before) };
    const created = call.ecs.createService(serviceOf(input, call));
    call.made.services.set(created.definition.arn, created.definition);
    token.remember([created.definition.arn]);
    return { service: serviceShape(created) };
  }),
  DeleteService: operation(
    z.strictObject({ cluster: text.optional(), service: name, force: bool.optional() }),
    ({ cluster, service, force = false }, call) => {
      const { definition } = needService(call, cluster, service);
      const deleted = call.ecs.deleteService(definition.clusterName, definition.name, force);
      call.made.services.delete(definition.arn);
      return { service: serviceShape(deleted) };
    },
  ),
};

/** @throws ApiError InvalidParameterException where the service could never be deployed again */
function settingsOf(
  {
    deploymentConfiguration: given = {},
    healthCheckGracePeriodSeconds,
    desiredCount,
  }: Omit<z.output<typeof updateInput>, 'cluster' | 'service'>,
  found: ServiceState,
  call: Call,
): Partial<ServiceSettings> {
  const { definition } = found;
  const { maximumPercent, minimumHealthyPercent, deploymentCircuitBreaker: circuitBreaker, alarms } = given;
  if (circuitBreaker && definition.deploymentController !== 'ECS')
    throw new ApiError(
      'InvalidParameterException',
      'Deployment circuit breaker is only supported with the ECS deployment controller.',
    );
  if (healthCheckGracePeriodSeconds && definition.loadBalancers.length === 0)
    throw new ApiError(
      'InvalidParameterException',
      'Health check grace period is only valid for services configured to use load balancers',
    );
  const deploymentStrategy = strategyOf(given, definition.deploymentStrategy, call);
  checkStrategy(deploymentStrategy, definition, call);
  const settings = {
    ...(Object.keys(given).length > 0 ? { deploymentStrategy } : {}),
    ...(maximumPercent === undefined ? {} : { maximumPercent }),
    ...(minimumHealthyPercent === undefined ? {} : { minimumHealthyPercent }),
    ...(circuitBreaker === undefined ? {} : { circuitBreaker }),
    ...(alarms ? { deploymentAlarms: deploymentAlarmsOf(alarms, definition.deploymentController) } : {}),
    ...(healthCheckGracePeriodSeconds === undefined ? {} : { healthCheckGracePeriodSeconds }),
  };
  if (Object.keys(given).length > 0)
    checkPercents({
      ...definition,
      ...settings,
      deploymentStrategy: deploymentStrategy ?? undefined,
      // How many daemons there are changes with the instances.
      desiredCount: definition.schedulingStrategy === 'DAEMON' ? 0 : (desiredCount ?? found.desiredCount),
    });
  return settings;
}

/** A service of the endpoint comes back as it was last wanted. */
function remember({ definition, desiredCount, deployments }: ServiceState, call: Call): void {
  if (!call.made.services.has(definition.arn)) return;
  const taskDefinitionArn = deployments[0]?.taskDefinitionArn ?? definition.taskDefinitionArn;
  const isDaemon = definition.schedulingStrategy === 'DAEMON';
  call.made.services.set(definition.arn, {
    ...definition,
    desiredCount: isDaemon ? 0 : desiredCount,
    taskDefinitionArn,
  });
}
