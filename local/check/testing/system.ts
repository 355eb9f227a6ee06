/**
 * A system that falls into no trap, as Terraform JSON: an orders service on EC2 with dynamic ports, a scaled API on
 * Fargate, a shop under CodeDeploy, a topic that posts to the orders. Cases change it and see what is found.
 */
import type { RawStacks } from '../../read/index.ts';
import type { Json } from '../../read/json.ts';

export type Body = Record<string, unknown>;
export type Stack = Record<string, Record<string, Body>>;

/** Changes a stack in place. */
export type Change = (stack: Stack) => void;

/** A new one each time. */
export const soundStack = (): Stack =>
  structuredClone({ ...network(), ...balancing(), ...tasks(), ...blueGreen(), ...delivery() });

export const rawOf = (stack: Stack, more: Json = {}): RawStacks => ({
  dir: '/nowhere',
  stacks: [
    {
      name: 'test',
      file: '/nowhere/main.tf.json',
      json: { provider: { aws: [{ region: 'us-east-1' }] }, resource: stack, ...more },
      dependencies: [],
    },
  ],
});

/** A body that is there; a slip in a case is no silent pass. */
export function the(stack: Stack, type: string, name: string): Body {
  const body = stack[type]?.[name];
  if (!body) throw new Error(`the system has no ${type}.${name}`);
  return body;
}

export function add(stack: Stack, type: string, name: string, body: Body): void {
  stack[type] ??= {};
  stack[type][name] = body;
}

/** The one container of a task definition. */
export const container = (stack: Stack, name: string): Body =>
  (the(stack, 'aws_ecs_task_definition', name)['container_definitions'] as Body[])[0] as Body;

export const setEnvironment = (stack: Stack, name: string, variables: Readonly<Record<string, string>>): void => {
  container(stack, name)['environment'] = Object.entries(variables).map(([n, value]) => ({ name: n, value }));
};

/** One rule of a security group. */
export const way = (group: string, from: number, to: number, peer: Body): Body => ({
  security_group_id: `\${aws_security_group.${group}.id}`,
  ip_protocol: 'tcp',
  from_port: from,
  to_port: to,
  ...peer,
});

const to = (group: string): Body => ({ referenced_security_group_id: `\${aws_security_group.${group}.id}` });
const ANYWHERE = { cidr_ipv4: '0.0.0.0/0' };
const SUBNETS = ['${aws_subnet.a.id}', '${aws_subnet.b.id}'];

const network = (): Stack => ({
  aws_vpc: { v: { cidr_block: '10.0.0.0/16' } },
  aws_subnet: {
    a: { vpc_id: '${aws_vpc.v.id}', cidr_block: '10.0.1.0/24', availability_zone: 'us-east-1a' },
    b: { vpc_id: '${aws_vpc.v.id}', cidr_block: '10.0.2.0/24', availability_zone: 'us-east-1b' },
  },
  aws_security_group: { lb: { name: 'lb' }, instances: { name: 'instances' }, tasks: { name: 'tasks' } },
  aws_vpc_security_group_ingress_rule: {
    http: way('lb', 80, 80, ANYWHERE),
    test: way('lb', 8080, 8080, ANYWHERE),
    dynamic: way('instances', 32_768, 60_999, to('lb')),
    tasks: way('tasks', 3000, 3000, to('lb')),
  },
  aws_vpc_security_group_egress_rule: {
    dynamic: way('lb', 32_768, 60_999, to('instances')),
    tasks: way('lb', 3000, 3000, to('tasks')),
  },
  aws_lb: {
    main: { name: 'main', subnets: SUBNETS, security_groups: ['${aws_security_group.lb.id}'] },
  },
});

const group = (name: string, type: 'instance' | 'ip'): Body => ({
  name,
  port: 3000,
  protocol: 'HTTP',
  target_type: type,
  vpc_id: '${aws_vpc.v.id}',
  deregistration_delay: 30,
  health_check: { path: '/health', interval: 10, unhealthy_threshold: 3 },
});

const forward = (name: string): Body[] => [
  { type: 'forward', target_group_arn: `\${aws_lb_target_group.${name}.arn}` },
];

export const NOT_FOUND: readonly Body[] = [
  { type: 'fixed-response', fixed_response: { content_type: 'text/plain', status_code: '404' } },
];

/** A rule that forwards paths to a target group. */
export const pathRule = (listener: string, priority: number, paths: readonly string[], target: string): Body => ({
  listener_arn: `\${aws_lb_listener.${listener}.arn}`,
  priority,
  condition: [{ path_pattern: { values: paths } }],
  action: forward(target),
});

const balancing = (): Stack => ({
  aws_lb_target_group: {
    orders: group('orders', 'instance'),
    api: group('api', 'ip'),
    blue: group('blue', 'ip'),
    green: group('green', 'ip'),
  },
  aws_lb_listener: {
    main: { load_balancer_arn: '${aws_lb.main.arn}', port: 80, protocol: 'HTTP', default_action: NOT_FOUND },
    test: { load_balancer_arn: '${aws_lb.main.arn}', port: 8080, protocol: 'HTTP', default_action: NOT_FOUND },
  },
  aws_lb_listener_rule: {
    orders: pathRule('main', 10, ['/orders', '/orders/*'], 'orders'),
    api: pathRule('main', 20, ['/api/*'], 'api'),
    shop: { ...pathRule('main', 30, ['/shop/*'], 'blue'), lifecycle: { ignore_changes: ['action'] } },
    test: { ...pathRule('test', 30, ['/shop/*'], 'blue'), lifecycle: { ignore_changes: ['action'] } },
  },
});

const taskOf = (name: string, more: Body): Body => ({
  family: name,
  execution_role_arn: 'arn:aws:iam::000000000000:role/execution',
  container_definitions: [
    {
      name,
      image: `000000000000.dkr.ecr.us-east-1.amazonaws.com/${name}:v1`,
      cpu: 256,
      memory: 256,
      portMappings: [{ containerPort: 3000, ...(more['network_mode'] === 'bridge' ? { hostPort: 0 } : {}) }],
      logConfiguration: {
        logDriver: 'awslogs',
        options: { 'awslogs-group': '${aws_cloudwatch_log_group.all.name}', 'awslogs-stream-prefix': name },
      },
    },
  ],
  ...more,
});

const FARGATE = { network_mode: 'awsvpc', requires_compatibilities: ['FARGATE'], cpu: '256', memory: '512' };

const serviceOf = (name: string, target: string, more: Body): Body => ({
  name,
  cluster: '${aws_ecs_cluster.main.arn}',
  task_definition: `\${aws_ecs_task_definition.${name}.arn}`,
  desired_count: 2,
  health_check_grace_period_seconds: 60,
  load_balancer: [
    { target_group_arn: `\${aws_lb_target_group.${target}.arn}`, container_name: name, container_port: 3000 },
  ],
  ...more,
});

const BREAKER = { deployment_circuit_breaker: { enable: true, rollback: true } };
const IN_SUBNETS = {
  launch_type: 'FARGATE',
  network_configuration: { subnets: SUBNETS, security_groups: ['${aws_security_group.tasks.id}'] },
};

const tasks = (): Stack => ({
  aws_ecs_cluster: { main: { name: 'main' } },
  aws_launch_template: {
    t: {
      name: 'instances',
      instance_type: 't3.small',
      user_data: Buffer.from('#!/bin/sh\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config\n').toString('base64'),
      vpc_security_group_ids: ['${aws_security_group.instances.id}'],
    },
  },
  aws_autoscaling_group: {
    g: {
      name: 'instances',
      min_size: 1,
      desired_capacity: 3,
      max_size: 6,
      vpc_zone_identifier: SUBNETS,
      launch_template: { id: '${aws_launch_template.t.id}' },
    },
  },
  aws_cloudwatch_log_group: { all: { name: 'all', retention_in_days: 14 } },
  aws_ecr_repository: { orders: { name: 'orders', image_tag_mutability: 'IMMUTABLE' } },
  aws_ecs_task_definition: {
    orders: taskOf('orders', { network_mode: 'bridge', requires_compatibilities: ['EC2'] }),
    api: taskOf('api', FARGATE),
    shop: taskOf('shop', FARGATE),
  },
  aws_ecs_service: {
    orders: serviceOf('orders', 'orders', { launch_type: 'EC2', ...BREAKER }),
    api: serviceOf('api', 'api', { ...IN_SUBNETS, ...BREAKER, lifecycle: { ignore_changes: ['desired_count'] } }),
    shop: serviceOf('shop', 'blue', {
      ...IN_SUBNETS,
      deployment_controller: { type: 'CODE_DEPLOY' },
      lifecycle: { ignore_changes: ['task_definition', 'load_balancer'] },
    }),
  },
  aws_appautoscaling_target: {
    api: {
      service_namespace: 'ecs',
      scalable_dimension: 'ecs:service:DesiredCount',
      resource_id: 'service/main/${aws_ecs_service.api.name}',
      min_capacity: 2,
      max_capacity: 6,
    },
  },
  aws_appautoscaling_policy: {
    api: trackingPolicy('api', { predefined_metric_type: 'ECSServiceAverageCPUUtilization' }),
  },
});

/** A policy that tracks a predefined metric of a scaled service. */
export function trackingPolicy(name: string, metric: Body): Body {
  const target = `aws_appautoscaling_target.${name}`;
  return {
    name: `${name}-policy`,
    policy_type: 'TargetTrackingScaling',
    service_namespace: 'ecs',
    scalable_dimension: 'ecs:service:DesiredCount',
    resource_id: `\${${target}.resource_id}`,
    target_tracking_scaling_policy_configuration: { target_value: 50, predefined_metric_specification: metric },
  };
}

/** An alarm on 5XX of a target group behind the load balancer. */
/** A network load balancer before a group of TCP of its own, in which the API is too. */
export function behindNetwork(stack: Stack, balancer: Body = {}, group: Body = {}): void {
  const subnets = ['${aws_subnet.a.id}', '${aws_subnet.b.id}'];
  add(stack, 'aws_lb', 'edge', { name: 'edge', load_balancer_type: 'network', subnets, ...balancer });
  const { health_check: _, ...lines } = the(stack, 'aws_lb_target_group', 'api');
  add(stack, 'aws_lb_target_group', 'lines', { ...lines, name: 'lines', protocol: 'TCP', ...group });
  const forward = { type: 'forward', target_group_arn: '${aws_lb_target_group.lines.arn}' };
  add(stack, 'aws_lb_listener', 'edge', {
    load_balancer_arn: '${aws_lb.edge.arn}',
    port: 7000,
    protocol: 'TCP',
    default_action: [forward],
  });
  const service = the(stack, 'aws_ecs_service', 'api');
  const own = service['load_balancer'] as Body[];
  service['load_balancer'] = [...own, { ...own[0], target_group_arn: forward.target_group_arn }];
}

export const alarmOn = (name: string, target: string): Body => ({
  alarm_name: name,
  comparison_operator: 'GreaterThanThreshold',
  evaluation_periods: 1,
  threshold: 5,
  namespace: 'AWS/ApplicationELB',
  metric_name: 'HTTPCode_Target_5XX_Count',
  period: 60,
  statistic: 'Sum',
  treat_missing_data: 'notBreaching',
  dimensions: {
    LoadBalancer: '${aws_lb.main.arn_suffix}',
    TargetGroup: `\${aws_lb_target_group.${target}.arn_suffix}`,
  },
});

const blueGreen = (): Stack => ({
  aws_cloudwatch_metric_alarm: { blue: alarmOn('blue-5xx', 'blue'), green: alarmOn('green-5xx', 'green') },
  aws_codedeploy_app: { shop: { name: 'shop', compute_platform: 'ECS' } },
  aws_codedeploy_deployment_group: {
    shop: {
      app_name: '${aws_codedeploy_app.shop.name}',
      deployment_group_name: 'shop',
      deployment_config_name: 'CodeDeployDefault.ECSAllAtOnce',
      service_role_arn: 'arn:aws:iam::000000000000:role/deploy',
      deployment_style: { deployment_type: 'BLUE_GREEN', deployment_option: 'WITH_TRAFFIC_CONTROL' },
      ecs_service: { cluster_name: '${aws_ecs_cluster.main.name}', service_name: '${aws_ecs_service.shop.name}' },
      load_balancer_info: {
        target_group_pair_info: {
          prod_traffic_route: { listener_arns: ['${aws_lb_listener.main.arn}'] },
          test_traffic_route: { listener_arns: ['${aws_lb_listener.test.arn}'] },
          target_group: [{ name: '${aws_lb_target_group.blue.name}' }, { name: '${aws_lb_target_group.green.name}' }],
        },
      },
      auto_rollback_configuration: { enabled: true, events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'] },
      alarm_configuration: { enabled: true, alarms: ['blue-5xx', 'green-5xx'] },
      blue_green_deployment_config: {
        deployment_ready_option: { action_on_timeout: 'CONTINUE_DEPLOYMENT' },
        terminate_blue_instances_on_deployment_success: {
          action: 'TERMINATE',
          termination_wait_time_in_minutes: 5,
        },
      },
    },
  },
});

const delivery = (): Stack => ({
  aws_sns_topic: { orders: { name: 'orders' } },
  aws_sqs_queue: { lost: { name: 'lost' } },
  aws_sqs_queue_policy: {
    lost: {
      queue_url: '${aws_sqs_queue.lost.url}',
      policy: JSON.stringify({
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: '*' },
        ],
      }),
    },
  },
  aws_sns_topic_subscription: {
    orders: {
      topic_arn: '${aws_sns_topic.orders.arn}',
      protocol: 'http',
      endpoint: 'http://${aws_lb.main.dns_name}/orders/',
      redrive_policy: '${jsonencode({deadLetterTargetArn=aws_sqs_queue.lost.arn})}',
    },
  },
});
