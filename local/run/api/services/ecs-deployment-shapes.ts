/** How a service is deployed, in the shapes of the ECS API. Pure. */
import type { DeploymentStrategy, Service } from '../../../topology.ts';

export function deploymentConfigurationShape(definition: Service): object {
  const isEcs = definition.deploymentController === 'ECS';
  const { names, enable, rollback } = definition.deploymentAlarms;
  return {
    deploymentCircuitBreaker: isEcs ? definition.circuitBreaker : undefined,
    alarms: isEcs ? { alarmNames: names, enable, rollback } : undefined,
    maximumPercent: definition.maximumPercent,
    minimumHealthyPercent: definition.minimumHealthyPercent,
    ...(isEcs ? strategyShape(definition.deploymentStrategy) : {}),
  };
}

function strategyShape(own: DeploymentStrategy | undefined): object {
  if (!own) return { strategy: 'ROLLING' };
  const { type, routing, bakeTimeMinutes, hooks } = own;
  return {
    strategy: type,
    bakeTimeInMinutes: bakeTimeMinutes,
    lifecycleHooks: hooks.map(({ functionArn, roleArn, stages, details }) => ({
      hookTargetArn: functionArn,
      roleArn,
      lifecycleStages: stages,
      hookDetails: details ?? undefined,
    })),
    linearConfiguration:
      routing.type === 'TimeBasedLinear'
        ? { stepPercent: routing.percentage, stepBakeTimeInMinutes: routing.intervalMinutes }
        : undefined,
    canaryConfiguration:
      routing.type === 'TimeBasedCanary'
        ? { canaryPercent: routing.percentage, canaryBakeTimeInMinutes: routing.intervalMinutes }
        : undefined,
  };
}

export function loadBalancerShape({ advanced, ...own }: Service['loadBalancers'][number]): object {
  if (!advanced) return own;
  const { alternateTargetGroupArn, productionRuleArn, testRuleArn, roleArn } = advanced;
  return {
    ...own,
    advancedConfiguration: {
      alternateTargetGroupArn,
      productionListenerRule: productionRuleArn,
      testListenerRule: testRuleArn ?? undefined,
      roleArn,
    },
  };
}
