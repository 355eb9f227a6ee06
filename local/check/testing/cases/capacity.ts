import type { Case } from '../case.ts';
import { add, type Change, container, type Stack, the } from '../system.ts';

/** The shop on the instances of the cluster, in tasks of some MiB. */
const shopOnInstances =
  (memoryMiB: number): Change =>
  (s) => {
    the(s, 'aws_ecs_service', 'shop')['launch_type'] = 'EC2';
    const task = the(s, 'aws_ecs_task_definition', 'shop');
    Object.assign(task, { requires_compatibilities: ['EC2'], memory: String(memoryMiB) });
  };

const instances = (s: Stack, size: number): void => {
  Object.assign(the(s, 'aws_autoscaling_group', 'g'), { min_size: size, desired_capacity: size });
};

const managedScaling: Change = (s) => {
  add(s, 'aws_ecs_capacity_provider', 'p', {
    name: 'p',
    auto_scaling_group_provider: {
      auto_scaling_group_arn: '${aws_autoscaling_group.g.arn}',
      managed_scaling: { status: 'ENABLED' },
    },
  });
  add(s, 'aws_ecs_cluster_capacity_providers', 'c', {
    cluster_name: '${aws_ecs_cluster.main.name}',
    capacity_providers: ['${aws_ecs_capacity_provider.p.name}'],
  });
};

/** t3.small: 2048 MiB. */
const ordersOf = (s: Stack, memoryMiB: number, desired: number): void => {
  container(s, 'orders')['memory'] = memoryMiB;
  the(s, 'aws_ecs_service', 'orders')['desired_count'] = desired;
};

export const CAPACITY: readonly Case[] = [
  {
    rule: 'desired-count-fits',
    falls: (s) => ordersOf(s, 1100, 4),
    at: 'aws_ecs_service.orders',
    spares: (s) => {
      ordersOf(s, 1100, 4);
      managedScaling(s);
    },
  },
  {
    rule: 'desired-count-fits',
    falls: (s) => ordersOf(s, 2049, 1),
    at: 'aws_ecs_service.orders',
    spares: (s) => ordersOf(s, 2048, 1),
  },
  {
    rule: 'rolling-room',
    falls: (s) => ordersOf(s, 1100, 3),
    at: 'aws_ecs_service.orders',
    spares: (s) => {
      ordersOf(s, 1100, 3);
      the(s, 'aws_ecs_service', 'orders')['deployment_minimum_healthy_percent'] = 50;
    },
  },
  {
    // A fixed host port: one task an instance.
    rule: 'rolling-room',
    falls: (s) => {
      container(s, 'orders')['portMappings'] = [{ containerPort: 3000, hostPort: 8080 }];
      instances(s, 2);
    },
    at: 'aws_ecs_service.orders',
    spares: (s) => {
      container(s, 'orders')['portMappings'] = [{ containerPort: 3000, hostPort: 8080 }];
      instances(s, 3);
    },
  },
  { rule: 'blue-green-room', falls: shopOnInstances(1536), at: 'aws_ecs_service.shop', spares: shopOnInstances(512) },
  {
    // t3.small has three network interfaces, one of them its own.
    rule: 'quota-awsvpc-interfaces',
    falls: (s) => {
      shopOnInstances(256)(s);
      the(s, 'aws_ecs_service', 'shop')['desired_count'] = 4;
    },
    at: 'aws_ecs_service.shop',
    spares: (s) => {
      shopOnInstances(256)(s);
      the(s, 'aws_ecs_service', 'shop')['desired_count'] = 3;
    },
  },
];
