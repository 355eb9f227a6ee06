import type { Alarm, Service, TargetGroup, Topology } from '../../../topology.ts';
import type { Found, Rule } from '../../contracts.ts';
import { alarmsOf, pairOf } from './deployment-alarms.ts';

export const alarmsOnOneSide: Rule = {
  id: 'alarms-on-one-side',
  severity: 'error',
  text: 'blue and green change sides with every deployment: alarms on one target group watch the old version every other time',
  page: 'CD deployment-groups-configure-advanced-options: alarms, ECS deployment-alarm-failure',
  fix: 'alarm on both target groups of the pair, and name both alarms in the deployment group, or in alarms of the service',
  needsAll: ['aws_cloudwatch_', 'aws_lb_target_group'],
  find: ({ topology: t }) => [
    ...t.deploymentGroups.flatMap((g) => {
      const address = `${g.address}.alarm_configuration.alarms`;
      return oneSided({ address, name: g.name, names: g.alarms.names }, alarmsOf(g, t), pairOf(g, t));
    }),
    ...t.services.flatMap((s) => ofService(s, t)),
  ],
};

function ofService(s: Service, t: Topology): Found[] {
  const { enable, names } = s.deploymentAlarms;
  if (!s.deploymentStrategy || !enable) return [];
  const named = { address: `${s.address}.alarms.alarm_names`, name: s.name, names };
  const alarms = t.alarms.filter((a) => names.includes(a.name));
  return s.loadBalancers.flatMap((lb) => {
    const pair = [lb.targetGroupArn, lb.advanced?.alternateTargetGroupArn];
    return oneSided(
      named,
      alarms,
      t.targetGroups.filter(({ arn }) => pair.includes(arn)),
    );
  });
}

interface Named {
  readonly address: string;
  readonly name: string;
  readonly names: readonly string[];
}

function oneSided({ address, name, names }: Named, alarms: readonly Alarm[], pair: readonly TargetGroup[]): Found[] {
  const watched = new Set(alarms.map((a) => a.dimensions['TargetGroup'] ?? ''));
  const missing = pair.filter((tg) => !watched.has(tg.arnSuffix));
  if (pair.length < 2 || missing.length !== 1) return [];
  return [
    {
      address,
      message: `alarms of ${name} watch one target group of its pair; nothing watches ${missing[0]?.name}`,
      value: names,
    },
  ];
}
