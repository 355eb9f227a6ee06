/** Types that are refused for a reason of their own, so that nobody accepts them without knowing what then happens. */

export interface NotRun {
  readonly rule: string;
  readonly fix: string;
}

const V2: NotRun = {
  rule: 'HTTP and WebSocket APIs are not run here: whoever calls their address would leave this machine',
  fix: 'rehearse without them, so that callers use the load balancer behind them, or put a REST API (aws_api_gateway_rest_api) in front',
};

const VPC_LINK: NotRun = {
  rule: 'a VPC link of REST APIs leads to network load balancers, and is not followed here',
  fix: 'lead an aws_apigatewayv2_vpc_link to an application load balancer, by integration_target of the integration',
};

const DOMAIN: NotRun = {
  rule: 'there is no TLS and no DNS of one’s own here: callers would leave this machine',
  fix: 'let callers use the invoke_url of the stage',
};

const AUTHORIZER: NotRun = {
  rule: 'nobody is authenticated here: a method without its authorizer would be open',
  fix: 'rehearse with authorization NONE and API keys',
};

/** What of REST APIs is not run; the rest of them is. */
const REST_API: NotRun = {
  rule: 'REST APIs are run here without this part of them',
  fix: 'leave it out of what is rehearsed',
};

/** The first one that fits. */
const BY_PREFIX: readonly (readonly [prefix: string, why: NotRun])[] = [
  ['aws_api_gateway_vpc_link', VPC_LINK],
  ['aws_api_gateway_domain_name', DOMAIN],
  ['aws_api_gateway_base_path_mapping', DOMAIN],
  ['aws_api_gateway_authorizer', AUTHORIZER],
  ['aws_api_gateway_', REST_API],
  ['aws_apigatewayv2_', V2],
];

/** @returns null for a type that is merely not known */
export function notRun(type: string): NotRun | null {
  return BY_PREFIX.find(([prefix]) => type.startsWith(prefix))?.[1] ?? null;
}
