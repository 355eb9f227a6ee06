/** Which listeners, groups and actions go with which load balancer (ELB network load-balancer-listeners). */
import type { Problem } from '../../errors.ts';
import type { Action, Listener, LoadBalancer, TargetGroup, Topology } from '../../topology.ts';

/** Protocols of the target groups that a listener of a protocol may forward to. */
const GROUPS_OF: Readonly<Record<Listener['protocol'], readonly TargetGroup['protocol'][]>> = {
  HTTP: ['HTTP', 'HTTPS'],
  HTTPS: ['HTTP', 'HTTPS'],
  TCP: ['TCP'],
  TLS: ['TCP', 'TLS'],
};

export const checkNetworkBalancing = (t: Topology): Problem[] => {
  const balancers = new Map(t.loadBalancers.map((lb) => [lb.arn, lb]));
  const groups = new Map(t.targetGroups.map((g) => [g.arn, g]));
  return [
    ...t.listeners.flatMap((l) => checkListener(l, balancers.get(l.loadBalancerArn), groups)),
    ...rulesOfNetwork(t, groups),
    ...t.targetGroups.flatMap((g) => checkAlbTargets(g, t)),
  ];
};

function checkListener(l: Listener, lb: LoadBalancer | undefined, groups: ReadonlyMap<string, TargetGroup>): Problem[] {
  if (!lb) return [];
  const isNetwork = l.protocol === 'TCP' || l.protocol === 'TLS';
  const kind = lb.network ? 'network' : 'application';
  if (isNetwork !== (lb.network !== undefined))
    return [
      {
        code: 'INVALID_ATTRIBUTE',
        address: `${l.address}.protocol`,
        message: `${l.protocol} is no protocol of ${lb.name}, which is a load balancer of type ${kind}`,
        value: l.protocol,
        rule: `${lb.network ? 'TCP or TLS' : 'HTTP or HTTPS'} on a load balancer of type ${kind} (ELB CreateListener)`,
        fix: 'choose another protocol, or another load_balancer_type',
      },
    ];
  const at = `${l.address}.default_action`;
  return [
    ...(isNetwork ? l.defaultActions.flatMap((action) => checkAction(action, at)) : []),
    ...l.defaultActions.flatMap((action) => checkGroups(action, { at, protocol: l.protocol, groups })),
  ];
}

function checkAction(action: Action, address: string): Problem[] {
  if (action.type !== 'forward')
    return [
      {
        code: 'INVALID_ATTRIBUTE',
        address: `${address}.type`,
        message: `a network load balancer does not carry out ${action.type}`,
        value: action.type,
        rule: 'forward is the one action of a TCP or TLS listener (ELB network load-balancer-listeners)',
        fix: 'forward to a target group',
      },
    ];
  if (action.stickinessSeconds === null) return [];
  return [
    {
      code: 'INVALID_ATTRIBUTE',
      address: `${address}.forward.stickiness`,
      message: 'a network load balancer sees no cookies',
      value: action.stickinessSeconds,
      rule: 'stickiness between target groups is of application load balancers',
      fix: 'leave it out, or use source_ip stickiness of the target group',
    },
  ];
}

function checkGroups(
  action: Action,
  {
    at,
    protocol,
    groups,
  }: {
    readonly at: string;
    readonly protocol: Listener['protocol'];
    readonly groups: ReadonlyMap<string, TargetGroup>;
  },
): Problem[] {
  if (action.type !== 'forward') return [];
  return action.targetGroups.flatMap(({ arn }): Problem[] => {
    const group = groups.get(arn);
    if (!group || GROUPS_OF[protocol].includes(group.protocol)) return [];
    return [
      {
        code: 'INVALID_ATTRIBUTE',
        address: at,
        message: `a listener of protocol ${protocol} cannot forward to ${group.name}, whose protocol is ${group.protocol}`,
        value: group.protocol,
        rule: `target groups of protocol ${GROUPS_OF[protocol].join(' or ')} (ELB CreateListener)`,
        fix: 'use a target group of such a protocol',
      },
    ];
  });
}

function rulesOfNetwork(t: Topology, groups: ReadonlyMap<string, TargetGroup>): Problem[] {
  const listeners = new Map(t.listeners.map((l) => [l.arn, l]));
  return t.rules.flatMap((rule): Problem[] => {
    const protocol = listeners.get(rule.listenerArn)?.protocol;
    if (protocol === undefined) return [];
    if (protocol === 'HTTP' || protocol === 'HTTPS')
      return rule.actions.flatMap((action) => checkGroups(action, { at: `${rule.address}.action`, protocol, groups }));
    return [
      {
        code: 'INVALID_ATTRIBUTE',
        address: `${rule.address}.listener_arn`,
        message: `its listener speaks ${protocol}, and sees no requests`,
        value: rule.listenerArn,
        rule: 'rules are of HTTP and HTTPS listeners (ELB network load-balancer-listeners)',
        fix: 'remove the rule; the default action of the listener takes every connection',
      },
    ];
  });
}

/** An application load balancer is reached by one of its listeners, and is the only target (ELB application-load-balancer-target). */
function checkAlbTargets(g: TargetGroup, t: Topology): Problem[] {
  const targets = g.network?.albTargets ?? [];
  const wrong = (value: unknown, message: string, rule: string): Problem => ({
    code: 'INVALID_ATTRIBUTE',
    address: g.address,
    message,
    value,
    rule: `${rule} (ELB application-load-balancer-target)`,
    fix: 'correct its aws_lb_target_group_attachment',
  });
  if (targets.length > 1)
    return [wrong(targets.length, `${g.name} has ${targets.length} targets`, 'one application load balancer a group')];
  return targets.flatMap(({ loadBalancerArn, port }): Problem[] => {
    const lb = t.loadBalancers.find((one) => one.arn === loadBalancerArn);
    if (!lb || lb.network)
      return [
        wrong(
          loadBalancerArn,
          'there is no such application load balancer',
          'an application load balancer of these stacks',
        ),
      ];
    if (port !== g.port) return [wrong(port, `the group’s port is ${g.port}`, 'the port of the target is the group’s')];
    if (t.listeners.some((l) => l.loadBalancerArn === lb.arn && l.port === port)) return [];
    return [wrong(port, `${lb.name} has no listener on port ${port}`, 'the port of a listener of the target')];
  });
}
