import type { Alarm, Topology } from '../../../topology.ts';
import type { Found, Rule } from '../../contracts.ts';
import { whyNever, whyNoData } from '../scaling/missing-data.ts';

export const alarmNeverFires: Rule = {
  id: 'alarm-never-fires',
  severity: 'warning',
  text: 'an alarm needs datapoints: a metric is found by namespace, name and exactly the dimensions that it is published with. Where the alarm guards a deployment it is an error',
  page: 'ELB load-balancer-cloudwatch-metrics, ECS available-metrics, CloudWatch alarm-evaluation',
  fix: 'name a metric with the dimensions that AWS publishes it with, and a threshold that it can pass',
  needsAll: ['aws_lb', 'aws_alb', 'aws_ecs_'],
  find: ({ topology: t }) => t.alarms.flatMap((a) => ofAlarm(a, t)),
};

function ofAlarm(a: Alarm, t: Topology): Found[] {
  const noData = whyNoData(a, t);
  const reason = whyNever(a) ?? noData;
  // Missing data may be what the alarm waits for.
  if (!reason || (reason === noData && a.treatMissingData === 'breaching')) return [];
  const guarded =
    t.deploymentGroups.find((g) => g.alarms.enabled && g.alarms.names.includes(a.name)) ??
    t.services.find((s) => s.deploymentAlarms.enable && s.deploymentAlarms.names.includes(a.name));
  return [
    {
      address: a.address,
      message: `${a.name} never fires${guarded ? `, and is to stop deployments of ${guarded.name}` : ''}: ${reason}`,
      value: { namespace: a.namespace, metricName: a.metricName, dimensions: a.dimensions, threshold: a.threshold },
      severity: guarded ? 'error' : 'warning',
    },
  ];
}
