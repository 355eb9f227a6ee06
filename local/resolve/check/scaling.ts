/** Scaling against the services that it scales (Application Auto Scaling user guide, ECS service-auto-scaling). */
import type { Problem } from '../../errors.ts';
import type { ScalableTarget, ScalingPolicy, Service, Topology } from '../../topology.ts';
import { lost, repeated, wrong } from './find.ts';
import { indexed } from './indexed.ts';

export const checkScaling = (t: Topology): Problem[] => [
  ...t.scalableTargets.flatMap((target) => checkTarget(target, t)),
  ...sameResourceTwice(t),
  ...[...t.scalingPolicies, ...t.scheduledScalings]
    .filter((p) => !t.scalableTargets.some((target) => target.resourceId === p.resourceId))
    .map((p) => lost(`${p.address}.resource_id`, p.resourceId, 'scalable target', 'aws_appautoscaling_target')),
  ...t.scalingPolicies.flatMap((p) => checkLabel(p, t)),
  ...sameMetricTwice(t),
];

const serviceBy = indexed((s: Service) => [`service/${s.clusterName}/${s.name}`]);

export const scaledService = (resourceId: string, t: Topology): Service | undefined =>
  serviceBy(t.services, resourceId);

function checkTarget(target: ScalableTarget, t: Topology): Problem[] {
  const service = scaledService(target.resourceId, t);
  if (!service) return [lost(`${target.address}.resource_id`, target.resourceId, 'service', 'aws_ecs_service')];
  const refusal = (message: string, rule: string): Problem =>
    wrong(target, 'resource_id', target.resourceId, { message, rule });
  if (service.schedulingStrategy === 'DAEMON')
    return [
      refusal(
        'the service has one task on each container instance: there is no count to scale',
        'a service with scheduling strategy REPLICA (ECS service-auto-scaling)',
      ),
    ];
  if (service.deploymentController === 'EXTERNAL')
    return [
      refusal(
        'the service is deployed from outside',
        'a controller other than EXTERNAL (ECS deployment-type-external)',
      ),
    ];
  return [];
}

const sameResourceTwice = (t: Topology): Problem[] =>
  repeated(t.scalableTargets, (target) => target.resourceId).map(([first, second]) => ({
    code: 'DUPLICATE',
    address: `${second.address}.resource_id`,
    message: `${second.resourceId} is a scalable target already: ${first.address}`,
    value: second.resourceId,
    rule: 'a service is one scalable target',
    fix: 'remove one',
  }));

/** The label names a load balancer and a target group that the service's tasks are in (AAS PredefinedMetricSpecification). */
function checkLabel(p: ScalingPolicy, t: Topology): Problem[] {
  if (p.policy.type !== 'TargetTrackingScaling' || p.policy.metric.kind !== 'ALBRequestCountPerTarget') return [];
  const path = 'target_tracking_scaling_policy_configuration.predefined_metric_specification.resource_label';
  const { label } = p.policy.metric;
  const balancer = t.loadBalancers.find((lb) => label.startsWith(`${lb.arnSuffix}/`));
  const group = t.targetGroups.find((g) => label.endsWith(`/${g.arnSuffix}`));
  if (!balancer) return [lost(`${p.address}.${path}`, label, 'load balancer', 'aws_lb')];
  if (!group) return [lost(`${p.address}.${path}`, label, 'target group', 'aws_lb_target_group')];
  if (balancer.network || group.network)
    return [
      {
        ...wrong(p, path, label, {
          message: `${balancer.network ? balancer.name : group.name} is a network load balancer’s, which counts no requests`,
          rule: 'ALBRequestCountPerTarget is a metric of application load balancers (AAS PredefinedMetricSpecification)',
        }),
        fix: 'track ECSServiceAverageCPUUtilization, or a customized metric of AWS/NetworkELB such as ActiveFlowCount',
      },
    ];
  const service = scaledService(p.resourceId, t);
  // During blue/green the tasks change groups: see warnings.ts.
  const isOwn = service?.loadBalancers.some((lb) => lb.targetGroupArn === group.arn);
  if (!service || isOwn || service.deploymentController === 'CODE_DEPLOY') return [];
  return [
    wrong(p, path, label, {
      message: `the tasks of ${service.name} are not in ${group.name}`,
      rule: 'a target group of the service (AAS PredefinedMetricSpecification)',
    }),
  ];
}

/** One target tracking policy a metric (AAS PutScalingPolicy). */
const sameMetricTwice = (t: Topology): Problem[] =>
  repeated(
    t.scalingPolicies.filter((p) => p.policy.type === 'TargetTrackingScaling'),
    (p) => JSON.stringify([p.resourceId, p.policy.type === 'TargetTrackingScaling' && p.policy.metric]),
  ).map(([first, second]) => ({
    code: 'DUPLICATE',
    address: second.address,
    message: `the metric is tracked already by ${first.address}`,
    value: second.name,
    rule: 'one target tracking policy a metric and service (AAS PutScalingPolicy)',
    fix: 'remove one',
  }));
