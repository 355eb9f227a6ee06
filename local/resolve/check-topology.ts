/** What only shows in the whole: references between resources, clashes, quotas. Every problem, none twice. */
import type { Problem } from '../errors.ts';
import type { Action, ResourceBase, Service, TaskDefinition, Topology } from '../topology.ts';

const MAX_RULES = 100;

export function checkTopology(t: Topology): Problem[] {
  return [
    ...checkListeners(t),
    ...checkRules(t),
    ...checkActions(t),
    ...t.services.flatMap((s) => checkService(s, t)),
    ...checkNames(t),
    ...checkSubscriptions(t),
  ];
}

function repeated<T extends ResourceBase>(items: readonly T[], key: (item: T) => string): (readonly [T, T])[] {
  const seen = new Map<string, T>();
  return items.flatMap((item) => {
    const first = seen.get(key(item));
    if (!first) seen.set(key(item), item);
    return first ? [[first, item] as const] : [];
  });
}

function checkListeners(t: Topology): Problem[] {
  const clashes = repeated(t.listeners, (l) => `${l.loadBalancerArn} ${l.port}`).map(
    ([first, second]): Problem => ({
      code: 'PORT_CLASH',
      address: second.address,
      message: `port ${second.port} of this load balancer has a listener already: ${first.address}`,
      value: second.port,
      rule: 'one listener a port',
      fix: 'choose another port',
    }),
  );
  const arns = new Set(t.loadBalancers.map((lb) => lb.arn));
  const lost = t.listeners
    .filter((l) => !arns.has(l.loadBalancerArn))
    .map(
      (l): Problem => ({
        code: 'DANGLING_REFERENCE',
        address: `${l.address}.load_balancer_arn`,
        message: 'there is no such load balancer',
        value: l.loadBalancerArn,
        fix: 'refer to an aws_lb of these stacks',
      }),
    );
  return [...clashes, ...lost];
}

function checkRules(t: Topology): Problem[] {
  const twice = repeated(t.rules, (r) => `${r.listenerArn} ${r.priority}`).map(
    ([first, second]): Problem => ({
      code: 'DUPLICATE',
      address: `${second.address}.priority`,
      message: `priority ${second.priority} of this listener is taken by ${first.address}`,
      value: second.priority,
      rule: 'a priority is unique in a listener (ELB load-balancer-listeners)',
      fix: 'choose another priority',
    }),
  );
  const arns = new Set(t.listeners.map((l) => l.arn));
  const lost = t.rules
    .filter((r) => !arns.has(r.listenerArn))
    .map(
      (r): Problem => ({
        code: 'DANGLING_REFERENCE',
        address: `${r.address}.listener_arn`,
        message: 'there is no such listener',
        value: r.listenerArn,
        fix: 'refer to an aws_lb_listener of these stacks',
      }),
    );
  const many = t.loadBalancers.flatMap((lb): Problem[] => {
    const own = new Set(t.listeners.filter((l) => l.loadBalancerArn === lb.arn).map((l) => l.arn));
    const count = t.rules.filter((r) => own.has(r.listenerArn)).length;
    return count > MAX_RULES
      ? [
          {
            code: 'QUOTA_EXCEEDED',
            address: lb.address,
            message: `the load balancer has ${count} rules`,
            value: count,
            rule: `at most ${MAX_RULES} rules a load balancer, defaults not counted (ELB load-balancer-limits)`,
            fix: 'use another load balancer',
          },
        ]
      : [];
  });
  return [...twice, ...lost, ...many];
}

function checkActions(t: Topology): Problem[] {
  const groups = new Set(t.targetGroups.map((g) => g.arn));
  const check = (address: string, actions: readonly Action[]): Problem[] => {
    if (actions.length === 0)
      return [
        {
          code: 'MISSING_ATTRIBUTE',
          address,
          message: 'there is no action',
          rule: 'one action that answers the request',
          fix: 'add an action',
        },
      ];
    return actions.flatMap((a) =>
      (a.type === 'forward' ? a.targetGroups.filter((g) => !groups.has(g.arn)) : []).map(
        (g): Problem => ({
          code: 'DANGLING_REFERENCE',
          address,
          message: 'there is no such target group',
          value: g.arn,
          fix: 'refer to an aws_lb_target_group of these stacks',
        }),
      ),
    );
  };
  return [
    ...t.listeners.flatMap((l) => check(`${l.address}.default_action`, l.defaultActions)),
    ...t.rules.flatMap((r) => check(`${r.address}.action`, r.actions)),
  ];
}

function checkService(s: Service, t: Topology): Problem[] {
  const definition = t.taskDefinitions.find(
    (d) =>
      d.arn === s.taskDefinitionArn ||
      d.family === s.taskDefinitionArn ||
      `${d.family}:${d.revision}` === s.taskDefinitionArn,
  );
  const problems: Problem[] = [];
  const bad = (name: string, message: string, value: unknown, rule: string): void =>
    void problems.push({
      code: 'INVALID_ATTRIBUTE',
      address: `${s.address}.${name}`,
      message,
      value,
      rule,
      fix: `correct ${name}`,
    });
  if (!t.clusters.some((c) => c.arn === s.clusterArn))
    problems.push({
      code: 'DANGLING_REFERENCE',
      address: `${s.address}.cluster`,
      message: 'there is no such cluster',
      value: s.clusterArn,
      fix: 'refer to an aws_ecs_cluster of these stacks',
    });
  if (!definition) {
    problems.push({
      code: 'DANGLING_REFERENCE',
      address: `${s.address}.task_definition`,
      message: 'there is no such task definition',
      value: s.taskDefinitionArn,
      fix: 'refer to an aws_ecs_task_definition of these stacks',
    });
    return problems;
  }
  if (!definition.requiresCompatibilities.includes(s.launchType))
    bad(
      'launch_type',
      `${definition.family} is not made for ${s.launchType}`,
      s.launchType,
      `requires_compatibilities of the task definition: ${definition.requiresCompatibilities.join(', ')}`,
    );
  if (definition.networkMode === 'awsvpc' && s.subnetIds.length === 0)
    bad(
      'network_configuration',
      'an awsvpc task needs subnets',
      s.subnetIds,
      'network_configuration with subnets (ECS task-networking)',
    );
  for (const lb of s.loadBalancers) problems.push(...checkBinding(s, lb, definition, t));
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
  if (!container)
    return [
      {
        code: 'DANGLING_REFERENCE',
        address: `${at}.container_name`,
        message: `${definition.family} has no container ${lb.containerName}`,
        value: lb.containerName,
        rule: `one of ${definition.containers.map((c) => c.name).join(', ')}`,
        fix: 'correct container_name',
      },
    ];
  if (!container.portMappings.some((p) => p.containerPort === lb.containerPort))
    return [
      {
        code: 'DANGLING_REFERENCE',
        address: `${at}.container_port`,
        message: `container ${lb.containerName} maps no port ${lb.containerPort}`,
        value: lb.containerPort,
        rule: `one of ${container.portMappings.map((p) => p.containerPort).join(', ') || '(none)'}`,
        fix: 'correct container_port, or map the port',
      },
    ];
  const group = t.targetGroups.find((g) => g.arn === lb.targetGroupArn);
  if (!group)
    return [
      {
        code: 'DANGLING_REFERENCE',
        address: `${at}.target_group_arn`,
        message: 'there is no such target group',
        value: lb.targetGroupArn,
        fix: 'refer to an aws_lb_target_group of these stacks',
      },
    ];
  const wanted = definition.networkMode === 'awsvpc' ? 'ip' : 'instance';
  if (group.targetType !== wanted)
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
  return [];
}

function checkNames(t: Topology): Problem[] {
  const twice = (
    items: readonly (ResourceBase & { name: string })[],
    what: string,
    scope: (item: ResourceBase & { name: string }) => string = () => '',
  ): Problem[] =>
    repeated(items, (i) => `${scope(i)} ${i.name}`).map(
      ([first, second]): Problem => ({
        code: 'DUPLICATE',
        address: `${second.address}.name`,
        message: `${what} ${second.name} is declared already: ${first.address}`,
        value: second.name,
        rule: `a ${what}'s name is unique`,
        fix: 'rename one',
      }),
    );
  return [
    ...twice(t.loadBalancers, 'load balancer'),
    ...twice(t.targetGroups, 'target group'),
    ...twice(t.clusters, 'cluster'),
    ...twice(t.services, 'service', (s) => (s as unknown as Service).clusterArn),
    ...twice(t.topics, 'topic'),
    ...twice(t.queues, 'queue'),
    ...twice(t.parameters, 'parameter'),
    ...twice(t.logGroups, 'log group'),
    ...twice(t.tables, 'table'),
    ...twice(t.repositories, 'repository'),
  ];
}

function checkSubscriptions(t: Topology): Problem[] {
  const topics = new Set(t.topics.map((x) => x.arn));
  return t.subscriptions
    .filter((s) => !topics.has(s.topicArn))
    .map(
      (s): Problem => ({
        code: 'DANGLING_REFERENCE',
        address: `${s.address}.topic_arn`,
        message: 'there is no such topic',
        value: s.topicArn,
        fix: 'refer to an aws_sns_topic of these stacks',
      }),
    );
}
