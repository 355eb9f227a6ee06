/** Functions on networks, and the two that only mark values. */
import { cidrHost, cidrNetmask, cidrSubnet, cidrSubnets } from '../cidr.ts';
import { asInteger, asText } from '../values.ts';
import type { Functions } from './index.ts';

export const NETWORK: Functions = {
  cidrsubnet: [3, 3, (prefix, bits, net) => cidrSubnet(asText(prefix), asInteger(bits), asInteger(net))],
  cidrsubnets: [1, Number.POSITIVE_INFINITY, (prefix, ...bits) => cidrSubnets(asText(prefix), bits.map(asInteger))],
  cidrhost: [2, 2, (prefix, host) => cidrHost(asText(prefix), asInteger(host))],
  cidrnetmask: [1, 1, (prefix) => cidrNetmask(asText(prefix))],
  // World marks what depends on sensitive(); the value itself is the same.
  sensitive: [1, 1, (v) => v],
  nonsensitive: [1, 1, (v) => v],
};
