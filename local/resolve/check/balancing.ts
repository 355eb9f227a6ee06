/** Load balancers, listeners and rules against each other (ELB load-balancer-listeners, load-balancer-limits). */
import type { Problem } from '../../errors.ts';
import type { Action, Topology } from '../../topology.ts';
import { lost, repeated } from './find.ts';

const MAX_RULES = 100;
const MAX_LISTENERS = 50;

export const checkBalancing = (t: Topology): Problem[] => [
  ...portClashes(t),
  ...samePriorities(t),
  ...references(t),
  ...quotas(t),
  ...groupsOfTwoLoadBalancers(t),
];

const portClashes = (t: Topology): Problem[] =>
  repeated(t.listeners, (l) => `${l.loadBalancerArn} ${l.port}`).map(([first, second]) => ({
    code: 'PORT_CLASH',
    address: `${second.address}.port`,
    message: `port ${second.port} of this load balancer has a listener already: ${first.address}`,
    value: second.port,
    rule: 'one listener a port (ELB load-balancer-listeners)',
    fix: 'choose another port',
  }));

const samePriorities = (t: Topology): Problem[] =>
  repeated(t.rules, (r) => `${r.listenerArn} ${r.priority}`).map(([first, second]) => ({
    code: 'DUPLICATE',
    address: `${second.address}.priority`,
    message: `priority ${second.priority} of this listener is taken by ${first.address}`,
    value: second.priority,
    rule: 'a priority is unique in a listener (ELB load-balancer-listeners)',
    fix: 'choose another priority',
  }));

function references(t: Topology): Problem[] {
  const balancers = new Set(t.loadBalancers.map((lb) => lb.arn));
  const listeners = new Set(t.listeners.map((l) => l.arn));
  const groups = new Set(t.targetGroups.map((g) => g.arn));
  const ofActions = (address: string, actions: readonly Action[]): Problem[] =>
    actions
      .flatMap((a) => (a.type === 'forward' ? a.targetGroups : []))
      .filter((g) => !groups.has(g.arn))
      .map((g) => lost(address, g.arn, 'target group', 'aws_lb_target_group'));
  return [
    ...t.listeners
      .filter((l) => !balancers.has(l.loadBalancerArn))
      .map((l) => lost(`${l.address}.load_balancer_arn`, l.loadBalancerArn, 'load balancer', 'aws_lb')),
    ...t.rules
      .filter((r) => !listeners.has(r.listenerArn))
      .map((r) => lost(`${r.address}.listener_arn`, r.listenerArn, 'listener', 'aws_lb_listener')),
    ...t.listeners.flatMap((l) => ofActions(`${l.address}.default_action`, l.defaultActions)),
    ...t.rules.flatMap((r) => ofActions(`${r.address}.action`, r.actions)),
  ];
}

function quotas(t: Topology): Problem[] {
  return t.loadBalancers.flatMap((lb) => {
    const own = t.listeners.filter((l) => l.loadBalancerArn === lb.arn);
    const arns = new Set(own.map((l) => l.arn));
    const rules = t.rules.filter((r) => arns.has(r.listenerArn)).length;
    const exceeded = (what: string, count: number, max: number): Problem => ({
      code: 'QUOTA_EXCEEDED',
      address: lb.address,
      message: `the load balancer has ${count} ${what}`,
      value: count,
      rule: `at most ${max} ${what} a load balancer (ELB load-balancer-limits)`,
      fix: 'use another load balancer',
    });
    return [
      ...(rules > MAX_RULES ? [exceeded('rules', rules, MAX_RULES)] : []),
      ...(own.length > MAX_LISTENERS ? [exceeded('listeners', own.length, MAX_LISTENERS)] : []),
    ];
  });
}

/** A target group belongs to one load balancer (ELB load-balancer-target-groups). */
function groupsOfTwoLoadBalancers(t: Topology): Problem[] {
  const balancerOf = new Map(t.listeners.map((l) => [l.arn, l.loadBalancerArn]));
  const uses = [
    ...t.listeners.map((l) => ({ address: l.address, balancer: l.loadBalancerArn, actions: l.defaultActions })),
    ...t.rules.map((r) => ({ address: r.address, balancer: balancerOf.get(r.listenerArn), actions: r.actions })),
  ];
  const owners = new Map<string, string | undefined>();
  return uses.flatMap(({ address, balancer, actions }) =>
    actions
      .flatMap((a) => (a.type === 'forward' ? a.targetGroups : []))
      .flatMap(({ arn }): Problem[] => {
        if (!owners.has(arn)) owners.set(arn, balancer);
        if (owners.get(arn) === balancer) return [];
        return [
          {
            code: 'INVALID_ATTRIBUTE',
            address,
            message: 'the target group belongs to another load balancer',
            value: arn,
            rule: 'a target group is used by one load balancer (ELB load-balancer-target-groups)',
            fix: 'use a target group for each load balancer',
          },
        ];
      }),
  );
}
