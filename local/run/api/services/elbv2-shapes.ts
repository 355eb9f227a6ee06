/** Load balancer resources in the shapes of the ELBv2 API. Pure. */
import { zoneOfBalancers } from '../../../resolve/balancer-zones.ts';
import type { Action, Condition, Listener, ListenerRule, LoadBalancer, TargetGroup } from '../../../topology.ts';
import type { TargetHealth } from '../../contracts.ts';
import type { Call } from '../operation.ts';
import { networkGroupAttributes } from './elbv2-network.ts';

export function loadBalancerShape(one: LoadBalancer, call: Call): object {
  return {
    LoadBalancerArn: one.arn,
    DNSName: call.loadBalancerHost?.(one.arn) ?? one.dnsName,
    CanonicalHostedZoneId: zoneOfBalancers(call.region, one.network !== undefined),
    LoadBalancerName: one.name,
    Scheme: one.internal ? 'internal' : 'internet-facing',
    State: { Code: 'active' },
    Type: one.network ? 'network' : 'application',
    AvailabilityZones: one.subnetIds.map((SubnetId) => ({ SubnetId })),
    // A network load balancer may have none.
    ...(one.network && one.securityGroupIds.length === 0 ? {} : { SecurityGroups: one.securityGroupIds }),
    IpAddressType: 'ipv4',
  };
}

export function listenerShape(one: Listener): object {
  return {
    ListenerArn: one.arn,
    LoadBalancerArn: one.loadBalancerArn,
    Port: one.port,
    Protocol: one.protocol,
    ...(one.protocol === 'TLS' ? { AlpnPolicy: [one.network?.alpnPolicy ?? 'None'] } : {}),
    DefaultActions: one.defaultActions.map(actionShape),
  };
}

export function ruleShape(one: ListenerRule): object {
  return {
    RuleArn: one.arn,
    Priority: String(one.priority),
    Conditions: one.conditions.map(conditionShape),
    Actions: one.actions.map(actionShape),
    IsDefault: false,
  };
}

/** A listener's default actions are its last rule. */
export function defaultRuleShape(listener: Listener): object {
  return {
    RuleArn: `${listener.arn.replace(':listener/', ':listener-rule/')}/default`,
    Priority: 'default',
    Conditions: [],
    Actions: listener.defaultActions.map(actionShape),
    IsDefault: true,
  };
}

export function targetGroupShape(one: TargetGroup, loadBalancerArns: readonly string[]): object {
  const { healthCheck, network } = one;
  const checkProtocol = network?.healthCheckProtocol ?? one.protocol;
  return {
    TargetGroupArn: one.arn,
    TargetGroupName: one.name,
    Protocol: one.protocol,
    ...(network ? {} : { ProtocolVersion: 'HTTP1' }),
    Port: one.port,
    VpcId: vpcOf(one),
    TargetType: one.targetType,
    HealthCheckProtocol: checkProtocol,
    HealthCheckPort: String(healthCheck.port),
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: healthCheck.intervalSeconds,
    HealthCheckTimeoutSeconds: healthCheck.timeoutSeconds,
    HealthyThresholdCount: healthCheck.healthyThreshold,
    UnhealthyThresholdCount: healthCheck.unhealthyThreshold,
    ...(checkProtocol === 'TCP'
      ? {}
      : { HealthCheckPath: healthCheck.path, Matcher: { HttpCode: healthCheck.matcher } }),
    LoadBalancerArns: loadBalancerArns,
    IpAddressType: 'ipv4',
  };
}

/** The plane has one network; the VPC is shown as it was given. */
function vpcOf({ attributes }: TargetGroup): string | undefined {
  const vpcId = attributes['vpc_id'];
  return typeof vpcId === 'string' ? vpcId : undefined;
}

export function targetHealthShape(one: TargetHealth, group: TargetGroup | undefined): object {
  const { target, state, reason, description } = one;
  const checkPort = group?.healthCheck.port ?? 'traffic-port';
  return {
    Target: {
      Id: target.id,
      Port: target.port,
      ...(group?.targetType === 'ip' ? { AvailabilityZone: target.zone } : {}),
    },
    HealthCheckPort: String(checkPort === 'traffic-port' ? target.port : checkPort),
    TargetHealth: { State: state, Reason: reason, Description: description },
  };
}

export function loadBalancerAttributes(one: LoadBalancer): Record<string, string> {
  if (one.network) return { 'load_balancing.cross_zone.enabled': String(one.network.crossZone) };
  return {
    'idle_timeout.timeout_seconds': String(one.idleTimeoutSeconds),
    'client_keep_alive.seconds': String(one.clientKeepAliveSeconds),
    'routing.http.xff_header_processing.mode': one.xffMode,
    'routing.http.xff_client_port.enabled': String(one.xffClientPort),
    'routing.http.preserve_host_header.enabled': String(one.preserveHostHeader),
    'routing.http.drop_invalid_header_fields.enabled': String(one.dropInvalidHeaderFields),
    'routing.http.desync_mitigation_mode': one.desyncMode,
    'load_balancing.cross_zone.enabled': 'true',
  };
}

export function targetGroupAttributes(one: TargetGroup): Record<string, string> {
  if (one.network) return networkGroupAttributes(one, one.network);
  return {
    'deregistration_delay.timeout_seconds': String(one.deregistrationDelaySeconds),
    'slow_start.duration_seconds': String(one.slowStartSeconds),
    'load_balancing.algorithm.type': one.algorithm,
    'stickiness.enabled': String(one.stickiness !== null),
    'stickiness.type': one.stickiness?.type ?? 'lb_cookie',
    ...(one.stickiness
      ? { [`stickiness.${one.stickiness.type}.duration_seconds`]: String(one.stickiness.durationSeconds) }
      : {}),
    ...(one.stickiness?.cookieName ? { 'stickiness.app_cookie.cookie_name': one.stickiness.cookieName } : {}),
  };
}

function actionShape(action: Action, index: number): object {
  const Order = index + 1;
  if (action.type === 'fixed-response') {
    const { statusCode, contentType, body } = action;
    return {
      Type: action.type,
      Order,
      FixedResponseConfig: { StatusCode: String(statusCode), ContentType: contentType, MessageBody: body },
    };
  }
  if (action.type === 'redirect') {
    const { protocol, host, port, path, query, statusCode } = action;
    const RedirectConfig = {
      Protocol: protocol,
      Host: host,
      Port: port,
      Path: path,
      Query: query,
      StatusCode: `HTTP_${statusCode}`,
    };
    return { Type: action.type, Order, RedirectConfig };
  }
  const [only, ...others] = action.targetGroups;
  const stickiness = { Enabled: action.stickinessSeconds !== null, DurationSeconds: action.stickinessSeconds };
  return {
    Type: action.type,
    Order,
    ...(only && others.length === 0 ? { TargetGroupArn: only.arn } : {}),
    ForwardConfig: {
      TargetGroups: action.targetGroups.map(({ arn, weight }) => ({ TargetGroupArn: arn, Weight: weight })),
      TargetGroupStickinessConfig: stickiness,
    },
  };
}

function conditionShape(condition: Condition): object {
  switch (condition.field) {
    case 'http-header':
      return { Field: condition.field, HttpHeaderConfig: { HttpHeaderName: condition.name, Values: condition.values } };
    case 'query-string':
      return {
        Field: condition.field,
        QueryStringConfig: { Values: condition.pairs.map(({ key, value }) => ({ Key: key, Value: value })) },
      };
    case 'path-pattern':
      return { Field: condition.field, Values: condition.values, PathPatternConfig: { Values: condition.values } };
    case 'host-header':
      return { Field: condition.field, Values: condition.values, HostHeaderConfig: { Values: condition.values } };
    case 'http-request-method':
      return { Field: condition.field, HttpRequestMethodConfig: { Values: condition.values } };
    case 'source-ip':
      return { Field: condition.field, SourceIpConfig: { Values: condition.values } };
  }
}
