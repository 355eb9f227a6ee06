/** Load balancers and target groups (ELB user guide). */
import { LOAD_BALANCER } from '../../read/schemas/aws-lb.ts';
import { TARGET_GROUP } from '../../read/schemas/aws-lb-target-group.ts';
import type { HealthCheck, LoadBalancer, TargetGroup } from '../../topology.ts';
import { zoneOfBalancers } from '../balancer-zones.ts';
import { acting, type BuildContext } from '../kind.ts';
import { arnOf, hex, nameOf, textOf } from '../names.ts';
import { namesOf } from '../rest-api/names-of.ts';
import {
  isNetwork,
  NETWORK_BALANCING_KINDS,
  networkBalancingOf,
  networkCheckOf,
  networkGroupOf,
  subnetsOf,
} from './network-balancing.ts';

const DEFAULT_INTERVAL_SECONDS = 30;

const loadBalancer = acting(
  LOAD_BALANCER,
  'loadBalancers',
  (names, block, attribute) => {
    const name = nameOf(block, attribute);
    const isOfNetwork = attribute('load_balancer_type') === 'network';
    const suffix = `${isOfNetwork ? 'net' : 'app'}/${name}/${hex(block.address, 16)}`;
    const arn = arnOf(names, 'elasticloadbalancing', `loadbalancer/${suffix}`);
    const digits = String(BigInt(`0x${hex(block.address, 12)}`)).slice(0, 10);
    const internal = attribute('internal') === true || attribute('internal') === 'true' ? 'internal-' : '';
    return {
      name,
      arn,
      id: arn,
      arn_suffix: suffix,
      dns_name: isOfNetwork
        ? `${name}-${hex(block.address, 16)}.elb.${names.region}.amazonaws.com`
        : `${internal}${name}-${digits}.${names.region}.elb.amazonaws.com`,
      zone_id: zoneOfBalancers(names.region, isOfNetwork),
      vpc_id: `vpc-${hex(block.stack, 17)}`,
    };
  },
  (context): LoadBalancer => {
    const { base, values: v, computed, all } = context;
    return {
      ...base,
      arn: computed('arn'),
      arnSuffix: computed('arn_suffix'),
      name: computed('name'),
      ...networkBalancingOf(context),
      dnsName: computed('dns_name'),
      ...aliasesOf(namesOf(computed('dns_name'), all)),
      internal: v.internal,
      securityGroupIds: v.security_groups,
      subnetIds: subnetsOf(context),
      idleTimeoutSeconds: v.idle_timeout,
      clientKeepAliveSeconds: v.client_keep_alive,
      xffMode: v.xff_header_processing_mode,
      xffClientPort: v.enable_xff_client_port,
      preserveHostHeader: v.preserve_host_header,
      dropInvalidHeaderFields: v.drop_invalid_header_fields,
      desyncMode: v.desync_mitigation_mode,
    };
  },
);

const aliasesOf = (aliases: readonly string[]): Pick<LoadBalancer, 'aliases'> =>
  aliases.length > 0 ? { aliases } : {};

const targetGroup = acting(
  TARGET_GROUP,
  'targetGroups',
  (names, block, attribute) => {
    const name = nameOf(block, attribute);
    // Port, protocol and target type cannot be changed: another one is another group.
    const identity = [block.address, ...['port', 'protocol', 'target_type'].map((n) => textOf(attribute(n)))].join(' ');
    const suffix = `targetgroup/${name}/${hex(identity, 16)}`;
    const arn = arnOf(names, 'elasticloadbalancing', suffix);
    return { name, arn, id: arn, arn_suffix: suffix, load_balancer_arns: [] };
  },
  (context): TargetGroup => {
    const { base, values: v, computed, report } = context;
    if (!isNetwork(v.protocol)) checkSlowStart(context);
    const sticky = v.stickiness?.enabled && !isNetwork(v.protocol) ? v.stickiness : null;
    if (sticky?.type === 'app_cookie' && !sticky.cookie_name)
      report.missing('stickiness.cookie_name', 'app_cookie stickiness follows a cookie of the application');
    return {
      ...base,
      arn: computed('arn'),
      arnSuffix: computed('arn_suffix'),
      name: computed('name'),
      port: v.port,
      protocol: v.protocol,
      targetType: v.target_type,
      ...networkGroupOf(context),
      deregistrationDelaySeconds: v.deregistration_delay,
      slowStartSeconds: v.slow_start,
      algorithm: v.load_balancing_algorithm_type,
      stickiness: sticky && {
        type: sticky.type === 'app_cookie' ? 'app_cookie' : 'lb_cookie',
        durationSeconds: sticky.cookie_duration,
        cookieName: sticky.cookie_name,
      },
      healthCheck: healthCheckOf(context),
    };
  },
);

function checkSlowStart({ values: v, report }: BuildContext<typeof TARGET_GROUP.fields>): void {
  if (v.slow_start > 0 && v.slow_start < 30)
    report.bad('slow_start', v.slow_start, 'too short', '0 (off), or 30 to 900 seconds');
  if (v.slow_start > 0 && v.load_balancing_algorithm_type !== 'round_robin')
    report.bad(
      'slow_start',
      v.slow_start,
      'slow start does not go with least_outstanding_requests',
      'round_robin, or 0',
    );
}

/** Intervals and timeouts: ELB target-group-health-checks. */
function healthCheckOf(context: BuildContext<typeof TARGET_GROUP.fields>): HealthCheck {
  const { values, report } = context;
  const check = values.health_check;
  if (check && !check.enabled)
    report.bad('health_check.enabled', false, 'instance and ip targets are always checked', 'true');
  const answers = isNetwork(values.protocol) ? networkCheckOf(context) : applicationCheckOf(context);
  const port = check?.port ?? 'traffic-port';
  if (port !== 'traffic-port' && Number(port) > 65_535)
    report.bad('health_check.port', port, 'it is no port', 'traffic-port, or 1 to 65535');
  return {
    path: answers.path,
    port: port === 'traffic-port' ? port : Number(port),
    intervalSeconds: check?.interval ?? DEFAULT_INTERVAL_SECONDS,
    timeoutSeconds: answers.timeoutSeconds,
    healthyThreshold: check?.healthy_threshold ?? 3,
    unhealthyThreshold: check?.unhealthy_threshold ?? 3,
    matcher: answers.matcher,
  };
}

function applicationCheckOf({
  values,
  report,
}: BuildContext<typeof TARGET_GROUP.fields>): Pick<HealthCheck, 'path' | 'matcher' | 'timeoutSeconds'> {
  const check = values.health_check;
  const protocol = check?.protocol ?? 'HTTP';
  if (protocol !== values.protocol && protocol !== 'TCP')
    report.bad(
      'health_check.protocol',
      protocol,
      `the targets are spoken to in ${values.protocol}`,
      `${values.protocol}: health checks here go the way of the requests (HTTP is what they are without it)`,
    );
  const interval = check?.interval ?? DEFAULT_INTERVAL_SECONDS;
  const timeout = check?.timeout ?? 5;
  if (timeout >= interval)
    report.bad(
      'health_check.timeout',
      timeout,
      `the timeout (${timeout} s) is not shorter than the interval (${interval} s)`,
      'timeout < interval',
    );
  const matcher = check?.matcher ?? '200';
  if (/5\d\d/.test(matcher))
    report.bad(
      'health_check.matcher',
      matcher,
      'an application load balancer takes no 5XX',
      'status codes from 200 to 499',
    );
  return { path: check?.path ?? '/', matcher, timeoutSeconds: timeout };
}

export const LOAD_BALANCER_KINDS = [loadBalancer, targetGroup, ...NETWORK_BALANCING_KINDS];
