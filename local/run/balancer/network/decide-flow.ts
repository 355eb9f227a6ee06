/** Which target takes a connection: by flow hash, for its whole life (ELB network introduction, "Routing algorithm"). Pure. */

/** What the hash is made of. */
export interface Flow {
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly listenerAddress: string;
  readonly listenerPort: number;
  /** Stands for the connection's TCP sequence number: two connections from one port are two flows. In [0, 2³²). */
  readonly sequence: number;
}

export interface FlowTarget {
  readonly key: string;
  readonly target: { readonly zone: string };
}

export interface FlowRule {
  /** By the client's address alone (source_ip stickiness). */
  readonly sticky: boolean;
  /** Off: a zone is drawn first, as clients draw one from the load balancer's addresses, and then a target in it. */
  readonly crossZone: boolean;
}

/**
 * The target with the highest hash of flow and target (rendezvous hashing): a target that comes or goes moves no flow
 * between the others. ≈ AWS publishes what is hashed, not how.
 *
 * @param eligible from decideEligible; @returns null where it is empty
 */
export function decideFlow<T extends FlowTarget>(eligible: readonly T[], flow: Flow, rule: FlowRule): T | null {
  const key = rule.sticky ? flow.clientAddress : keyOf(flow);
  if (rule.crossZone) return highest(eligible, key, (target) => target.key);
  const zones = [...new Set(eligible.map(({ target }) => target.zone))].map((zone) => ({ zone }));
  const zone = highest(zones, key, (one) => one.zone)?.zone;
  const own = eligible.filter(({ target }) => target.zone === zone);
  return highest(own, key, (target) => target.key);
}

const keyOf = ({ clientAddress, clientPort, listenerAddress, listenerPort, sequence }: Flow): string =>
  `6 ${clientAddress} ${clientPort} ${listenerAddress} ${listenerPort} ${sequence}`;

function highest<T>(all: readonly T[], key: string, nameOf: (one: T) => string): T | null {
  let best: T | null = null;
  let most = -1;
  for (const one of all) {
    const hash = hashOf(`${key}>${nameOf(one)}`);
    if (hash <= most) continue;
    most = hash;
    best = one;
  }
  return best;
}

/** FNV-1a, its bits mixed once more: neighbouring ports must not go to neighbouring targets. 32 bits. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
