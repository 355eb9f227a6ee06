import { scaledService } from '../../../resolve/check/scaling.ts';
import type { ScalableTarget, Topology } from '../../../topology.ts';
import type { Found, Rule } from '../../contracts.ts';
import { ignores } from '../../lookups.ts';

export const capacityBounds: Rule = {
  id: 'capacity-bounds',
  severity: 'warning',
  text: 'min_capacity ≤ desired_count ≤ max_capacity, and room between the bounds: else the first scaling activity changes what Terraform says, or none can',
  page: 'AAS API_RegisterScalableTarget',
  fix: 'bring desired_count, min_capacity and max_capacity into order',
  find: ({ topology: t }) => t.scalableTargets.flatMap((target) => ofTarget(target, t)),
};

function ofTarget(target: ScalableTarget, t: Topology): Found[] {
  const { minCapacity: min, maxCapacity: max } = target;
  const service = scaledService(target.resourceId, t);
  const value = { minCapacity: min, maxCapacity: max, desiredCount: service?.desiredCount ?? null };
  if (min > max)
    return [
      { address: target.address, message: `the minimum ${min} is above the maximum ${max}`, value, severity: 'error' },
    ];
  const found: Found[] = [];
  if (min === max && t.scalingPolicies.some((p) => p.resourceId === target.resourceId))
    found.push({ address: target.address, message: `minimum and maximum are both ${min}: no policy can scale`, value });
  if (!service || service.desiredCount === 0) return found;
  const { name, desiredCount } = service;
  // With the count ignored Terraform's value holds for the first deployment only.
  const severity = ignores(service, 'desired_count') ? 'advice' : 'warning';
  if (desiredCount < min)
    found.push({
      address: target.address,
      message: `${name} is made with ${desiredCount} tasks, below the minimum ${min}`,
      value,
      severity,
    });
  if (desiredCount > max)
    found.push({
      address: target.address,
      message: `${name} is made with ${desiredCount} tasks, above the maximum ${max}`,
      value,
      severity,
    });
  return found;
}
