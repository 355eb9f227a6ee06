import type { Rule } from '../../contracts.ts';
import { alarmsOf, pairOf } from './deployment-alarms.ts';

export const alarmsOnOneSide: Rule = {
  id: 'alarms-on-one-side',
  severity: 'error',
  text: 'blue and green change sides with every deployment: alarms on one target group watch the old version every other time',
  page: 'CD deployment-groups-configure-advanced-options: alarms',
  fix: 'alarm on both target groups of the pair, and name both alarms in the deployment group',
  needsAll: ['aws_cloudwatch_', 'aws_lb_target_group'],
  find: ({ topology: t }) =>
    t.deploymentGroups.flatMap((g) => {
      const watched = new Set(alarmsOf(g, t).map((a) => a.dimensions['TargetGroup'] ?? ''));
      const pair = pairOf(g, t);
      const missing = pair.filter((tg) => !watched.has(tg.arnSuffix));
      if (pair.length < 2 || missing.length !== 1) return [];
      return [
        {
          address: `${g.address}.alarm_configuration.alarms`,
          message: `alarms of ${g.name} watch one target group of its pair; nothing watches ${missing[0]?.name}`,
          value: g.alarms.names,
        },
      ];
    }),
};
