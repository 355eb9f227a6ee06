/** What the stacks say of each service that an overload spiral depends on. Pure. */
import type { Topology } from '../topology.ts';
import type { SpiralSettings } from './detect-spiral.ts';

/** What is not measured of {@link SpiralSettings}. */
export type StatedSettings = Omit<SpiralSettings, 'startSeconds' | 'instanceSeconds'>;

type Facts = Pick<Topology, 'services' | 'targetGroups' | 'scalableTargets' | 'scalingPolicies'>;

/** By service name; a service without a load balancer has no health check that could end its tasks, and is left out. */
export function spiralSettingsOf(topology: Facts): Record<string, StatedSettings> {
  const settings: Record<string, StatedSettings> = {};
  for (const service of topology.services) {
    const groups = service.loadBalancers.flatMap(({ targetGroupArn }) =>
      topology.targetGroups.filter((group) => group.arn === targetGroupArn),
    );
    // The least patient one ends the task.
    const check = groups
      .map((group) => group.healthCheck)
      .toSorted((a, b) => a.unhealthyThreshold * a.intervalSeconds - b.unhealthyThreshold * b.intervalSeconds)[0];
    if (!check) continue;
    const resourceId = `service/${service.clusterName}/${service.name}`;
    const target = topology.scalableTargets.find((one) => one.resourceId === resourceId);
    const policies = topology.scalingPolicies.filter((one) => one.resourceId === resourceId);
    const cooldowns = policies.flatMap(({ policy }) =>
      policy.type === 'TargetTrackingScaling' ? [policy.scaleOutCooldownSeconds] : [],
    );
    settings[service.name] = {
      graceSeconds: service.healthCheckGracePeriodSeconds,
      intervalSeconds: check.intervalSeconds,
      unhealthyThreshold: check.unhealthyThreshold,
      maxCapacity: target?.maxCapacity ?? null,
      scaleOutCooldownSeconds: cooldowns.length > 0 ? Math.min(...cooldowns) : null,
      policies: policies.length,
    };
  }
  return settings;
}
