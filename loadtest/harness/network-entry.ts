/** What a load finds behind a listener of a network load balancer, which itself sees no requests. Pure. */
import type { LoadBalancerStatus, Status } from '../../local/status.ts';

type Listener = LoadBalancerStatus['listeners'][number];

const SCHEMES: Readonly<Record<string, string>> = { 'tcp:': 'http:', 'tls:': 'https:' };

/**
 * The listener as a load meets it: HTTP over TCP or TLS, by the rules of the application load balancer that stands behind
 * it, if one does. Others are as they are.
 */
export function asEntry(status: Status, listener: Listener): Listener {
  const [scheme = ''] = listener.url.split('//');
  const spoken = SCHEMES[scheme];
  if (spoken === undefined) return listener;
  return {
    ...listener,
    url: listener.url.replace(scheme, spoken),
    rules: behind(status, listener)?.rules ?? listener.rules,
  };
}

function behind(status: Status, { rules }: Listener): Listener | undefined {
  const arns = rules.flatMap(({ actions }) =>
    actions.flatMap((action) => (action.type === 'forward' ? action.targetGroups.map(({ arn }) => arn) : [])),
  );
  const targets = status.targetGroups.filter(({ arn }) => arns.includes(arn)).flatMap((group) => group.targets);
  for (const { id, address, port } of targets) {
    const inner = status.loadBalancers.find(({ arn }) => arn === id);
    const found = inner?.listeners.find(({ url }) => url.endsWith(`//${address}:${port}`));
    if (found) return found;
  }
  return undefined;
}
