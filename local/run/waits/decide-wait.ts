/** When the AWS CLI's waiters would end: on success, on failure, or not yet. Pure. */
import type { ServiceState, TargetHealth } from '../contracts.ts';

export type WaitVerdict =
  | { readonly kind: 'met' }
  /** `why` says what is still missing. */
  | { readonly kind: 'waiting'; readonly why: string }
  | { readonly kind: 'impossible'; readonly why: string };

const MET: WaitVerdict = { kind: 'met' };

/**
 * `aws elbv2 wait target-in-service`: at least one target, and every one of them healthy. A draining target is one of
 * them until it is gone (elasticloadbalancingv2 waiters, TargetInService: pathAll on `TargetHealth.State`).
 */
export function decideTargetInService(health: readonly TargetHealth[]): WaitVerdict {
  if (health.length === 0) return { kind: 'waiting', why: 'no target is registered' };
  const other = health.filter((one) => one.state !== 'healthy');
  if (other.length === 0) return MET;
  const list = other.map(({ target, state, reason }) => `${target.id}:${target.port} ${state} (${reason ?? '-'})`);
  return { kind: 'waiting', why: `${other.length} of ${health.length} targets not healthy: ${list.join(', ')}` };
}

/**
 * `aws ecs wait services-stable`: one deployment each, and the running count is the desired one. Its failures are a
 * missing, draining or inactive service. A service with task sets has no deployments, so on AWS the waiter runs into
 * its limit (boto/botocore issue 2865): said at once here.
 *
 * @param found one per name asked for, null where there is no such service
 */
export function decideServicesStable(
  found: readonly { readonly name: string; readonly service: ServiceState | null }[],
): WaitVerdict {
  const impossible = found.flatMap(({ name, service }) => {
    if (!service) return [`${name}: there is no such service (MISSING)`];
    if (service.status !== 'ACTIVE') return [`${name}: the service is ${service.status}`];
    if (service.definition.deploymentController !== 'ECS')
      return [
        `${name}: a service under ${service.definition.deploymentController} has task sets and no deployments, so services-stable never ends`,
      ];
    return [];
  });
  if (impossible.length > 0) return { kind: 'impossible', why: impossible.join('; ') };
  const unstable = found.flatMap(({ name, service }) =>
    service && (service.deployments.length !== 1 || service.runningCount !== service.desiredCount)
      ? [
          `${name}: ${service.deployments.length} deployments, ${service.runningCount} of ${service.desiredCount} tasks running`,
        ]
      : [],
  );
  return unstable.length > 0 ? { kind: 'waiting', why: unstable.join('; ') } : MET;
}
