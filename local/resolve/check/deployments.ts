/** Services that could be started once and never deployed again (ECS deployment-type-ecs). */
import type { Problem } from '../../errors.ts';
import type { Service } from '../../topology.ts';

/** Least tasks that must stay (rounded up) and most that may run (rounded down), of the desired count. */
export function bounds(s: Service): { readonly least: number; readonly most: number } {
  return {
    least: Math.ceil((s.desiredCount * s.minimumHealthyPercent) / 100),
    most: Math.floor((s.desiredCount * s.maximumPercent) / 100),
  };
}

export function checkDeployment(s: Service): Problem[] {
  const { least, most } = bounds(s);
  const isStuck = s.minimumHealthyPercent >= 100 && s.maximumPercent <= 100;
  // Rounding can have the same effect: 1 task with 50/150 keeps 1 and allows 1.
  const isStuckByRounding = s.desiredCount > 0 && least >= s.desiredCount && most <= s.desiredCount;
  if (!isStuck && !isStuckByRounding) return [];
  return [
    {
      code: 'DEPLOYMENT_IMPOSSIBLE',
      address: s.address,
      message: isStuck
        ? 'with both percentages 100 no task may be stopped before another is started, and none started before one is stopped'
        : `of ${s.desiredCount} tasks ${least} must stay and ${most} may run: none can be stopped or started first`,
      value: {
        deployment_minimum_healthy_percent: s.minimumHealthyPercent,
        deployment_maximum_percent: s.maximumPercent,
        desired_count: s.desiredCount,
      },
      rule: 'the minimum rounds up, the maximum rounds down; one must leave room for a task (ECS deployment-type-ecs)',
      fix: 'set deployment_maximum_percent to 200, or lower deployment_minimum_healthy_percent',
    },
  ];
}
