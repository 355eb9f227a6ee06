/** Elastic Load Balancing v2: what the load balancers are and how their targets do. Rules: ELBv2 API reference. */
import { z } from 'zod';
import { type Call, operation, type ServiceTable } from '../operation.ts';
import { integer, list, name, names } from '../schema.ts';
import { groupOperations } from './elbv2-groups.ts';
import { listenerOperations } from './elbv2-listeners.ts';
import { loadBalancerOperations } from './elbv2-load-balancers.ts';
import { loadBalancersOf, type Paging, page, paging, pairs, select, validation } from './elbv2-lookup.ts';
import { networkListenerAttributes } from './elbv2-network.ts';
import { ruleOperations } from './elbv2-rules.ts';
import {
  defaultRuleShape,
  listenerShape,
  loadBalancerAttributes,
  loadBalancerShape,
  ruleShape,
  targetGroupAttributes,
  targetGroupShape,
  targetHealthShape,
} from './elbv2-shapes.ts';

export const elbv2: ServiceTable = {
  name: 'elasticloadbalancing',
  version: '2015-12-01',
  xmlNamespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
  validationError: 'ValidationError',
  operations: {
    DescribeLoadBalancers: operation(
      z.object({ LoadBalancerArns: names.optional(), Names: names.optional(), ...paging }),
      (input, call) => {
        const all = call.balancer.loadBalancers();
        const found = select(all, {
          arns: input.LoadBalancerArns,
          names: input.Names,
          missing: 'LoadBalancerNotFound',
        });
        return page('LoadBalancers', found, input, (one) => loadBalancerShape(one, call));
      },
    ),
    DescribeListeners: operation(
      z.object({ LoadBalancerArn: name.optional(), ListenerArns: names.optional(), ...paging }),
      (input, call) => {
        const all = call.balancer.listeners();
        if (input.ListenerArns?.length) {
          const found = select(all, { arns: input.ListenerArns, missing: 'ListenerNotFound' });
          return page('Listeners', found, input, listenerShape);
        }
        if (!input.LoadBalancerArn) throw validation('You must specify either listener ARNs or a load balancer ARN');
        const [owner] = select(call.balancer.loadBalancers(), {
          arns: [input.LoadBalancerArn],
          missing: 'LoadBalancerNotFound',
        });
        return page(
          'Listeners',
          all.filter((one) => one.loadBalancerArn === owner?.arn),
          input,
          listenerShape,
        );
      },
    ),
    DescribeRules: operation(
      z.object({ ListenerArn: name.optional(), RuleArns: names.optional(), ...paging }),
      describeRules,
    ),
    DescribeTargetGroups: operation(
      z.object({
        LoadBalancerArn: name.optional(),
        TargetGroupArns: names.optional(),
        Names: names.optional(),
        ...paging,
      }),
      (input, call) => {
        let found = select(call.balancer.targetGroups(), {
          arns: input.TargetGroupArns,
          names: input.Names,
          missing: 'TargetGroupNotFound',
        });
        if (input.LoadBalancerArn) {
          select(call.balancer.loadBalancers(), { arns: [input.LoadBalancerArn], missing: 'LoadBalancerNotFound' });
          found = found.filter((one) => loadBalancersOf(one.arn, call).includes(input.LoadBalancerArn ?? ''));
        }
        return page('TargetGroups', found, input, (one) => targetGroupShape(one, loadBalancersOf(one.arn, call)));
      },
    ),
    DescribeTargetHealth: operation(
      z.object({
        TargetGroupArn: name,
        Targets: list(z.object({ Id: name, Port: integer(1, 65_535).optional() })).optional(),
      }),
      ({ TargetGroupArn, Targets }, call) => {
        const [group] = select(call.balancer.targetGroups(), {
          arns: [TargetGroupArn],
          missing: 'TargetGroupNotFound',
        });
        const all = call.balancer.health(TargetGroupArn);
        const wanted = Targets?.length
          ? all.filter(({ target }) =>
              Targets.some(({ Id, Port }) => Id === target.id && (Port ?? target.port) === target.port),
            )
          : all;
        return { TargetHealthDescriptions: wanted.map((one) => targetHealthShape(one, group)) };
      },
    ),
    DescribeLoadBalancerAttributes: operation(z.object({ LoadBalancerArn: name }), ({ LoadBalancerArn }, call) => {
      const [found] = select(call.balancer.loadBalancers(), {
        arns: [LoadBalancerArn],
        missing: 'LoadBalancerNotFound',
      });
      return { Attributes: found ? pairs(loadBalancerAttributes(found)) : [] };
    }),
    DescribeTargetGroupAttributes: operation(z.object({ TargetGroupArn: name }), ({ TargetGroupArn }, call) => {
      const [found] = select(call.balancer.targetGroups(), { arns: [TargetGroupArn], missing: 'TargetGroupNotFound' });
      return { Attributes: found ? pairs(targetGroupAttributes(found)) : [] };
    }),
    DescribeListenerAttributes: operation(z.object({ ListenerArn: name }), ({ ListenerArn }, call) => {
      const [found] = select(call.balancer.listeners(), { arns: [ListenerArn], missing: 'ListenerNotFound' });
      if (found?.network) return { Attributes: pairs(networkListenerAttributes(found)) };
      return { Attributes: pairs({ 'routing.http.response.server.enabled': 'true' }) };
    }),
    DescribeTags: operation(z.object({ ResourceArns: list(name, 20) }), ({ ResourceArns }, call) => {
      const { balancer } = call;
      const all = [
        ...balancer.loadBalancers(),
        ...balancer.listeners(),
        ...balancer.rules(),
        ...balancer.targetGroups(),
      ];
      const found = select<(typeof all)[number]>(all, { arns: ResourceArns, missing: 'LoadBalancerNotFound' });
      return { TagDescriptions: found.map(({ arn, tags }) => ({ ResourceArn: arn, Tags: pairs(tags) })) };
    }),
    ...loadBalancerOperations,
    ...groupOperations,
    ...listenerOperations,
    ...ruleOperations,
  },
};

function describeRules(
  input: { ListenerArn?: string | undefined; RuleArns?: string[] | undefined } & Paging,
  call: Call,
): object {
  const { balancer } = call;
  if (input.RuleArns?.length) {
    const found = select(balancer.rules(), { arns: input.RuleArns, missing: 'RuleNotFound' });
    return { Rules: found.map(ruleShape) };
  }
  if (!input.ListenerArn) throw validation('You must specify either listener rule ARNs or a listener ARN');
  const [listener] = select(balancer.listeners(), { arns: [input.ListenerArn], missing: 'ListenerNotFound' });
  const own = balancer.rules().filter((rule) => rule.listenerArn === input.ListenerArn);
  const rules = own
    .toSorted((a, b) => a.priority - b.priority)
    .map((rule) => ({ arn: String(rule.priority).padStart(6, '0'), shape: ruleShape(rule) }));
  if (listener) rules.push({ arn: 'default', shape: defaultRuleShape(listener) });
  return page('Rules', rules, input, (rule) => rule.shape);
}
