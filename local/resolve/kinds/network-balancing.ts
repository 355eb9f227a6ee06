/** What load balancers and target groups have only where they are network load balancers' (ELB network guide). */
import type { Values } from '../../read/schema.ts';
import type { LOAD_BALANCER } from '../../read/schemas/aws-lb.ts';
import { type TARGET_GROUP, TARGET_GROUP_ATTACHMENT } from '../../read/schemas/aws-lb-target-group.ts';
import type { HealthCheck, NetworkBalancing, NetworkGroup } from '../../topology.ts';
import { acting, type BuildContext } from '../kind.ts';
import { hex } from '../names.ts';
import type { Report } from '../report.ts';

type GroupContext = BuildContext<typeof TARGET_GROUP.fields>;

const NOT_OF_NETWORK =
  'of application load balancers only: Terraform leaves it out where load_balancer_type is network';
/** Terraform sends none of these for a network load balancer. */
const OF_APPLICATION = [
  'idle_timeout',
  'client_keep_alive',
  'xff_header_processing_mode',
  'enable_xff_client_port',
  'preserve_host_header',
  'drop_invalid_header_fields',
  'desync_mitigation_mode',
] as const;

/** @returns nothing for an application load balancer */
export function networkBalancingOf({ base, values: v, report }: BuildContext<typeof LOAD_BALANCER.fields>): {
  readonly network?: NetworkBalancing;
} {
  if (v.load_balancer_type === 'network') {
    for (const name of OF_APPLICATION)
      if (isSet(base.attributes[name])) report.note('no-local-effect', `aws_lb.${name} (network)`, NOT_OF_NETWORK);
    return { network: { crossZone: v.enable_cross_zone_load_balancing } };
  }
  if (v.enable_cross_zone_load_balancing)
    report.note(
      'no-local-effect',
      'aws_lb.enable_cross_zone_load_balancing (application)',
      'application load balancers have it always',
    );
  return {};
}

/** Terraform names subnets in one of two ways. */
export function subnetsOf({ values: v, report }: BuildContext<typeof LOAD_BALANCER.fields>): readonly string[] {
  if (v.subnets.length > 0 && v.subnet_mapping.length > 0)
    report.bad(
      'subnet_mapping',
      v.subnet_mapping.length,
      'subnets are given too',
      'subnets or subnet_mapping, not both',
    );
  return v.subnets.length > 0 ? v.subnets : v.subnet_mapping.map((mapping) => mapping.subnet_id);
}

const isSet = (value: unknown): boolean => value !== undefined && value !== null && value !== false;

export const isNetwork = (protocol: string): boolean => protocol === 'TCP' || protocol === 'TLS';

/** @returns nothing for a group of application load balancers, whose use of a network attribute is reported */
export function networkGroupOf(context: GroupContext): { readonly network?: NetworkGroup } {
  const { values: v, report } = context;
  if (!isNetwork(v.protocol)) {
    refuseOfNetwork(v, report);
    return {};
  }
  refuseOfApplication(v, report);
  const crossZone = v.load_balancing_cross_zone_enabled;
  return {
    network: {
      healthCheckProtocol: v.health_check ? (v.health_check.protocol ?? 'HTTP') : checkWithoutBlock(v.target_type),
      stickySourceIp: v.stickiness?.enabled === true,
      proxyProtocolV2: v.proxy_protocol_v2,
      terminatesAfterDelay: v.connection_termination,
      terminatesUnhealthy: v.target_health_state?.enable_unhealthy_connection_termination ?? true,
      crossZone: crossZone === 'use_load_balancer_configuration' ? null : crossZone === 'true',
      albTargets: albTargetsOf(context),
    },
  };
}

/** Of the API, where Terraform sends nothing. An application load balancer is checked by HTTP. */
const checkWithoutBlock = (targetType: string): 'TCP' | 'HTTP' => (targetType === 'alb' ? 'HTTP' : 'TCP');

type GroupValues = Values<typeof TARGET_GROUP.fields>;

function refuseOfNetwork(v: GroupValues, report: Report): void {
  const only = (path: string, value: unknown): void =>
    report.bad(path, value, `it does not go with protocol ${v.protocol}`, 'a target group of protocol TCP or TLS');
  if (v.connection_termination) only('connection_termination', true);
  if (v.proxy_protocol_v2) only('proxy_protocol_v2', true);
  if (v.target_type === 'alb') only('target_type', v.target_type);
  if (v.health_check?.protocol === 'TCP') only('health_check.protocol', 'TCP');
  if (v.stickiness?.enabled && v.stickiness.type === 'source_ip') only('stickiness.type', 'source_ip');
  if (v.load_balancing_cross_zone_enabled !== 'use_load_balancer_configuration')
    report.note(
      'no-local-effect',
      'aws_lb_target_group.load_balancing_cross_zone_enabled (HTTP, HTTPS)',
      'zones are names only; an application load balancer balances across them always here',
    );
}

function refuseOfApplication(v: GroupValues, report: Report): void {
  const only = (path: string, value: unknown, rule: string): void =>
    report.bad(path, value, `it does not go with protocol ${v.protocol}`, rule);
  if (v.slow_start > 0) only('slow_start', v.slow_start, '0: slow start is of HTTP and HTTPS groups');
  if (v.load_balancing_algorithm_type !== 'round_robin')
    only(
      'load_balancing_algorithm_type',
      v.load_balancing_algorithm_type,
      'none: a network load balancer chooses by flow hash (ELB network introduction)',
    );
  if (v.protocol_version !== null) only('protocol_version', v.protocol_version, 'none: it is of HTTP and HTTPS groups');
  if (v.stickiness?.enabled && v.stickiness.type !== 'source_ip')
    only('stickiness.type', v.stickiness.type, 'source_ip');
  if (v.target_type !== 'alb') return;
  if (v.protocol !== 'TCP') only('target_type', 'alb', 'protocol TCP where targets are application load balancers');
  if (v.health_check?.protocol === 'TCP')
    report.bad(
      'health_check.protocol',
      'TCP',
      'application load balancers are not checked by TCP',
      'HTTP or HTTPS (ELB application-load-balancer-target)',
    );
}

/** Defaults and ranges: ELB network target-group-health-checks. */
export function networkCheckOf({
  values: v,
  report,
}: GroupContext): Pick<HealthCheck, 'path' | 'matcher' | 'timeoutSeconds'> {
  const check = v.health_check;
  const protocol = check ? (check.protocol ?? 'HTTP') : checkWithoutBlock(v.target_type);
  if (protocol === 'TCP')
    for (const name of ['path', 'matcher'] as const)
      if (check?.[name])
        report.bad(
          `health_check.${name}`,
          check[name],
          'a TCP check asks for nothing',
          'none, or health_check.protocol HTTP or HTTPS',
        );
  const timeoutSeconds = check?.timeout ?? (protocol === 'HTTP' ? 6 : 10);
  const interval = check?.interval ?? 30;
  if (timeoutSeconds > interval)
    report.bad(
      'health_check.timeout',
      timeoutSeconds,
      `the timeout (${timeoutSeconds} s) is longer than the interval (${interval} s)`,
      'timeout ≤ interval',
    );
  return { path: check?.path ?? '/', matcher: check?.matcher ?? '200-399', timeoutSeconds };
}

/** One attachment makes an application load balancer the only target of a group. */
function albTargetsOf({ computed, values: v, all }: GroupContext): NetworkGroup['albTargets'] {
  return all(...TARGET_GROUP_ATTACHMENT.types)
    .map((e) => e.values as Values<typeof TARGET_GROUP_ATTACHMENT.fields>)
    .filter((a) => a.target_group_arn === computed('arn') && isLoadBalancer(a.target_id))
    .map((a) => ({ loadBalancerArn: a.target_id, port: a.port ?? v.port }));
}

const isLoadBalancer = (id: string): boolean => /:loadbalancer\/app\//.test(id);

/** Its group holds it. Instances and addresses are registered by what runs on them: none of those is a resource here. */
const attachment = acting(
  TARGET_GROUP_ATTACHMENT,
  'inert',
  (_names, block) => ({ id: hex(block.address, 16) }),
  ({ values: v, report, all, isAllowed }) => {
    const group = all('aws_lb_target_group', 'aws_alb_target_group').find(
      ({ json }) => json['arn'] === v.target_group_arn,
    );
    if (isAllowed) return null;
    if (!isLoadBalancer(v.target_id))
      report.problem('UNSUPPORTED_ATTRIBUTE', 'target_id', {
        message: 'only an application load balancer is attached here',
        value: v.target_id,
        rule: 'instances and addresses are registered by services and Auto Scaling groups',
        fix: 'use load_balancer of the service or target_group_arns of the Auto Scaling group, or --allow aws_lb_target_group_attachment',
      });
    else if (!group)
      report.problem('DANGLING_REFERENCE', 'target_group_arn', {
        message: 'there is no such target group',
        value: v.target_group_arn,
        rule: 'the ARN of an aws_lb_target_group of these stacks',
        fix: 'declare the target group, or correct the ARN',
      });
    else if (group.values['target_type'] !== 'alb')
      report.bad(
        'target_id',
        v.target_id,
        `the group has targets of type ${group.values['target_type']}`,
        'target_type alb',
      );
    return null;
  },
);

export const NETWORK_BALANCING_KINDS = [attachment];
