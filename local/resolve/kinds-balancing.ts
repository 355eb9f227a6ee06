/** Load balancers, target groups, listeners, rules (ELB user guide). */
import type {
  Action,
  Condition,
  HealthCheck,
  Listener,
  ListenerRule,
  LoadBalancer,
  Stickiness,
  TargetGroup,
} from '../topology.ts';
import { arn, COMMON_INERT, type Kind, nameOf, text } from './kind.ts';
import type { Reader } from './reader.ts';

const HTTPS = 'TLS is not terminated here; give the local stage an HTTP listener';

const lbSuffix = (names: Parameters<Kind['computed']>[0], name: string, address: string): string =>
  `app/${name}/${names.hex(address, 16)}`;

const loadBalancer: Kind = {
  collection: 'loadBalancers',
  acts: [
    'name',
    'name_prefix',
    'internal',
    'load_balancer_type',
    'security_groups',
    'subnets',
    'subnet_mapping',
    'idle_timeout',
    'client_keep_alive',
    'xff_header_processing_mode',
    'enable_xff_client_port',
    'preserve_host_header',
    'drop_invalid_header_fields',
    'desync_mitigation_mode',
  ],
  inert: {
    ...COMMON_INERT,
    access_logs: 'access logs go to no bucket here',
    connection_logs: 'connection logs go to no bucket here',
    enable_deletion_protection: 'nothing here asks before deleting',
    enable_http2: 'clients are served HTTP/1.1',
    enable_cross_zone_load_balancing: 'zones are names only; cross-zone is always on',
    enable_waf_fail_open: 'there is no WAF here',
    enable_zonal_shift: 'zones are names only',
    enable_tls_version_and_cipher_suite_headers: HTTPS,
    ip_address_type: 'loopback is IPv4',
    customer_owned_ipv4_pool: 'loopback addresses need no pool',
    minimum_load_balancer_capacity: 'there is no capacity to reserve',
  },
  computed: (names, block, attribute) => {
    const name = nameOf(names, block, attribute);
    const suffix = lbSuffix(names, name, block.address);
    const internal = attribute('internal') === true ? 'internal-' : '';
    const lbArn = arn(names, 'elasticloadbalancing', `loadbalancer/${suffix}`);
    const digits = BigInt(`0x${names.hex(block.address, 12)}`)
      .toString()
      .slice(0, 10);
    return {
      name,
      arn: lbArn,
      id: lbArn,
      arn_suffix: suffix,
      dns_name: `${internal}${name}-${digits}.${names.region}.elb.amazonaws.com`,
      zone_id: 'Z35SXDOTRQ7X7K',
      vpc_id: 'vpc-local',
    };
  },
  build(base, r): LoadBalancer {
    const type = r.text('load_balancer_type', 'application');
    if (type !== 'application') r.bad('load_balancer_type', 'only application load balancers run here', 'application');
    return {
      ...base,
      arn: r.text('arn'),
      arnSuffix: r.text('arn_suffix'),
      name: named(r, 32),
      dnsName: r.text('dns_name'),
      internal: r.bool('internal', false),
      securityGroupIds: r.texts('security_groups'),
      subnetIds: r.texts('subnets'),
      idleTimeoutSeconds: r.number('idle_timeout', 60, { min: 1, max: 4000 }),
      clientKeepAliveSeconds: r.number('client_keep_alive', 3600, { min: 60, max: 604_800 }),
      xffMode: r.oneOf('xff_header_processing_mode', ['append', 'preserve', 'remove'], 'append'),
      xffClientPort: r.bool('enable_xff_client_port', false),
      preserveHostHeader: r.bool('preserve_host_header', false),
      dropInvalidHeaderFields: r.bool('drop_invalid_header_fields', false),
      desyncMode: r.oneOf('desync_mitigation_mode', ['monitor', 'defensive', 'strictest'], 'defensive'),
    };
  },
};

/** Names of load balancers and target groups: at most 32 letters, digits and hyphens (ELB API reference). */
function named(r: Reader, max: number): string {
  const name = r.text('name');
  if (!/^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/.test(name) || name.length > max)
    r.bad('name', 'the name is not allowed', `at most ${max} letters, digits and hyphens, no hyphen at either end`);
  return name;
}

const targetGroup: Kind = {
  collection: 'targetGroups',
  acts: [
    'name',
    'name_prefix',
    'port',
    'protocol',
    'target_type',
    'deregistration_delay',
    'slow_start',
    'load_balancing_algorithm_type',
    'stickiness',
    'health_check',
    'protocol_version',
  ],
  inert: {
    ...COMMON_INERT,
    vpc_id: 'addresses on one machine need no network of their own',
    ip_address_type: 'loopback is IPv4',
    load_balancing_anomaly_mitigation: 'only weighted_random uses it',
    load_balancing_cross_zone_enabled: 'zones are names only; cross-zone is always on',
    connection_termination: 'of network load balancers only',
    proxy_protocol_v2: 'of network load balancers only',
    preserve_client_ip: 'of network load balancers only',
    lambda_multi_value_headers_enabled: 'of Lambda targets only',
    target_failover: 'of gateway load balancers only',
    target_health_state: 'of network load balancers only',
    target_group_health: 'fail-open is when every target is unhealthy, the default',
  },
  computed: (names, block, attribute) => {
    const name = nameOf(names, block, attribute);
    const suffix = `targetgroup/${name}/${names.hex(`${block.address}${text(attribute('port'))}${text(attribute('target_type'))}`, 16)}`;
    const id = arn(names, 'elasticloadbalancing', suffix);
    return { name, arn: id, id, arn_suffix: suffix };
  },
  build(base, r): TargetGroup {
    const check = r.block('health_check');
    const version = r.text('protocol_version', 'HTTP1');
    if (version !== 'HTTP1') r.bad('protocol_version', 'targets are spoken to in HTTP/1.1 here', 'HTTP1');
    const slowStart = r.number('slow_start', 0, { min: 0, max: 900, rule: '0 (off), or 30 to 900 seconds' });
    if (slowStart > 0 && slowStart < 30) r.bad('slow_start', 'too short', '0 (off), or 30 to 900 seconds');
    const algorithm = r.oneOf(
      'load_balancing_algorithm_type',
      ['round_robin', 'least_outstanding_requests'],
      'round_robin',
    );
    if (slowStart > 0 && algorithm !== 'round_robin')
      r.bad('slow_start', 'slow start does not go with least_outstanding_requests', 'round_robin, or slow_start 0');
    return {
      ...base,
      arn: r.text('arn'),
      arnSuffix: r.text('arn_suffix'),
      name: named(r, 32),
      port: r.number('port', undefined, { min: 1, max: 65_535 }),
      protocol: r.oneOf('protocol', ['HTTP'], 'HTTP'),
      targetType: r.oneOf('target_type', ['instance', 'ip'], 'instance'),
      deregistrationDelaySeconds: r.number('deregistration_delay', 300, { min: 0, max: 3600 }),
      slowStartSeconds: slowStart,
      algorithm,
      stickiness: stickinessOf(r.block('stickiness')),
      healthCheck: healthCheckOf(check, r),
    };
  },
};

function stickinessOf(r: Reader | null): Stickiness | null {
  if (!r?.bool('enabled', true)) return null;
  return {
    type: r.oneOf('type', ['lb_cookie', 'app_cookie'], 'lb_cookie'),
    durationSeconds: r.number('cookie_duration', 86_400, { min: 1, max: 604_800 }),
    cookieName: r.textOrNull('cookie_name'),
  };
}

function healthCheckOf(r: Reader | null, group: Reader): HealthCheck {
  if (r && !r.bool('enabled', true))
    group.bad('health_check', 'health checks cannot be switched off for instance and ip targets', 'enabled = true');
  const interval = r?.number('interval', 30, { min: 5, max: 300 }) ?? 30;
  const timeout = r?.number('timeout', Math.min(5, interval), { min: 2, max: 120 }) ?? 5;
  if (r && timeout >= interval && r.has('timeout'))
    r.bad(
      'timeout',
      `the timeout (${timeout} s) is not shorter than the interval (${interval} s)`,
      'timeout < interval',
    );
  const port = r?.text('port', 'traffic-port') ?? 'traffic-port';
  if (r && port !== 'traffic-port' && !/^\d{1,5}$/.test(port))
    r.bad('port', 'it is no port', 'traffic-port, or 1 to 65535');
  const matcher = r?.text('matcher', '200') ?? '200';
  if (r && !/^\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*$/.test(matcher))
    r.bad('matcher', 'it is no list of status codes', '200, 200,202 or 200-299');
  return {
    path: r?.text('path', '/') ?? '/',
    port: port === 'traffic-port' ? 'traffic-port' : Number(port),
    intervalSeconds: interval,
    timeoutSeconds: timeout,
    healthyThreshold: r?.number('healthy_threshold', 5, { min: 2, max: 10 }) ?? 5,
    unhealthyThreshold: r?.number('unhealthy_threshold', 2, { min: 2, max: 10 }) ?? 2,
    matcher,
  };
}

const listener: Kind = {
  collection: 'listeners',
  acts: ['load_balancer_arn', 'port', 'protocol', 'default_action'],
  inert: { ...COMMON_INERT, tcp_idle_timeout_seconds: 'of network load balancers only', alpn_policy: HTTPS },
  computed: (names, block, attribute) => {
    const id = text(attribute('load_balancer_arn')).replace(':loadbalancer/', ':listener/');
    const listenerArn = `${id}/${names.hex(block.address, 16)}`;
    return { arn: listenerArn, id: listenerArn };
  },
  build(base, r): Listener {
    const protocol = r.text('protocol', 'HTTP');
    if (protocol !== 'HTTP') r.bad('protocol', HTTPS, 'HTTP');
    return {
      ...base,
      arn: r.text('arn'),
      loadBalancerArn: r.text('load_balancer_arn'),
      port: r.number('port', undefined, { min: 1, max: 65_535 }),
      protocol: 'HTTP',
      defaultActions: r.blocks('default_action').map(actionOf),
    };
  },
};

const rule: Kind = {
  collection: 'rules',
  acts: ['listener_arn', 'priority', 'condition', 'action'],
  inert: COMMON_INERT,
  computed: (names, block, attribute) => {
    const id = `${text(attribute('listener_arn')).replace(':listener/', ':listener-rule/')}/${names.hex(block.address, 16)}`;
    return { arn: id, id };
  },
  build(base, r): ListenerRule {
    const conditions = r.blocks('condition').flatMap(conditionsOf);
    if (conditions.length === 0) r.bad('condition', 'a rule needs a condition', 'at least one condition');
    checkConditions(conditions, r);
    return {
      ...base,
      arn: r.text('arn'),
      listenerArn: r.text('listener_arn'),
      priority: r.number('priority', undefined, { min: 1, max: 50_000 }),
      conditions,
      actions: r.blocks('action').map(actionOf),
    };
  },
};

function actionOf(r: Reader): Action {
  const type = r.oneOf('type', ['forward', 'redirect', 'fixed-response']);
  if (type === 'redirect') {
    const d = r.block('redirect') ?? r;
    return {
      type,
      protocol: d.text('protocol', '#{protocol}'),
      host: d.text('host', '#{host}'),
      port: d.text('port', '#{port}'),
      path: d.text('path', '/#{path}'),
      query: d.text('query', '#{query}'),
      statusCode: d.oneOf('status_code', ['HTTP_301', 'HTTP_302']) === 'HTTP_301' ? 301 : 302,
    };
  }
  if (type === 'fixed-response') {
    const d = r.block('fixed_response') ?? r;
    return {
      type,
      statusCode: d.number('status_code', 200, { min: 200, max: 599 }),
      contentType: d.text('content_type', 'text/plain'),
      body: d.text('message_body', ''),
    };
  }
  const forward = r.block('forward');
  const groups = forward
    ?.blocks('target_group')
    .map((g) => ({ arn: g.text('arn'), weight: g.number('weight', 1, { min: 0, max: 999 }) }));
  if (groups && groups.length > 5)
    r.bad(
      'forward',
      `it has ${groups.length} target groups`,
      'at most 5 target groups in a forward action (ELB load-balancer-limits)',
    );
  const sticky = forward?.block('stickiness');
  const only = r.textOrNull('target_group_arn');
  if (!groups?.length && !only) r.missing('target_group_arn');
  return {
    type,
    targetGroups: groups?.length ? groups : [{ arn: only ?? '', weight: 1 }],
    stickinessSeconds: sticky?.bool('enabled', false) ? sticky.number('duration', 1, { min: 1, max: 604_800 }) : null,
  };
}

const VALUE_CONDITIONS = {
  path_pattern: 'path-pattern',
  host_header: 'host-header',
  http_request_method: 'http-request-method',
  source_ip: 'source-ip',
} as const;

function conditionsOf(r: Reader): Condition[] {
  const out: Condition[] = [];
  for (const [name, field] of Object.entries(VALUE_CONDITIONS)) {
    const block = r.block(name);
    if (block) out.push({ field, values: block.texts('values') });
  }
  for (const header of r.blocks('http_header'))
    out.push({ field: 'http-header', name: header.text('http_header_name'), values: header.texts('values') });
  const pairs = r.blocks('query_string').map((q) => ({ key: q.textOrNull('key'), value: q.text('value') }));
  if (pairs.length > 0) out.push({ field: 'query-string', pairs });
  return out;
}

function checkConditions(conditions: readonly Condition[], r: Reader): void {
  const count = conditions.reduce((n, c) => n + ('values' in c ? c.values.length : c.pairs.length), 0);
  if (count > 5)
    r.problems.push({
      code: 'QUOTA_EXCEEDED',
      address: `${r.at}.condition`,
      message: `the rule has ${count} condition values`,
      value: count,
      rule: 'at most 5 condition values a rule (ELB load-balancer-limits)',
      fix: 'split the rule',
    });
  for (const field of Object.values(VALUE_CONDITIONS))
    if (conditions.filter((c) => c.field === field).length > 1)
      r.bad('condition', `there is more than one ${field}`, `at most one ${field} a rule`);
}

export const BALANCING_KINDS: Readonly<Record<string, Kind>> = {
  aws_lb: loadBalancer,
  aws_alb: loadBalancer,
  aws_lb_target_group: targetGroup,
  aws_alb_target_group: targetGroup,
  aws_lb_listener: listener,
  aws_alb_listener: listener,
  aws_lb_listener_rule: rule,
  aws_alb_listener_rule: rule,
};
