/** Services against their cluster, task definition and target groups (ECS service_definition_parameters). */
import type { Problem } from '../../errors.ts';
import type { Service, TaskDefinition, Topology } from '../../topology.ts';
import { checkDeployment } from './deployments.ts';
import { definitionOf, lost } from './find.ts';

export const checkServices = (t: Topology): Problem[] => t.services.flatMap((s) => checkService(s, t));

const bad = (s: Service, name: string, message: string, value: unknown, rule: string): Problem => ({
  code: 'INVALID_ATTRIBUTE',
  address: `${s.address}.${name}`,
  message,
  value,
  rule,
  fix: `correct ${name}`,
});

function checkService(s: Service, t: Topology): Problem[] {
  const definition = definitionOf(s, t);
  // The percentages are those of rolling updates.
  const isRolled = s.deploymentController === 'ECS' && !s.deploymentStrategy;
  const problems = [...(isRolled ? checkDeployment(s) : []), ...checkCluster(s, t)];
  if (!definition) return s.taskDefinitionArn ? [...problems, lostDefinition(s)] : problems;
  return [
    ...problems,
    ...checkAgainstDefinition(s, definition),
    ...s.loadBalancers.flatMap((lb) => checkBinding(s, lb, definition, t)),
  ];
}

const lostDefinition = (s: Service): Problem =>
  lost(`${s.address}.task_definition`, s.taskDefinitionArn, 'task definition', 'aws_ecs_task_definition');

function checkCluster(s: Service, t: Topology): Problem[] {
  const cluster = t.clusters.find((c) => c.arn === s.clusterArn);
  if (!cluster) return [lost(`${s.address}.cluster`, s.clusterArn, 'cluster', 'aws_ecs_cluster')];
  return s.capacityProviderStrategy
    .filter((i) => !cluster.capacityProviders.includes(i.capacityProvider))
    .map((i) =>
      bad(
        s,
        'capacity_provider_strategy',
        `the cluster ${cluster.name} has no capacity provider ${i.capacityProvider}`,
        i.capacityProvider,
        `one of its capacity providers: ${cluster.capacityProviders.join(', ') || '(none)'}`,
      ),
    );
}

function checkAgainstDefinition(s: Service, definition: TaskDefinition): Problem[] {
  const problems: Problem[] = [];
  if (!definition.requiresCompatibilities.includes(s.launchType))
    problems.push(
      bad(
        s,
        'launch_type',
        `${definition.family} is not made for ${s.launchType}`,
        s.launchType,
        `requires_compatibilities of the task definition: ${definition.requiresCompatibilities.join(', ')}`,
      ),
    );
  const isAwsvpc = definition.networkMode === 'awsvpc';
  if (isAwsvpc !== s.subnetIds.length > 0)
    problems.push(
      bad(
        s,
        'network_configuration',
        isAwsvpc
          ? 'an awsvpc task needs subnets'
          : `a task in ${definition.networkMode} mode has no network of its own`,
        s.subnetIds,
        'network_configuration with awsvpc, and only with it (ECS task-networking)',
      ),
    );
  const isFargate = s.launchType === 'FARGATE';
  if (isFargate && (s.placementStrategies.length > 0 || s.placementConstraints.length > 0))
    problems.push(
      bad(
        s,
        'ordered_placement_strategy',
        'Fargate tasks are not placed on instances',
        s.placementStrategies,
        'none on Fargate',
      ),
    );
  return problems;
}

function checkBinding(
  s: Service,
  lb: Service['loadBalancers'][number],
  definition: TaskDefinition,
  t: Topology,
): Problem[] {
  const at = `${s.address}.load_balancer`;
  const container = definition.containers.find((c) => c.name === lb.containerName);
  if (!container) {
    const names = definition.containers.map((c) => c.name).join(', ');
    return [
      dangling(
        `${at}.container_name`,
        `${definition.family} has no container ${lb.containerName}`,
        lb.containerName,
        names,
      ),
    ];
  }
  if (!container.portMappings.some((p) => p.containerPort === lb.containerPort)) {
    const ports = container.portMappings.map((p) => p.containerPort).join(', ') || '(none)';
    return [
      dangling(
        `${at}.container_port`,
        `container ${lb.containerName} maps no port ${lb.containerPort}`,
        lb.containerPort,
        ports,
      ),
    ];
  }
  const group = t.targetGroups.find((g) => g.arn === lb.targetGroupArn);
  if (!group) return [lost(`${at}.target_group_arn`, lb.targetGroupArn, 'target group', 'aws_lb_target_group')];
  const wanted = definition.networkMode === 'awsvpc' ? 'ip' : 'instance';
  if (group.targetType === wanted) return [];
  return [
    {
      code: 'INVALID_ATTRIBUTE',
      address: `${group.address}.target_type`,
      message: `${s.name} runs in ${definition.networkMode} mode and cannot be a target of type ${group.targetType}`,
      value: group.targetType,
      rule: `${definition.networkMode} needs target type ${wanted} (ECS service-load-balancing)`,
      fix: `set target_type to ${wanted}`,
    },
  ];
}

const dangling = (address: string, message: string, value: unknown, known: string): Problem => ({
  code: 'DANGLING_REFERENCE',
  address,
  message,
  value,
  rule: `one of ${known}`,
  fix: `correct ${address.split('.').at(-1)}`,
});
