import { isObject } from '../../../read/json.ts';
import type { Rule } from '../../contracts.ts';

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
          .filter((name) => !t.alarms.some((a) => a.name === name) && !t.inert.some((r) => isNamed(r.attributes, name)))
          .map((name) => ({
            address: `${s.address}.alarms.alarm_names`,
            message: `no stack declares the alarm ${name}: it fails no deployment of ${s.name}`,
            value: name,
          })),
      ),
};

/** Composite alarms are passed over by the reader, and are alarms nevertheless. */
const isNamed = (attributes: unknown, name: string): boolean =>
  isObject(attributes) && attributes['alarm_name'] === name;
