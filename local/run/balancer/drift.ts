/** What of a live resource is not as it was applied, in Terraform's words. Pure. */
import type { TargetGroup } from '../../topology.ts';

const GROUP_MEMBERS = {
  health_check: 'healthCheck',
  deregistration_delay: 'deregistrationDelaySeconds',
  slow_start: 'slowStartSeconds',
  load_balancing_algorithm_type: 'algorithm',
  stickiness: 'stickiness',
} as const;
const NETWORK_MEMBERS = {
  health_check: 'healthCheckProtocol',
  connection_termination: 'terminatesAfterDelay',
  proxy_protocol_v2: 'proxyProtocolV2',
  stickiness: 'stickySourceIp',
  target_health_state: 'terminatesUnhealthy',
  load_balancing_cross_zone_enabled: 'crossZone',
} as const;

export function groupDrift(live: TargetGroup | undefined, applied: TargetGroup): readonly string[] {
  const own = driftOf(live, applied, GROUP_MEMBERS);
  if (!live?.network || !applied.network) return own;
  return [...new Set([...own, ...driftOf(live.network, applied.network, NETWORK_MEMBERS)])];
}

/**
 * What the next apply puts back, unless it is told to ignore it.
 * @param members Terraform's attribute → ours
 */
export function driftOf<T extends object>(
  live: T | undefined,
  applied: T,
  members: Readonly<Record<string, keyof T>>,
): readonly string[] {
  if (live === undefined) return ['(gone)'];
  const text = (value: unknown): string => JSON.stringify(value);
  return Object.entries(members)
    .filter(([, member]) => text(live[member]) !== text(applied[member]))
    .map(([attribute]) => attribute);
}
