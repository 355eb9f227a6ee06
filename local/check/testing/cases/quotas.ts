import type { Case } from '../case.ts';
import {
  add,
  alarmOn,
  type Body,
  behindNetwork,
  container,
  NOT_FOUND,
  pathRule,
  type Stack,
  the,
  way,
} from '../system.ts';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** The system has four rules. */
const rules = (s: Stack, count: number): void => {
  for (const i of upTo(count - 4))
    add(s, 'aws_lb_listener_rule', `r${i}`, pathRule('main', 100 + i, [`/r${i}`], 'api'));
};

/** It has two listeners. */
const listeners = (s: Stack, count: number): void => {
  for (const i of upTo(count - 2))
    add(s, 'aws_lb_listener', `l${i}`, {
      ...the(s, 'aws_lb_listener', 'main'),
      port: 9000 + i,
      default_action: NOT_FOUND,
    });
};

const weighted = (s: Stack, count: number): void => {
  for (const i of upTo(count))
    add(s, 'aws_lb_target_group', `w${i}`, { ...the(s, 'aws_lb_target_group', 'api'), name: `w${i}` });
  const target_group = upTo(count).map((i) => ({ arn: `\${aws_lb_target_group.w${i}.arn}`, weight: 1 }));
  the(s, 'aws_lb_listener_rule', 'api')['action'] = [{ type: 'forward', forward: { target_group } }];
};

const paths = (s: Stack, values: readonly string[]): void => {
  the(s, 'aws_lb_listener_rule', 'api')['condition'] = [{ path_pattern: { values } }];
};

const containers = (s: Stack, count: number): void => {
  const task = the(s, 'aws_ecs_task_definition', 'api');
  const side = upTo(count - 1).map((i) => ({
    ...container(s, 'api'),
    name: `side${i}`,
    portMappings: [],
    cpu: 1,
    memory: 6,
  }));
  task['container_definitions'] = [{ ...container(s, 'api'), cpu: 1 }, ...side];
};

const groupsOfOrders = (s: Stack, count: number): void => {
  const service = the(s, 'aws_ecs_service', 'orders');
  const [first] = service['load_balancer'] as Body[];
  service['load_balancer'] = upTo(count).map((i) => {
    const group = { ...the(s, 'aws_lb_target_group', 'orders'), name: `orders${i}` };
    if (i > 0) add(s, 'aws_lb_target_group', `orders${i}`, group);
    return i === 0 ? first : { ...first, target_group_arn: `\${aws_lb_target_group.orders${i}.arn}` };
  });
};

const alarms = (s: Stack, count: number): void => {
  const names = upTo(count).map((i) => `a${i}`);
  for (const name of names)
    add(s, 'aws_cloudwatch_metric_alarm', name, {
      ...alarmOn(name, 'blue'),
      dimensions: { LoadBalancer: '${aws_lb.main.arn_suffix}' },
    });
  the(s, 'aws_codedeploy_deployment_group', 'shop')['alarm_configuration'] = { enabled: true, alarms: names };
};

/** The tasks' group has one rule already. */
const ingress = (s: Stack, count: number): void => {
  for (const i of upTo(count - 1))
    add(s, 'aws_vpc_security_group_ingress_rule', `r${i}`, way('tasks', 4000, 4000, { cidr_ipv4: `10.1.${i}.0/24` }));
};

const securityGroups = (s: Stack, count: number): void => {
  for (const i of upTo(count)) add(s, 'aws_security_group', `s${i}`, { name: `s${i}`, ...OPEN });
  the(s, 'aws_lb', 'main')['security_groups'] = upTo(count).map((i) => `\${aws_security_group.s${i}.id}`);
};

const ANY = { protocol: '-1', from_port: 0, to_port: 0, cidr_blocks: ['0.0.0.0/0'] };
const OPEN = { ingress: [ANY], egress: [ANY] };

const services = (s: Stack, count: number): void => {
  for (const i of upTo(count - 3))
    add(s, 'aws_ecs_service', `s${i}`, { ...the(s, 'aws_ecs_service', 'api'), name: `s${i}` });
};

const fargate = (s: Stack, cpu: string, memory: string): void => {
  Object.assign(the(s, 'aws_ecs_task_definition', 'api'), { cpu, memory });
};

export const QUOTAS: readonly Case[] = [
  { rule: 'quota-rules-per-balancer', falls: (s) => rules(s, 101), at: 'aws_lb.main', spares: (s) => rules(s, 100) },
  {
    rule: 'quota-listeners-per-balancer',
    falls: (s) => listeners(s, 51),
    at: 'aws_lb.main',
    spares: (s) => listeners(s, 50),
  },
  {
    rule: 'quota-groups-per-action',
    falls: (s) => weighted(s, 6),
    at: 'aws_lb_listener_rule.api.action',
    spares: (s) => weighted(s, 5),
  },
  {
    rule: 'quota-values-per-rule',
    falls: (s) => paths(s, ['/1', '/2', '/3', '/4', '/5', '/6']),
    at: 'aws_lb_listener_rule.api.condition',
    spares: (s) => paths(s, ['/1', '/2', '/3', '/4', '/5']),
  },
  {
    rule: 'quota-wildcards-per-rule',
    falls: (s) => paths(s, ['/*/*/*', '/?/?/*/*']),
    at: 'aws_lb_listener_rule.api.condition',
    spares: (s) => paths(s, ['/*/*/*', '/?/?/*']),
  },
  {
    rule: 'quota-targets-per-group',
    falls: (s) => {
      the(s, 'aws_appautoscaling_target', 'api')['max_capacity'] = 1001;
    },
    at: 'aws_lb_target_group.api',
    spares: (s) => {
      the(s, 'aws_appautoscaling_target', 'api')['max_capacity'] = 1000;
    },
  },
  {
    rule: 'quota-targets-per-network-balancer',
    falls: (s) => {
      behindNetwork(s, { enable_cross_zone_load_balancing: true });
      the(s, 'aws_appautoscaling_target', 'api')['max_capacity'] = 501;
    },
    at: 'aws_lb.edge',
    spares: (s) => {
      behindNetwork(s);
      the(s, 'aws_appautoscaling_target', 'api')['max_capacity'] = 1000;
    },
  },
  {
    rule: 'quota-containers-per-definition',
    falls: (s) => containers(s, 11),
    at: 'aws_ecs_task_definition.api',
    spares: (s) => containers(s, 10),
  },
  {
    rule: 'quota-groups-per-service',
    falls: (s) => groupsOfOrders(s, 6),
    at: 'aws_ecs_service.orders',
    spares: (s) => groupsOfOrders(s, 5),
  },
  {
    rule: 'quota-tasks-per-service',
    falls: (s) => {
      the(s, 'aws_ecs_service', 'shop')['desired_count'] = 5001;
    },
    at: 'aws_ecs_service.shop',
    spares: (s) => {
      the(s, 'aws_ecs_service', 'shop')['desired_count'] = 5000;
    },
  },
  {
    rule: 'quota-services-per-cluster',
    falls: (s) => services(s, 5001),
    at: 'aws_ecs_cluster.main',
    spares: (s) => services(s, 4),
  },
  {
    rule: 'quota-instances-per-cluster',
    falls: (s) => {
      the(s, 'aws_autoscaling_group', 'g')['max_size'] = 5001;
    },
    at: 'aws_ecs_cluster.main',
    spares: (s) => {
      the(s, 'aws_autoscaling_group', 'g')['max_size'] = 5000;
    },
  },
  {
    rule: 'quota-alarms-per-deployment-group',
    falls: (s) => alarms(s, 11),
    at: 'aws_codedeploy_deployment_group.shop',
    spares: (s) => alarms(s, 10),
  },
  {
    rule: 'quota-rules-per-security-group',
    falls: (s) => ingress(s, 61),
    at: 'aws_security_group.tasks.ingress',
    spares: (s) => ingress(s, 60),
  },
  {
    rule: 'quota-security-groups-per-interface',
    falls: (s) => securityGroups(s, 6),
    at: 'aws_lb.main.security_groups',
    spares: (s) => securityGroups(s, 5),
  },
  {
    rule: 'name-length',
    falls: (s) => {
      the(s, 'aws_lb_target_group', 'api')['name'] = 'a'.repeat(33);
    },
    at: 'aws_lb_target_group.api.name',
    spares: (s) => {
      the(s, 'aws_lb_target_group', 'api')['name'] = 'a'.repeat(32);
    },
  },
  {
    rule: 'fargate-size',
    falls: (s) => fargate(s, '512', '512'),
    at: 'aws_ecs_task_definition.api.memory',
    spares: (s) => fargate(s, '512', '1024'),
  },
];
