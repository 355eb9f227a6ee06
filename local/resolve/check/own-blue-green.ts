/** Services that ECS deploys blue/green against their target groups, rules and functions (ECS alb-resources-for-blue-green). */
import type { Problem } from '../../errors.ts';
import type { Action, AdvancedConfiguration, Arn, Service, TargetGroup, Topology } from '../../topology.ts';
import { forwardsTo, lost, wrong } from './find.ts';

export const checkOwnBlueGreen = (t: Topology): Problem[] =>
  t.services.flatMap((s) => (s.deploymentStrategy ? [...checkPairs(s, t), ...checkHooks(s, t)] : []));

function checkPairs(s: Service, t: Topology): Problem[] {
  const many = s.loadBalancers.length > 1;
  return s.loadBalancers.flatMap((lb, i) => {
    if (!lb.advanced) return [];
    const at = `load_balancer${many ? `[${i}]` : ''}.advanced_configuration`;
    const own = t.targetGroups.find((g) => g.arn === lb.targetGroupArn);
    const other = t.targetGroups.find((g) => g.arn === lb.advanced?.alternateTargetGroupArn);
    return [
      ...(other
        ? own
          ? checkLikeness(s, at, own, other)
          : []
        : [
            lost(
              `${s.address}.${at}.alternate_target_group_arn`,
              lb.advanced.alternateTargetGroupArn,
              'target group',
              'aws_lb_target_group',
            ),
          ]),
      ...checkRules(s, at, { primary: lb.targetGroupArn, advanced: lb.advanced }, t),
    ];
  });
}

function checkLikeness(s: Service, at: string, own: TargetGroup, other: TargetGroup): Problem[] {
  return (['targetType', 'protocol'] as const)
    .filter((what) => own[what] !== other[what])
    .map((what) =>
      wrong(
        s,
        `${at}.alternate_target_group_arn`,
        { [own.name]: own[what], [other.name]: other[what] },
        {
          message: `the target groups differ in ${what === 'targetType' ? 'target type' : 'protocol'}`,
          rule: 'the same tasks are targets of one and then of the other',
        },
      ),
    );
}

interface Attached {
  readonly primary: Arn;
  readonly advanced: AdvancedConfiguration;
}

function checkRules(s: Service, at: string, { primary, advanced }: Attached, t: Topology): Problem[] {
  const { alternateTargetGroupArn: alternate, productionRuleArn, testRuleArn } = advanced;
  const production = actionsOf(productionRuleArn, t);
  const test = testRuleArn === null ? null : actionsOf(testRuleArn, t);
  const nameOf = (arn: Arn): string => t.targetGroups.find((g) => g.arn === arn)?.name ?? arn;
  const problems: Problem[] = [];
  if (!production)
    problems.push(
      lost(`${s.address}.${at}.production_listener_rule`, productionRuleArn, 'listener rule', 'aws_lb_listener_rule'),
    );
  const without = [primary, alternate].filter((arn) => production && !forwardsTo(production, arn));
  // ECS gives a network load balancer's listener the other group itself.
  const missing = isListener(productionRuleArn) && without.length === 1 ? [] : without;
  if (missing.length > 0)
    problems.push({
      ...wrong(s, `${at}.production_listener_rule`, productionRuleArn, {
        message: `the rule does not forward to ${missing.map(nameOf).join(' and ')}`,
        rule: 'the production rule forwards to both target groups: all to one, 0 to the other (ECS alb-resources-for-blue-green)',
      }),
      fix: `forward to ${nameOf(primary)} with weight 100 and to ${nameOf(alternate)} with weight 0`,
    });
  if (testRuleArn !== null && !test)
    problems.push(lost(`${s.address}.${at}.test_listener_rule`, testRuleArn, 'listener rule', 'aws_lb_listener_rule'));
  if (test && !forwardsTo(test, primary) && !forwardsTo(test, alternate))
    problems.push(
      wrong(s, `${at}.test_listener_rule`, testRuleArn, {
        message: `the rule forwards to neither ${nameOf(primary)} nor ${nameOf(alternate)}`,
        rule: 'the test rule forwards to the target groups of the pair (ECS alb-resources-for-blue-green)',
      }),
    );
  return problems;
}

/** Of a rule; of a network load balancer's listener, which has no rules (ECS nlb-resources-for-blue-green). */
function actionsOf(arn: Arn, t: Topology): readonly Action[] | undefined {
  const listener = t.listeners.find((one) => one.arn === arn);
  if (listener) return isNetwork(listener.protocol) ? listener.defaultActions : undefined;
  return t.rules.find((rule) => rule.arn === arn)?.actions;
}

const isListener = (arn: Arn): boolean => arn.includes(':listener/');

const isNetwork = (protocol: string): boolean => protocol !== 'HTTP' && protocol !== 'HTTPS';

function checkHooks(s: Service, t: Topology): Problem[] {
  const hooks = s.deploymentStrategy?.hooks ?? [];
  return hooks
    .map((hook, i) => ({ hook, at: `lifecycle_hook${hooks.length > 1 ? `[${i}]` : ''}` }))
    .filter(
      ({ hook }) => !t.functions.some(({ arn }) => hook.functionArn === arn || hook.functionArn.startsWith(`${arn}:`)),
    )
    .map(({ hook, at }) =>
      lost(
        `${s.address}.deployment_configuration.${at}.hook_target_arn`,
        hook.functionArn,
        'function',
        'aws_lambda_function',
      ),
    );
}
