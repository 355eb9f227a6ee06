/** Rules made, changed and removed while the load balancer runs (ELBv2 API CreateRule, ModifyRule, SetRulePriorities). */
import { z } from 'zod';
import type { ListenerRule } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';
import { type Call, type Operation, operation } from '../operation.ts';
import { integer, list, name, text } from '../schema.ts';
import { madeBase, tagsOf } from './codedeploy-lookup.ts';
import { checkLive } from './elbv2-check.ts';
import { actions, actionsOf, conditions, conditionsOf } from './elbv2-input.ts';
import { needListener, needRule } from './elbv2-lookup.ts';
import { ruleShape } from './elbv2-shapes.ts';

const priority = integer(1, 50_000);

export const ruleOperations: Readonly<Record<string, Operation>> = {
  CreateRule: operation(
    z.strictObject({
      ListenerArn: name,
      Priority: priority,
      Conditions: conditions,
      Actions: actions,
      Tags: list(z.strictObject({ Key: name, Value: text.optional() }), 50).optional(),
    }),
    async (input, call) => {
      const listener = needListener(call, input.ListenerArn);
      const id = call.random.hex(16);
      const rule: ListenerRule = {
        ...madeBase(call, 'aws_lb_listener_rule', id, tagsOf(input.Tags)),
        arn: `${listener.arn.replace(':listener/', ':listener-rule/')}/${id}`,
        listenerArn: listener.arn,
        priority: input.Priority,
        conditions: conditionsOf(input.Conditions),
        actions: actionsOf(input.Actions),
      };
      checkLive(call, { rules: [rule] });
      await call.handlers.rules.put(rule, null, call.signal);
      return { Rules: [ruleShape(rule)] };
    },
  ),
  ModifyRule: operation(
    z.strictObject({ RuleArn: name, Conditions: conditions.optional(), Actions: actions.optional() }),
    async (input, call) => {
      const current = needRule(call, input.RuleArn);
      const changed: ListenerRule = {
        ...current,
        ...(input.Conditions?.length ? { conditions: conditionsOf(input.Conditions) } : {}),
        ...(input.Actions?.length ? { actions: actionsOf(input.Actions) } : {}),
      };
      checkLive(call, { rules: [changed] });
      if (input.Conditions?.length)
        await call.handlers.rules.put({ ...current, conditions: changed.conditions }, current, call.signal);
      keepActions(changed, call);
      return { Rules: [ruleShape(needRule(call, current.arn))] };
    },
  ),
  SetRulePriorities: operation(
    z.strictObject({ RulePriorities: list(z.strictObject({ RuleArn: name, Priority: priority })) }),
    ({ RulePriorities }, call) => setPriorities(RulePriorities, call),
  ),
  DeleteRule: operation(z.object({ RuleArn: name }), async ({ RuleArn }, call) => {
    await call.handlers.rules.remove(needRule(call, RuleArn), call.signal);
    return {};
  }),
};

/** All of them or none: two rules may swap. */
async function setPriorities(
  wanted: readonly { readonly RuleArn: string; readonly Priority: number }[],
  call: Call,
): Promise<object> {
  if (wanted.length === 0) throw new ApiError('ValidationError', 'At least one rule priority must be specified');
  if (new Set(wanted.map(({ RuleArn }) => RuleArn)).size < wanted.length)
    throw new ApiError('ValidationError', 'A rule is named twice');
  const changed = wanted.map(({ RuleArn, Priority }) => ({ ...needRule(call, RuleArn), priority: Priority }));
  checkLive(call, { rules: changed });
  for (const rule of changed) {
    await call.handlers.rules.put(rule, needRule(call, rule.arn), call.signal);
    keepActions(rule, call);
  }
  return { Rules: changed.map(ruleShape) };
}

/** Puts count as the stacks'; the actions, which CodeDeploy may have shifted, must not pass for what the stacks want. */
function keepActions({ listenerArn, arn, actions: kept }: ListenerRule, call: Call): void {
  call.traffic.setActions({ listenerArn, ruleArn: arn }, kept);
}
