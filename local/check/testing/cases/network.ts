import type { Case } from '../case.ts';
import { add, container, the, way } from '../system.ts';

const INGRESS = 'aws_vpc_security_group_ingress_rule';
const EGRESS = 'aws_vpc_security_group_egress_rule';

export const NETWORK: readonly Case[] = [
  {
    rule: 'ephemeral-range',
    falls: (s) => {
      the(s, INGRESS, 'dynamic')['from_port'] = 49_153;
    },
    at: 'aws_security_group.instances.ingress',
    // Two rules that meet cover it as well.
    spares: (s) => {
      the(s, INGRESS, 'dynamic')['from_port'] = 49_153;
      add(s, INGRESS, 'rest', way('instances', 32_768, 49_152, { cidr_ipv4: '10.0.0.0/16' }));
    },
  },
  {
    rule: 'ephemeral-range',
    falls: (s) => {
      the(s, EGRESS, 'dynamic')['to_port'] = 60_998;
    },
    at: 'aws_security_group.lb.egress',
    // The instances are told to use fewer ports.
    spares: (s) => {
      the(s, EGRESS, 'dynamic')['to_port'] = 50_000;
      const userData = 'ECS_CLUSTER=main\nsysctl -w net.ipv4.ip_local_port_range="32768 50000"\n';
      the(s, 'aws_launch_template', 't')['user_data'] = Buffer.from(userData).toString('base64');
    },
  },
  {
    rule: 'ephemeral-range',
    falls: (s) => delete s[INGRESS]?.['dynamic'],
    at: 'aws_security_group.instances.ingress',
    // A group of elsewhere may allow it.
    spares: (s) => {
      delete s[INGRESS]?.['dynamic'];
      add(s, EGRESS, 'dynamic', way('lb', 32_768, 60_999, { cidr_ipv4: '10.0.0.0/16' }));
      the(s, 'aws_launch_template', 't')['vpc_security_group_ids'] = ['sg-elsewhere'];
    },
  },
  {
    rule: 'task-port',
    falls: (s) => {
      the(s, INGRESS, 'tasks')['from_port'] = 3001;
      the(s, INGRESS, 'tasks')['to_port'] = 3001;
    },
    at: 'aws_security_group.tasks.ingress',
    spares: (s) => {
      the(s, INGRESS, 'tasks')['from_port'] = 2999;
    },
  },
  {
    rule: 'task-port',
    falls: (s) => {
      the(s, EGRESS, 'tasks')['referenced_security_group_id'] = '${aws_security_group.instances.id}';
    },
    at: 'aws_security_group.lb.egress',
    // What a prefix list lets through is not known.
    spares: (s) => {
      const rule = the(s, EGRESS, 'tasks');
      delete rule['referenced_security_group_id'];
      rule['prefix_list_id'] = 'pl-1';
    },
  },
  {
    rule: 'task-port',
    falls: (s) => {
      the(s, 'aws_lb_target_group', 'api')['health_check'] = { path: '/', port: '3001' };
    },
    at: 'aws_security_group.',
    spares: (s) => {
      the(s, 'aws_lb_target_group', 'api')['health_check'] = { path: '/', port: '3000' };
    },
  },
  {
    rule: 'fixed-port',
    falls: (s) => {
      container(s, 'orders')['portMappings'] = [{ containerPort: 3000, hostPort: 8080 }];
    },
    at: 'aws_security_group.instances.ingress',
    spares: (s) => {
      container(s, 'orders')['portMappings'] = [{ containerPort: 3000, hostPort: 40_000 }];
    },
  },
  {
    rule: 'fixed-port',
    falls: (s) => {
      the(s, 'aws_autoscaling_group', 'g')['target_group_arns'] = ['${aws_lb_target_group.orders.arn}'];
    },
    at: 'aws_security_group.instances.ingress',
    spares: (s) => {
      the(s, 'aws_autoscaling_group', 'g')['target_group_arns'] = ['${aws_lb_target_group.orders.arn}'];
      the(s, 'aws_lb_target_group', 'orders')['port'] = 32_768;
    },
  },
  {
    rule: 'listener-port',
    falls: (s) => delete s[INGRESS]?.['test'],
    at: 'aws_lb_listener.test.port',
    spares: (s) => {
      the(s, INGRESS, 'test')['cidr_ipv4'] = '192.0.2.0/24';
    },
  },
];
