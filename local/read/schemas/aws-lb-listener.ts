/** aws_lb_listener and aws_lb_listener_rule (ELB: listeners, listener rules). */
import { block, blocks, bool, COMMON, inert, number, only, refused, schema, text, texts, word } from '../schema.ts';

const CERTIFICATE =
  'an HTTPS or TLS listener here has a certificate of the plane’s own authority, whatever the stack names';
const CIPHERS = 'TLS 1.2 and 1.3 are spoken, with the ciphers of this machine';
const LIMITS = 'ELB load-balancer-limits';

export const ACTION = {
  type: word(['forward', 'redirect', 'fixed-response'], undefined, {
    rule: 'authenticate-* actions need an identity provider, which is not here',
  }),
  order: inert('there is one action'),
  target_group_arn: text(),
  forward: block({
    target_group: blocks(
      { arn: text({ required: true }), weight: number({ fallback: 1, min: 0, max: 999, rule: LIMITS }) },
      { min: 1, max: 5, rule: `1 to 5 target groups in a forward action (${LIMITS})` },
    ),
    stickiness: block({ enabled: bool(false), duration: number({ required: true, min: 1, max: 604_800 }) }),
  }),
  redirect: block({
    protocol: text({
      fallback: '#{protocol}',
      pattern: /^(HTTPS?|#\{protocol\})$/,
      rule: 'HTTP, HTTPS or #{protocol}',
    }),
    host: text({ fallback: '#{host}', pattern: /^.{1,128}$/ }),
    port: text({ fallback: '#{port}', pattern: /^([1-9]\d{0,4}|#\{port\})$/, rule: '1 to 65535, or #{port}' }),
    path: text({ fallback: '/#{path}', pattern: /^\/.{0,127}$/, rule: 'a path that starts with /' }),
    query: text({ fallback: '#{query}', pattern: /^[^?].{0,127}$|^$/, rule: 'at most 128 characters, without the ?' }),
    status_code: word(['HTTP_301', 'HTTP_302']),
  }),
  fixed_response: block({
    status_code: text({ fallback: '200', pattern: /^[245]\d\d$/, rule: '2XX, 4XX or 5XX' }),
    content_type: word(['text/plain', 'text/css', 'text/html', 'application/javascript', 'application/json']),
    message_body: text({ fallback: '', pattern: /^[\s\S]{0,1024}$/, rule: 'at most 1024 characters' }),
  }),
  authenticate_cognito: refused('there is no identity provider here'),
  authenticate_oidc: refused('there is no identity provider here'),
  jwt_validation: refused('there is no identity provider here'),
} as const;

export const LISTENER = schema(['aws_lb_listener', 'aws_alb_listener'], {
  load_balancer_arn: text({ required: true }),
  port: number({ required: true, min: 1, max: 65_535 }),
  protocol: word(['HTTP', 'HTTPS', 'TCP', 'TLS'], 'HTTP', {
    rule: 'HTTP and HTTPS of application load balancers, TCP and TLS of network load balancers; datagrams (UDP, TCP_UDP, QUIC, TCP_QUIC) and GENEVE are not carried here (ELB load-balancer-listeners)',
  }),
  default_action: blocks(ACTION, { min: 1, max: 1, rule: 'one action that answers the request' }),
  /** Not looked for: what it names is in ACM or IAM. */
  certificate_arn: text({ approximated: CERTIFICATE }),
  ssl_policy: inert(CIPHERS),
  /** Of TLS listeners. */
  alpn_policy: word(['None', 'HTTP1Only', 'HTTP2Only', 'HTTP2Optional', 'HTTP2Preferred'], 'None'),
  mutual_authentication: block({
    mode: only(['off'], 'clients’ certificates are not verified here'),
    trust_store_arn: inert('clients’ certificates are not verified here'),
    ignore_client_certificate_expiry: inert('clients’ certificates are not verified here'),
    advertise_trust_store_ca_names: inert('clients’ certificates are not verified here'),
  }),
  /** Of TCP and TLS listeners; in real time. */
  tcp_idle_timeout_seconds: number({
    fallback: 350,
    min: 60,
    max: 6000,
    rule: 'ELB network-load-balancers, idle timeout',
  }),
  routing_http_response_server_enabled: inert('the load balancer here sends no Server header'),
  routing_http_response_access_control_allow_credentials_header_value: inert('response headers are the target’s own'),
  routing_http_response_access_control_allow_headers_header_value: inert('response headers are the target’s own'),
  routing_http_response_access_control_allow_methods_header_value: inert('response headers are the target’s own'),
  routing_http_response_access_control_allow_origin_header_value: inert('response headers are the target’s own'),
  routing_http_response_access_control_expose_headers_header_value: inert('response headers are the target’s own'),
  routing_http_response_access_control_max_age_header_value: inert('response headers are the target’s own'),
  routing_http_response_content_security_policy_header_value: inert('response headers are the target’s own'),
  routing_http_response_strict_transport_security_header_value: inert('response headers are the target’s own'),
  routing_http_response_x_content_type_options_header_value: inert('response headers are the target’s own'),
  routing_http_response_x_frame_options_header_value: inert('response headers are the target’s own'),
  ...COMMON,
});

const values = {
  values: texts({ min: 1, rule: 'at least one value' }),
  regex_values: refused('regular expressions are not matched here'),
} as const;

export const CONDITION = {
  path_pattern: block(values),
  host_header: block(values),
  http_request_method: block({ values: values.values }),
  source_ip: block({ values: values.values }),
  http_header: block({
    http_header_name: text({
      required: true,
      pattern: /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}$/,
      rule: 'a header name of at most 40 characters',
    }),
    ...values,
  }),
  query_string: blocks({ key: text(), value: text({ required: true }) }),
} as const;

export const LISTENER_RULE = schema(['aws_lb_listener_rule', 'aws_alb_listener_rule'], {
  listener_arn: text({ required: true }),
  /** Null: after the highest there is. */
  priority: number({ min: 1, max: 50_000 }),
  condition: blocks(CONDITION, { min: 1, rule: 'a rule needs a condition (ELB listener-rules)' }),
  action: blocks(ACTION, { min: 1, max: 1, rule: 'one action that answers the request' }),
  transform: refused('rewrites are not run here'),
  ...COMMON,
});
