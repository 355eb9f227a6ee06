/** What a TLS listener negotiates (ELB network create-tls-listener, "ALPN policies"). Pure. */
import type { AlpnPolicy } from '../../../topology.ts';

const HTTP1 = ['http/1.1', 'http/1.0'];
const HTTP2 = ['h2'];

const PROTOCOLS: Readonly<Record<AlpnPolicy, readonly string[]>> = {
  None: [],
  HTTP1Only: HTTP1,
  HTTP2Only: HTTP2,
  HTTP2Optional: [...HTTP1, ...HTTP2],
  HTTP2Preferred: [...HTTP2, ...HTTP1],
};

/** In order of preference; none where nothing is negotiated. */
export const alpnProtocols = (policy: AlpnPolicy | undefined): string[] => [...PROTOCOLS[policy ?? 'None']];
