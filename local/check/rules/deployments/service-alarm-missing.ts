import type { Rule } from '../../contracts.ts';
import { isDeclaredAlarm } from '../../declared-alarms.ts';

export const serviceAlarmMissing: Rule = {
  id: 'service-alarm-missing',
  severity: 'warning',
  text: 'ECS takes any alarm name for a service’s deployments: one that is not there watches over none of them',
  page: 'ECS deployment-alarm-failure',
  fix: 'declare the alarm, or correct its name',
  needsAll: ['aws_cloudwatch_'],
  find: ({ topology: t }) =>
    t.services
      .filter((s) => s.deploymentAlarms.enable)
      .flatMap((s) =>
        s.deploymentAlarms.names
          .filter((name) => !isDeclaredAlarm(t, name))
          .map((name) => ({
            address: `${s.address}.alarms.alarm_names`,
            message: `no stack declares the alarm ${name}: it fails no deployment of ${s.name}`,
            value: name,
          })),
      ),
};
