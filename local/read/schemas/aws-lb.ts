/** aws_lb (ELB: application and network load balancers, CreateLoadBalancer). */
import { blocks, bool, COMMON, inert, number, schema, text, texts, word } from '../schema.ts';

const TLS = 'TLS is not terminated here';
const ZONES = 'zones are names only; cross-zone is always on';
const ONE_ADDRESS = 'a load balancer here has one loopback address';

export const LOAD_BALANCER = schema(['aws_lb', 'aws_alb'], {
  name: text({
    pattern: /^(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/,
    rule: 'at most 32 letters, digits and hyphens, no hyphen at either end, not internal-… (ELB CreateLoadBalancer)',
  }),
  name_prefix: text({ pattern: /^[A-Za-z0-9-]{1,6}$/, rule: 'at most 6 letters, digits and hyphens' }),
  internal: bool(false),
  load_balancer_type: word(['application', 'network'], 'application', {
    rule: 'application and network load balancers run here, gateway load balancers do not',
  }),
  security_groups: texts(),
  subnets: texts(),
  idle_timeout: number({ fallback: 60, min: 1, max: 4000 }),
  client_keep_alive: number({ fallback: 3600, min: 60, max: 604_800 }),
  xff_header_processing_mode: word(['append', 'preserve', 'remove'], 'append'),
  enable_xff_client_port: bool(false),
  preserve_host_header: bool(false),
  drop_invalid_header_fields: bool(false),
  desync_mitigation_mode: word(['monitor', 'defensive', 'strictest'], 'defensive', {
    approximated: 'Node’s HTTP parser decides which requests are ambiguous',
  }),
  subnet_mapping: blocks({
    subnet_id: text({ required: true }),
    allocation_id: inert(ONE_ADDRESS),
    private_ipv4_address: inert(ONE_ADDRESS),
    ipv6_address: inert('loopback is IPv4'),
    source_nat_ipv6_prefix: inert('loopback is IPv4'),
  }),
  secondary_ips_auto_assigned_per_subnet: inert(ONE_ADDRESS),
  health_check_logs: inert('health check logs go to no bucket here'),
  access_logs: inert('access logs go to no bucket here'),
  connection_logs: inert('connection logs go to no bucket here'),
  enable_deletion_protection: inert('nothing here asks before deleting'),
  enable_http2: inert('clients are served HTTP/1.1'),
  /** Of network load balancers; application load balancers have it always. */
  enable_cross_zone_load_balancing: bool(false),
  enable_waf_fail_open: inert('there is no WAF here'),
  enable_zonal_shift: inert(ZONES),
  enable_tls_version_and_cipher_suite_headers: inert(TLS),
  ip_address_type: inert('loopback is IPv4'),
  ipam_pools: inert('loopback addresses need no pool'),
  customer_owned_ipv4_pool: inert('loopback addresses need no pool'),
  minimum_load_balancer_capacity: inert('there is no capacity to reserve'),
  dns_record_client_routing_policy: inert('there is one node, and no zone for a client to be near to'),
  enforce_security_group_inbound_rules_on_private_link_traffic: inert('there is no private link here'),
  enable_prefix_for_ipv6_source_nat: inert('loopback is IPv4'),
  ...COMMON,
});
