import { definitionOf } from '../../../resolve/check/find.ts';
import { scaledService } from '../../../resolve/check/scaling.ts';
import { reservationOf } from '../../../run/scheduler/task-size.ts';
import type { ScalingPolicy, Service, Topology } from '../../../topology.ts';
import type { Found, Rule } from '../../contracts.ts';
import { whyNoData } from './missing-data.ts';

export const metricAbsent: Rule = {
  id: 'scaling-metric-absent',
  severity: 'error',
  text: 'a policy acts on a metric that the service has: requests need a target group of its own, utilization needs a reservation to be a part of',
  page: 'ECS service-autoscaling-targettracking, ECS available-metrics: service utilization',
  fix: 'track a metric that the service publishes',
  adopts: ({ code, address }) =>
    code !== 'DUPLICATE' && /aws_appautoscaling_policy\..*\.resource_label$/.test(address ?? ''),
  needsAll: ['aws_lb', 'aws_alb', 'aws_ecs_'],
  find: ({ topology: t }) => t.scalingPolicies.flatMap((p) => ofPolicy(p, scaledService(p.resourceId, t), t)),
};

function ofPolicy(p: ScalingPolicy, service: Service | undefined, t: Topology): Found[] {
  if (p.policy.type !== 'TargetTrackingScaling' || !service) return [];
  const { metric } = p.policy;
  const found = (message: string, value: unknown): Found[] => [{ address: p.address, message, value }];
  if (metric.kind === 'custom') {
    const reason = whyNoData({ ...metric, metricName: metric.name }, t);
    return reason ? found(`${p.name} never scales ${service.name}: ${reason}`, metric) : [];
  }
  if (metric.kind === 'ALBRequestCountPerTarget')
    return service.loadBalancers.length > 0
      ? []
      : found(`${p.name} tracks requests, and ${service.name} is behind no load balancer`, metric.label);
  const definition = definitionOf(service, t);
  if (!definition) return [];
  const isCpu = metric.kind === 'ECSServiceAverageCPUUtilization';
  const { cpuUnits, memoryMiB } = reservationOf(definition);
  if ((isCpu ? cpuUnits : memoryMiB) > 0) return [];
  const [name, means] = isCpu ? ['cpu', 'CPU'] : ['memory', 'memory'];
  return [
    {
      address: p.address,
      message: `${p.name} tracks ${means} utilization, and a task of ${service.name} reserves no ${means} to measure it by`,
      value: metric.kind,
      severity: 'warning',
      fix: `set ${name} in the task definition`,
    },
  ];
}
