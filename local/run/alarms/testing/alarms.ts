/** Alarms for tests. */
import type { Alarm } from '../../../topology.ts';

/** More than 5 errors in the newest minute. */
export function alarmOf(change: Partial<Alarm> = {}): Alarm {
  const name = change.name ?? 'errors';
  return {
    address: `stack/aws_cloudwatch_metric_alarm.${name}`,
    type: 'aws_cloudwatch_metric_alarm',
    stack: 'stack',
    dependsOn: [],
    digest: name,
    ignoreChanges: [],
    attributes: {},
    tags: {},
    arn: `arn:aws:cloudwatch:us-east-1:000000000000:alarm:${name}`,
    name,
    description: '',
    namespace: 'AWS/ApplicationELB',
    metricName: 'HTTPCode_Target_5XX_Count',
    dimensions: {},
    statistic: 'Sum',
    periodSeconds: 60,
    evaluationPeriods: 1,
    datapointsToAlarm: 1,
    threshold: 5,
    comparison: 'GreaterThanThreshold',
    treatMissingData: 'missing',
    actionsEnabled: true,
    alarmActions: [],
    okActions: [],
    insufficientDataActions: [],
    ...change,
  };
}
