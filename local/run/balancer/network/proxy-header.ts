/** The header of proxy protocol, version 2 (ELB edit-target-group-attributes, "Proxy protocol"). Pure. */
import { isIPv4 } from 'node:net';

const SIGNATURE = Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]);
/** Version 2, and the command. */
const LOCAL = 0x20;
const PROXY = 0x21;
/** Address family and transport. */
const UNSPECIFIED = 0x00;
const TCP_OVER_IPV4 = 0x11;
const IPV4_BYTES = 12;

export interface Ends {
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly listenerAddress: string;
  readonly listenerPort: number;
}

/** Of a health check, whose client is the load balancer itself: it names nobody. */
export const LOCAL_HEADER = Buffer.concat([SIGNATURE, Buffer.from([LOCAL, UNSPECIFIED, 0, 0])]);

/** Loopback is IPv4; an address that is not is left unnamed. */
export function proxyHeader({ clientAddress, clientPort, listenerAddress, listenerPort }: Ends): Buffer {
  if (!isIPv4(clientAddress) || !isIPv4(listenerAddress))
    return Buffer.concat([SIGNATURE, Buffer.from([PROXY, UNSPECIFIED, 0, 0])]);
  const rest = Buffer.alloc(4 + IPV4_BYTES);
  rest.writeUInt8(PROXY, 0);
  rest.writeUInt8(TCP_OVER_IPV4, 1);
  rest.writeUInt16BE(IPV4_BYTES, 2);
  rest.set(clientAddress.split('.').map(Number), 4);
  rest.set(listenerAddress.split('.').map(Number), 8);
  rest.writeUInt16BE(clientPort, 12);
  rest.writeUInt16BE(listenerPort, 14);
  return Buffer.concat([SIGNATURE, rest]);
}
