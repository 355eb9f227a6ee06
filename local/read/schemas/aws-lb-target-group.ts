/** aws_lb_target_group (ELB: target groups, health checks for target groups). */
import { block, bool, COMMON, inert, number, only, schema, text, word } from '../schema.ts';

const HEALTH_CHECK = {
  enabled: bool(true),
  path: text({ pattern: /^\/\S{0,1023}$/, rule: 'a path that starts with /, at most 1024 characters' }),
  port: text({
    fallback: 'traffic-port',
    pattern: /^(traffic-port|[1-9]\d{0,4})$/,
    rule: 'traffic-port, or 1 to 65535',
  }),
  protocol: only(['HTTP', 'HTTPS', 'TCP'], 'health checks speak HTTP, HTTPS or, of network load balancers, TCP'),
  interval: number({ fallback: 30, min: 5, max: 300, rule: 'ELB target-group-health-checks' }),
  timeout: number({ min: 2, max: 120, rule: 'ELB target-group-health-checks' }),
  // Terraform's own defaults (3 and 3), not the API's (5 and 2).
  healthy_threshold: number({ fallback: 3, min: 2, max: 10, rule: 'ELB target-group-health-checks' }),
  unhealthy_threshold: number({ fallback: 3, min: 2, max: 10, rule: 'ELB target-group-health-checks' }),
  // 200 of an application load balancer, 200-399 of a network load balancer.
  matcher: text({
    pattern: /^[2-5]\d\d(-[2-5]\d\d)?(,[2-5]\d\d(-[2-5]\d\d)?)*$/,
    rule: 'status codes from 200 to 499, of network load balancers to 599: 200, 200,202 or 200-299',
  }),
};

export const TARGET_GROUP = schema(['aws_lb_target_group', 'aws_alb_target_group'], {
  name: text({
    pattern: /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/,
    rule: 'at most 32 letters, digits and hyphens, no hyphen at either end (ELB CreateTargetGroup)',
  }),
  name_prefix: text({ pattern: /^[A-Za-z0-9-]{1,6}$/, rule: 'at most 6 letters, digits and hyphens' }),
  port: number({ required: true, min: 1, max: 65_535 }),
  protocol: word(['HTTP', 'HTTPS', 'TCP', 'TLS'], undefined, {
    rule: 'HTTP and HTTPS of application load balancers, TCP and TLS of network load balancers; datagrams (UDP, TCP_UDP, QUIC, TCP_QUIC) and GENEVE are not carried here',
  }),
  protocol_version: only(['HTTP1'], 'targets are spoken to in HTTP/1.1 here'),
  target_type: word(['instance', 'ip', 'alb'], 'instance'),
  deregistration_delay: number({ fallback: 300, min: 0, max: 3600 }),
  slow_start: number({ fallback: 0, min: 0, max: 900, rule: '0 (off), or 30 to 900 seconds' }),
  load_balancing_algorithm_type: word(['round_robin', 'least_outstanding_requests'], 'round_robin'),
  stickiness: block({
    enabled: bool(true),
    type: word(['lb_cookie', 'app_cookie', 'source_ip'], undefined, {
      rule: 'source_ip of network load balancers, cookies of application load balancers',
    }),
    cookie_duration: number({ fallback: 86_400, min: 1, max: 604_800 }),
    cookie_name: text(),
  }),
  health_check: block(HEALTH_CHECK),
  vpc_id: inert('addresses on one machine need no network of their own'),
  ip_address_type: inert('loopback is IPv4'),
  load_balancing_anomaly_mitigation: inert('only weighted_random uses it'),
  /** Of network load balancers; application load balancers balance across zones always here. */
  load_balancing_cross_zone_enabled: word(
    ['true', 'false', 'use_load_balancer_configuration'],
    'use_load_balancer_configuration',
  ),
  target_group_health: inert('fail-open is when every target is unhealthy, the default'),
  target_control_port: inert('there is no target optimizer'),
  /** These three are of network load balancers. */
  connection_termination: bool(false),
  proxy_protocol_v2: bool(false),
  target_health_state: block({
    enable_unhealthy_connection_termination: bool(true),
    unhealthy_draining_interval: inert('an unhealthy target gets no new connection, whatever its state is called'),
  }),
  preserve_client_ip: inert('clients and load balancers are both loopback addresses'),
  target_failover: inert('of gateway load balancers only'),
  lambda_multi_value_headers_enabled: inert('of Lambda targets only'),
  ...COMMON,
});

/** An application load balancer behind a network load balancer; other targets are registered by services and groups. */
export const TARGET_GROUP_ATTACHMENT = schema(['aws_lb_target_group_attachment', 'aws_alb_target_group_attachment'], {
  target_group_arn: text({ required: true }),
  /** ARN of an application load balancer. */
  target_id: text({ required: true }),
  port: number({ min: 1, max: 65_535 }),
  availability_zone: inert('a load balancer is in its own zones'),
  quic_server_id: inert('no QUIC is carried here'),
  region: COMMON.region,
});
