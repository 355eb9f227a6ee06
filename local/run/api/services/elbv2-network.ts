/** Network load balancers in the ELBv2 API: defaults, attributes and shapes that are theirs alone. Pure. */
import type { Listener, LoadBalancer, NetworkGroup, NetworkListening, TargetGroup } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';

/** Of the API (ELB network target-group-health-checks). */
export const NETWORK_DEFAULTS: NetworkGroup = {
  healthCheckProtocol: 'TCP',
  stickySourceIp: false,
  proxyProtocolV2: false,
  terminatesAfterDelay: false,
  terminatesUnhealthy: true,
  crossZone: null,
  albTargets: [],
};
export const LISTENING_DEFAULTS: NetworkListening = { idleTimeoutSeconds: 350, alpnPolicy: 'None' };

export const isNetworkProtocol = (protocol: string | undefined): protocol is 'TCP' | 'TLS' =>
  protocol === 'TCP' || protocol === 'TLS';

const DATAGRAMS = ['UDP', 'TCP_UDP', 'QUIC', 'TCP_QUIC', 'GENEVE'];

/** @throws ApiError UnsupportedProtocol for what is not carried here, and what the load balancer does not speak */
export function needProtocol(
  protocol: string | undefined,
  owner: Pick<LoadBalancer, 'network'>,
): 'HTTP' | 'TCP' | 'TLS' {
  if (protocol === undefined) throw new ApiError('ValidationError', 'A listener protocol must be specified');
  const spoken = owner.network ? (['TCP', 'TLS'] as const) : (['HTTP'] as const);
  const found = spoken.find((one) => one === protocol);
  if (found) return found;
  const why = DATAGRAMS.includes(protocol)
    ? 'datagrams are not carried here'
    : `this load balancer’s are ${spoken.join(' and ')} here`;
  throw new ApiError('UnsupportedProtocol', `The protocol ${protocol} has no local counterpart: ${why}`);
}

const bool = (value: string, key: string): boolean => {
  if (value === 'true' || value === 'false') return value === 'true';
  throw new ApiError(
    'InvalidConfigurationRequest',
    `Target group attribute ${key} must be true or false, not '${value}'`,
  );
};

type Setter = (network: NetworkGroup, value: string, key: string) => NetworkGroup;

const SETTERS: Readonly<Record<string, Setter>> = {
  'proxy_protocol_v2.enabled': (network, value, key) => ({ ...network, proxyProtocolV2: bool(value, key) }),
  'deregistration_delay.connection_termination.enabled': (network, value, key) => ({
    ...network,
    terminatesAfterDelay: bool(value, key),
  }),
  'target_health_state.unhealthy.connection_termination.enabled': (network, value, key) => ({
    ...network,
    terminatesUnhealthy: bool(value, key),
  }),
  'stickiness.enabled': (network, value, key) => ({ ...network, stickySourceIp: bool(value, key) }),
  'stickiness.type': (network, value) => {
    if (value === 'source_ip') return network;
    throw new ApiError('InvalidConfigurationRequest', `Stickiness type '${value}' is not of a network load balancer`);
  },
  'load_balancing.cross_zone.enabled': (network, value, key) => ({
    ...network,
    crossZone: value === 'use_load_balancer_configuration' ? null : bool(value, key),
  }),
};

/**
 * Takes what is of network load balancers alone out of the attributes given.
 * @returns the group with them, and the attributes that are left
 */
export function withNetworkAttributes(
  group: TargetGroup,
  given: ReadonlyMap<string, string>,
): { readonly group: TargetGroup; readonly rest: ReadonlyMap<string, string> } {
  let { network } = group;
  if (!network) return { group, rest: given };
  const rest = new Map<string, string>();
  for (const [key, value] of given) {
    const set = SETTERS[key];
    if (set) network = set(network, value, key);
    else if (key === 'deregistration_delay.timeout_seconds') rest.set(key, value);
    else
      throw new ApiError(
        'InvalidConfigurationRequest',
        `Target group attribute key '${key}' has no local counterpart on a network load balancer: ` +
          `deregistration_delay.timeout_seconds, ${Object.keys(SETTERS).join(', ')} do`,
      );
  }
  return { group: { ...group, network }, rest };
}

export const networkGroupAttributes = (group: TargetGroup, network: NetworkGroup): Record<string, string> => ({
  'deregistration_delay.timeout_seconds': String(group.deregistrationDelaySeconds),
  'deregistration_delay.connection_termination.enabled': String(network.terminatesAfterDelay),
  'proxy_protocol_v2.enabled': String(network.proxyProtocolV2),
  'stickiness.enabled': String(network.stickySourceIp),
  'stickiness.type': 'source_ip',
  'load_balancing.cross_zone.enabled':
    network.crossZone === null ? 'use_load_balancer_configuration' : String(network.crossZone),
  'target_health_state.unhealthy.connection_termination.enabled': String(network.terminatesUnhealthy),
});

export const networkListenerAttributes = ({ protocol, network }: Listener): Record<string, string> =>
  protocol === 'TCP' && network ? { 'tcp.idle_timeout.seconds': String(network.idleTimeoutSeconds) } : {};
