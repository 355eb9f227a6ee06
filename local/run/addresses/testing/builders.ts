/** Load balancers, listeners and machines for the address tests. */
import type { Listener, LoadBalancer } from '../../../topology.ts';
import type { BindResult, Probe } from '../probe.ts';

const base = { type: '', stack: 's', dependsOn: [], digest: '', ignoreChanges: [], attributes: {}, tags: {} };

export const dnsOf = (name: string): string => `${name}-1234567890.us-east-1.elb.amazonaws.com`;
export const arnOf = (name: string, id = '0'.repeat(16)): string =>
  `arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/${name}/${id}`;

export function loadBalancer(name: string, id?: string): LoadBalancer {
  return {
    ...base,
    address: `s/aws_lb.${name}`,
    arn: arnOf(name, id),
    arnSuffix: `app/${name}/${id}`,
    name,
    dnsName: dnsOf(name),
    internal: false,
    securityGroupIds: [],
    subnetIds: [],
    idleTimeoutSeconds: 60,
    clientKeepAliveSeconds: 3600,
    xffMode: 'append',
    xffClientPort: false,
    preserveHostHeader: false,
    dropInvalidHeaderFields: false,
    desyncMode: 'defensive',
  };
}

export function listener(name: string, port: number): Listener {
  return {
    ...base,
    address: `s/aws_lb_listener.${name}${port}`,
    arn: `${arnOf(name)}/${port}`,
    loadBalancerArn: arnOf(name),
    port,
    protocol: 'HTTP',
    defaultActions: [],
  };
}

/** A machine that answers trial binds so; claims always succeed unless `taken`. */
export function machine(answer: (host: string, port: number) => BindResult, taken = new Set<string>()): Probe {
  return {
    canBind: async (host, port) => answer(host, port),
    hold: async (host, port) => {
      const key = `${host}:${port}`;
      if (answer(host, port) !== 'free' || taken.has(key)) return null;
      taken.add(key);
      return { release: async () => void taken.delete(key) };
    },
  };
}

export const linux = (taken?: Set<string>): Probe => machine(() => 'free', taken);
export const unprivileged = (): Probe => machine((_host, port) => (port > 0 && port < 1024 ? 'denied' : 'free'));
export const macOs = (): Probe => machine((host) => (host === '127.0.0.1' ? 'free' : 'unavailable'));
