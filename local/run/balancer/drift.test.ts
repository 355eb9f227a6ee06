/** What something other than an apply changed, as the next apply is told. */
import test from 'ava';
import type { ListenerRule, TargetGroup } from '../../topology.ts';
import { networkGroup, tcp } from './network/testing/builders.ts';
import { forwardTo, rule, startBalancer, targetGroup } from './testing/builders.ts';

const group = targetGroup('web');
const applied = rule(10, [{ field: 'path-pattern', values: ['/a'] }], [forwardTo('web')]);

const GROUPS: [string, Partial<TargetGroup>, readonly string[]][] = [
  ['nothing', {}, []],
  ['the health check', { healthCheck: { ...group.healthCheck, path: '/other' } }, ['health_check']],
  ['the delay', { deregistrationDelaySeconds: 1 }, ['deregistration_delay']],
];
for (const [name, change, expected] of GROUPS)
  test(`drift of a target group: ${name}`, async (t) => {
    const { balancer, handlers, signal } = await startBalancer({ groups: [group] });
    t.teardown(() => balancer.close());
    await handlers.targetGroups.put({ ...group, ...change }, group, signal);
    t.deepEqual(handlers.targetGroups.drift?.(group), expected);
  });

test('drift of a network load balancer’s target group has Terraform’s names, each once', async (t) => {
  const before = networkGroup('web');
  const { balancer, handlers, signal } = await startBalancer({ groups: [before], listener: tcp });
  t.teardown(() => balancer.close());
  const network = { ...before.network!, proxyProtocolV2: true, healthCheckProtocol: 'HTTP' as const };
  const changed = { ...before, network, healthCheck: { ...before.healthCheck, path: '/other' } };
  await handlers.targetGroups.put(changed, before, signal);
  t.deepEqual(handlers.targetGroups.drift?.(before), ['health_check', 'proxy_protocol_v2']);
});

const RULES: [string, Partial<ListenerRule>, readonly string[]][] = [
  ['nothing', {}, []],
  ['its conditions', { conditions: [{ field: 'path-pattern', values: ['/b'] }] }, ['condition']],
  ['its priority', { priority: 11 }, ['priority']],
  ['its actions', { actions: [] }, ['action']],
];
for (const [name, change, expected] of RULES)
  test(`drift of a rule: ${name}`, async (t) => {
    const { balancer, handlers, signal } = await startBalancer({ groups: [group], rules: [applied] });
    t.teardown(() => balancer.close());
    await handlers.rules.put({ ...applied, ...change }, applied, signal);
    t.deepEqual(handlers.rules.drift?.(applied), expected);
  });

test('what was removed is gone, and its actions are drift where they were shifted', async (t) => {
  const { balancer, handlers, signal, definition } = await startBalancer({ groups: [group], rules: [applied] });
  t.teardown(() => balancer.close());
  balancer.traffic.setActions({ listenerArn: definition.arn, ruleArn: null }, [forwardTo(['web', 7])]);
  t.deepEqual(handlers.listeners.drift?.(definition), ['default_action']);
  await handlers.rules.remove(applied, signal);
  t.deepEqual(handlers.rules.drift?.(applied), ['(gone)']);
});
