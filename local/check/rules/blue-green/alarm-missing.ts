import type { Rule } from '../../contracts.ts';
import { isDeclaredAlarm } from '../../declared-alarms.ts';

export const alarmMissing: Rule = {
  id: 'alarm-missing',
  severity: 'error',
  text: 'CodeDeploy asks CloudWatch for each alarm of the group: one that is not there stops every deployment, or, with ignore_poll_alarm_failure, none',
  page: 'CD API_AlarmConfiguration',
  fix: 'declare the alarm, or correct its name',
  adopts: ({ code, address }) =>
    code === 'DANGLING_REFERENCE' && /aws_codedeploy_deployment_group\..*\.alarm_configuration/.test(address ?? ''),
  needsAll: ['aws_cloudwatch_'],
  find: ({ topology: t }) =>
    t.deploymentGroups
      .filter((g) => g.alarms.enabled)
      .flatMap((g) =>
        g.alarms.names
          .filter((name) => !isDeclaredAlarm(t, name))
          .map((name) => ({
            address: `${g.address}.alarm_configuration.alarms`,
            message: g.alarms.ignorePollAlarmFailure
              ? `no stack declares the alarm ${name}: it stops no deployment`
              : `no stack declares the alarm ${name}: every deployment is stopped`,
            value: name,
            severity: g.alarms.ignorePollAlarmFailure ? ('warning' as const) : ('error' as const),
          })),
      ),
};
