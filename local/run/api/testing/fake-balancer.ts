/** A load balancer in memory: resources change as apply changes them; nothing listens. */
import type { Listener, ListenerRule, LoadBalancer, TargetGroup } from '../../../topology.ts';
import type { ResourceHandler, TargetHealth, TargetRegistry } from '../../contracts.ts';
import type { TrafficControl } from '../../contracts-delivery.ts';
import type { BalancerView, EndpointHandlers } from '../ports.ts';
import * as build from './builders.ts';
import * as delivery from './builders-delivery.ts';

export interface FakeBalancer {
  readonly balancer: BalancerView;
  readonly handlers: Pick<EndpointHandlers, 'loadBalancers' | 'targetGroups' | 'listeners' | 'rules'>;
  readonly traffic: TrafficControl;
  readonly registry: TargetRegistry;
}

export function fakeBalancer(): FakeBalancer {
  const byArn = <T extends { readonly arn: string }>(...all: T[]) => new Map(all.map((one) => [one.arn, one]));
  const loadBalancers = byArn<LoadBalancer>(build.loadBalancer);
  const groups = byArn<TargetGroup>(build.targetGroup, delivery.blueGroup, delivery.greenGroup);
  const listeners = byArn<Listener>(build.listener, delivery.testListener);
  const rules = byArn<ListenerRule>(build.rule);
  const health = new Map<string, TargetHealth[]>([[build.targetGroup.arn, [delivery.targetHealth]]]);
  const handler = <T extends { readonly arn: string }>(map: Map<string, T>): ResourceHandler<T> => ({
    put: (next) => void map.set(next.arn, next),
    remove: (previous) => void map.delete(previous.arn),
  });
  return {
    balancer: {
      loadBalancers: () => [...loadBalancers.values()],
      listeners: () => [...listeners.values()],
      rules: () => [...rules.values()],
      targetGroups: () => [...groups.values()],
      health: (arn) => health.get(arn) ?? [],
    },
    handlers: {
      loadBalancers: handler(loadBalancers),
      targetGroups: handler(groups),
      listeners: handler(listeners),
      rules: handler(rules),
    },
    traffic: {
      routes: () => [],
      setWeights: () => undefined,
      setActions({ listenerArn, ruleArn }, actions) {
        const listener = listeners.get(listenerArn);
        const rule = rules.get(ruleArn ?? '');
        if (rule) rules.set(rule.arn, { ...rule, actions });
        else if (listener) listeners.set(listenerArn, { ...listener, defaultActions: actions });
      },
    },
    registry: {
      register(arn, target) {
        const state = { target, state: 'initial' as const, reason: 'Elb.RegistrationInProgress', description: null };
        health.set(arn, [...(health.get(arn) ?? []), state]);
      },
      async deregister(arn, key) {
        const left = (health.get(arn) ?? []).filter(({ target }) => target.id !== key.id || target.port !== key.port);
        health.set(arn, left);
      },
      health: (arn) => health.get(arn) ?? [],
      onChange: () => () => undefined,
    },
  };
}
