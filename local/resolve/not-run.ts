/** Types that are refused for a reason of their own, so that nobody accepts them without knowing what then happens. */

export interface NotRun {
  readonly rule: string;
  readonly fix: string;
}

const API_GATEWAY: NotRun = {
  rule: 'there is no API Gateway here: keys, throttles and quotas would not act, and whoever calls its address would leave this machine',
  fix: 'rehearse without it (front.restApi null in these stacks), so that callers use the load balancer behind it',
};

const BY_PREFIX: readonly (readonly [prefix: string, why: NotRun])[] = [
  ['aws_api_gateway_', API_GATEWAY],
  ['aws_apigatewayv2_', API_GATEWAY],
];

/** @returns null for a type that is merely not known */
export function notRun(type: string): NotRun | null {
  return BY_PREFIX.find(([prefix]) => type.startsWith(prefix))?.[1] ?? null;
}
