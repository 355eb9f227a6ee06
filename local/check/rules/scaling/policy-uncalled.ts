import { actionsOf } from '../../../resolve/check/alarms.ts';
import type { Rule } from '../../contracts.ts';

export const policyUncalled: Rule = {
  id: 'policy-uncalled',
  severity: 'warning',
  text: 'a step scaling policy acts when an alarm calls it, and only then',
  page: 'AAS step-scaling-policy-overview',
  fix: 'name the policy’s ARN in alarm_actions of an alarm',
  needsAll: ['aws_cloudwatch_metric_alarm'],
  find: ({ topology: t }) => {
    const called = new Set(t.alarms.flatMap((a) => actionsOf(a).map(([, arn]) => arn)));
    return t.scalingPolicies
      .filter((p) => p.policy.type === 'StepScaling' && !called.has(p.arn))
      .map((p) => ({ address: p.address, message: `no alarm calls ${p.name}: it scales nothing`, value: p.name }));
  },
};
