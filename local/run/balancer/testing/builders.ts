/** Resources and a running balancer for tests: one load balancer, a listener on a port of the system's choice. */
import type { Action, Listener, ListenerRule, LoadBalancer, ResourceBase, TargetGroup } from '../../../topology.ts';
import { type Clock, createClock } from '../../clock.ts';
import type { AddressBook, MetricStore, Target } from '../../contracts.ts';
import { createEventLog } from '../../events.ts';
import { createMetricStore } from '../../metrics/store.ts';
import { createRandom } from '../../random.ts';
import { createBalancer } from '../balancer.ts';

const HOST = '127.0.0.1';
const ARN = 'arn:aws:elasticloadbalancing:us-east-1:123456789012';

const base = (type: string, name: string): ResourceBase => ({
  address: `test/${type}.${name}`,
  type,
  stack: 'test',
  digest: name,
  dependsOn: [],
  ignoreChanges: [],
  attributes: {},
  tags: {},
});

export const loadBalancer = (change: Partial<LoadBalancer> = {}): LoadBalancer => ({
  ...base('aws_lb', 'main'),
  arn: `${ARN}:loadbalancer/app/main/0123456789abcdef`,
  arnSuffix: 'app/main/0123456789abcdef',
  name: 'main',
  dnsName: 'main-1.us-east-1.elb.amazonaws.com',
  internal: false,
  securityGroupIds: ['sg-lb'],
  subnetIds: ['subnet-a', 'subnet-b'],
  idleTimeoutSeconds: 60,
  clientKeepAliveSeconds: 3600,
  xffMode: 'append',
  xffClientPort: false,
  preserveHostHeader: false,
  dropInvalidHeaderFields: false,
  desyncMode: 'defensive',
  ...change,
});

export const targetGroup = (name: string, change: Partial<TargetGroup> = {}): TargetGroup => ({
  ...base('aws_lb_target_group', name),
  arn: `${ARN}:targetgroup/${name}/0123456789abcdef`,
  arnSuffix: `targetgroup/${name}/0123456789abcdef`,
  name,
  port: 80,
  protocol: 'HTTP',
  targetType: 'ip',
  deregistrationDelaySeconds: 300,
  slowStartSeconds: 0,
  algorithm: 'round_robin',
  stickiness: null,
  healthCheck: {
    path: '/health',
    port: 'traffic-port',
    intervalSeconds: 30,
    timeoutSeconds: 5,
    healthyThreshold: 5,
    unhealthyThreshold: 2,
    matcher: '200',
  },
  ...change,
});

export const forwardTo = (...names: (string | [name: string, weight: number])[]): Action => ({
  type: 'forward',
  targetGroups: names.map((name) => {
    const [group, weight] = typeof name === 'string' ? [name, 1] : name;
    return { arn: targetGroup(group).arn, weight };
  }),
  stickinessSeconds: null,
});

export const listener = (actions: readonly Action[], change: Partial<Listener> = {}): Listener => ({
  ...base('aws_lb_listener', 'http'),
  arn: `${ARN}:listener/app/main/0123456789abcdef/1111111111111111`,
  loadBalancerArn: loadBalancer().arn,
  port: 80,
  protocol: 'HTTP',
  defaultActions: actions,
  ...change,
});

export const rule = (
  priority: number,
  conditions: ListenerRule['conditions'],
  actions: readonly Action[],
): ListenerRule => ({
  ...base('aws_lb_listener_rule', `r${priority}`),
  arn: `${ARN}:listener-rule/app/main/0123456789abcdef/1111111111111111/${priority}`,
  listenerArn: listener([]).arn,
  priority,
  conditions,
  actions,
});

export const target = (port: number, change: Partial<Target> = {}): Target => ({
  id: HOST,
  port,
  endpoint: { host: HOST, port },
  zone: 'us-east-1a',
  securityGroupIds: ['sg-task'],
  ...change,
});

/** Every listener gets a free port of 127.0.0.1. */
export const addressBook = (change: Partial<AddressBook> = {}): AddressBook => ({
  mode: 'loopback',
  listener: () => ({ host: HOST, port: 0 }),
  loadBalancerHost: () => HOST,
  instance: () => HOST,
  leaseTask: () => HOST,
  releaseTask: () => undefined,
  bindPort: (_host, port) => port,
  localise: (text) => text,
  awsEndpoint: 'http://127.0.0.1:1',
  consoleEndpoint: 'http://127.0.0.1:2',
  ...change,
});

export interface BalancerSetup {
  readonly clock?: Clock;
  readonly loadBalancer?: Partial<LoadBalancer>;
  readonly listener?: Partial<Listener>;
  readonly groups?: readonly TargetGroup[];
  /** Default: forward to the first group. */
  readonly actions?: readonly Action[];
  readonly rules?: readonly ListenerRule[];
  readonly addresses?: Partial<AddressBook>;
  readonly metrics?: MetricStore;
  readonly authorityKeyPem?: string;
}

/** A balancer with its listener bound; close it when done. */
export async function startBalancer(setup: BalancerSetup = {}) {
  const clock = setup.clock ?? createClock();
  const events = createEventLog(clock);
  const metrics = setup.metrics ?? createMetricStore({ clock });
  const balancer = createBalancer({
    clock,
    events,
    metrics,
    random: createRandom('test'),
    addresses: addressBook(setup.addresses),
    ...(setup.authorityKeyPem === undefined ? {} : { authorityKeyPem: setup.authorityKeyPem }),
  });
  const signal = new AbortController().signal;
  const { handlers } = balancer;
  const groups = setup.groups ?? [targetGroup('web')];
  await handlers.loadBalancers.put(loadBalancer(setup.loadBalancer), null, signal);
  for (const group of groups) await handlers.targetGroups.put(group, null, signal);
  const definition = listener(setup.actions ?? [forwardTo(groups[0]?.name ?? 'web')], setup.listener);
  try {
    await handlers.listeners.put(definition, null, signal);
  } catch (error) {
    await balancer.close();
    throw error;
  }
  for (const one of setup.rules ?? []) await handlers.rules.put(one, null, signal);
  const { port } = balancer.view.listeners()[0]!.endpoint;
  const arnOf = (name: string): string => targetGroup(name).arn;

  /** Registers the target and waits until it has the state. */
  function registered(name: string, port: number, state = 'healthy', change: Partial<Target> = {}): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wanted = target(port, change);
    const stop = balancer.onChange((arn, health) => {
      if (arn !== arnOf(name) || health.target.port !== port || health.target.id !== wanted.id) return;
      if (health.state !== state) return;
      stop();
      resolve();
    });
    balancer.register(arnOf(name), wanted);
    return promise;
  }

  return { balancer, clock, events, metrics, signal, handlers, definition, host: HOST, port, arnOf, registered };
}
