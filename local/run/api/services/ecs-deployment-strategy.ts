/** Deployment strategies of CreateService and UpdateService, as the stacks would have resolved them (ECS API_DeploymentConfiguration). */
import { z } from 'zod';
import {
  BAKE_DEFAULT_MINUTES,
  CANARY_DEFAULT,
  HOOK_STAGES,
  LINEAR_DEFAULT,
} from '../../../resolve/kinds/deployment-strategies.ts';
import type { DeploymentStrategy, Service, TrafficRouting } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';
import { routeOf } from '../../service-deployments/routes.ts';
import type { Call } from '../operation.ts';
import { decimal, integer, list, name } from '../schema.ts';

const upToADay = integer(0, 1440);
const tenths = (low: number) =>
  decimal.refine(
    (percent) => percent >= low && percent <= 100 && Math.abs(percent * 10 - Math.round(percent * 10)) < 1e-9,
    `must be a multiple of 0.1 from ${low} to 100`,
  );

export const strategyParts = {
  strategy: z.enum(['ROLLING', 'BLUE_GREEN', 'LINEAR', 'CANARY']).optional(),
  bakeTimeInMinutes: upToADay.optional(),
  lifecycleHooks: list(
    z.strictObject({
      hookTargetArn: name,
      roleArn: name,
      lifecycleStages: list(z.enum(HOOK_STAGES), HOOK_STAGES.length),
      hookDetails: z.unknown().optional(),
      targetType: z.literal('AWS_LAMBDA', 'has no local counterpart').optional(),
    }),
    100,
  ).optional(),
  linearConfiguration: z
    .strictObject({ stepPercent: tenths(3).optional(), stepBakeTimeInMinutes: upToADay.optional() })
    .optional(),
  canaryConfiguration: z
    .strictObject({ canaryPercent: tenths(0.1).optional(), canaryBakeTimeInMinutes: upToADay.optional() })
    .optional(),
};

export const advancedConfiguration = z
  .strictObject({
    alternateTargetGroupArn: name,
    productionListenerRule: name,
    testListenerRule: name.optional(),
    roleArn: name,
  })
  .transform(({ alternateTargetGroupArn, productionListenerRule, testListenerRule, roleArn }) => ({
    alternateTargetGroupArn,
    productionRuleArn: productionListenerRule,
    testRuleArn: testListenerRule ?? null,
    roleArn,
  }));

const parts = z.object(strategyParts);
export type StrategyInput = z.output<typeof parts>;

const bad = (message: string): ApiError => new ApiError('InvalidParameterException', message);

/**
 * @param before the service's strategy; what is not given stays as it is
 * @returns null for a rolling update. @throws ApiError in AWS's words, as far as they are known
 */
export function strategyOf(
  given: StrategyInput,
  before: DeploymentStrategy | undefined,
  call: Call,
): DeploymentStrategy | null {
  const type = given.strategy ?? before?.type ?? 'ROLLING';
  refuseParts(type, given);
  if (type === 'ROLLING') return null;
  const hooks = given.lifecycleHooks?.map((hook) => ({
    functionArn: hook.hookTargetArn,
    roleArn: hook.roleArn,
    stages: hook.lifecycleStages,
    details: hook.hookDetails ?? null,
  }));
  const known = call.functions.functions().map(({ arn }) => arn);
  const lost = hooks?.find(
    ({ functionArn }) => !known.some((arn) => functionArn === arn || functionArn.startsWith(`${arn}:`)),
  );
  if (lost) throw bad(`The lifecycle hook target ${lost.functionArn} does not exist.`);
  return {
    type,
    routing: routingOf(type, given, before?.type === type ? before.routing : undefined),
    bakeTimeMinutes: given.bakeTimeInMinutes ?? before?.bakeTimeMinutes ?? BAKE_DEFAULT_MINUTES,
    hooks: hooks ?? before?.hooks ?? [],
  };
}

function refuseParts(type: string, given: StrategyInput): void {
  const wrong = [
    given.linearConfiguration && type !== 'LINEAR' ? 'linearConfiguration' : null,
    given.canaryConfiguration && type !== 'CANARY' ? 'canaryConfiguration' : null,
    given.lifecycleHooks?.length && type === 'ROLLING' ? 'lifecycleHooks' : null,
    given.bakeTimeInMinutes && type === 'ROLLING' ? 'bakeTimeInMinutes' : null,
  ].find((one) => one !== null);
  if (wrong) throw bad(`${wrong} is not valid with the ${type} deployment strategy.`);
}

function routingOf(
  type: DeploymentStrategy['type'],
  { linearConfiguration: linear, canaryConfiguration: canary }: StrategyInput,
  before: TrafficRouting | undefined,
): TrafficRouting {
  const was = before && before.type !== 'AllAtOnce' ? before : null;
  if (type === 'LINEAR')
    return {
      type: 'TimeBasedLinear',
      percentage: linear?.stepPercent ?? was?.percentage ?? LINEAR_DEFAULT.percent,
      intervalMinutes: linear?.stepBakeTimeInMinutes ?? was?.intervalMinutes ?? LINEAR_DEFAULT.minutes,
    };
  if (type === 'CANARY')
    return {
      type: 'TimeBasedCanary',
      percentage: canary?.canaryPercent ?? was?.percentage ?? CANARY_DEFAULT.percent,
      intervalMinutes: canary?.canaryBakeTimeInMinutes ?? was?.intervalMinutes ?? CANARY_DEFAULT.minutes,
    };
  return { type: 'AllAtOnce' };
}

/** What a strategy wants of the service around it. @throws ApiError */
export function checkStrategy(
  strategy: DeploymentStrategy | null,
  service: Pick<Service, 'deploymentController' | 'schedulingStrategy' | 'loadBalancers'>,
  call: Call,
): void {
  if (!strategy) return;
  const { type } = strategy;
  if (service.deploymentController !== 'ECS')
    throw bad(`The ${type} deployment strategy is only supported with the ECS deployment controller.`);
  if (service.schedulingStrategy === 'DAEMON')
    throw bad(`The daemon scheduling strategy does not support the ${type} deployment strategy.`);
  if (service.loadBalancers.length === 0 && type !== 'BLUE_GREEN')
    throw bad(`The ${type} deployment strategy needs a load balancer with advancedConfiguration.`);
  for (const { targetGroupArn, advanced } of service.loadBalancers) {
    if (!advanced)
      throw bad(
        `advancedConfiguration must be specified for target group ${targetGroupArn} with the ${type} deployment strategy.`,
      );
    const { alternateTargetGroupArn: other, productionRuleArn } = advanced;
    if (!call.balancer.targetGroups().some(({ arn }) => arn === other))
      throw bad(`The specified target group does not exist: ${other}`);
    const pair = {
      blueGroupArn: targetGroupArn,
      greenGroupArn: other,
      productionRuleArn,
      testRuleArn: advanced.testRuleArn,
    };
    const forwarded = Object.keys(routeOf(pair, 'production', call.traffic)?.weights ?? {});
    const isListener = productionRuleArn.includes(':listener/');
    for (const arn of [targetGroupArn, other])
      if (isListener ? forwarded.length === 0 : !forwarded.includes(arn))
        throw bad(`The production listener rule ${productionRuleArn} does not forward to target group ${arn}.`);
    if (advanced.testRuleArn !== null && !routeOf(pair, 'test', call.traffic))
      throw bad(`The test listener rule ${advanced.testRuleArn} does not forward to the target groups of the service.`);
  }
}
