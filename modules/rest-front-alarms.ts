import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js';
import { Construct } from './cdktf.ts';
import { type AlarmShape, checkAlarmName, shapeConfig } from './metric-alarm.ts';
import { type AlarmThresholds, checkThresholds } from './operations-alarms.ts';
import { PropCheck } from './prop-check.ts';
import type { RestFront } from './rest-front.ts';

export interface RestFrontAlarmsProps extends AlarmThresholds {
  readonly front: RestFront;
  /** Alarms are `<prefix>-api-5xx` and `-api-latency`. */
  readonly namePrefix: string;
}

const THREE_OF_FIVE = { evaluationPeriods: 5, datapointsToAlarm: 3 } as const;
const MS_PER_SECOND = 1000;

/**
 * What somebody should be told about a REST front (API Gateway api-gateway-metrics-and-dimensions). Its thresholds are
 * those of the load balancers; refused keys and spent quotas (4XXError) are the callers' business.
 */
export class RestFrontAlarms extends Construct {
  constructor(scope: Construct, id: string, props: RestFrontAlarmsProps) {
    super(scope, id);
    const check = new PropCheck(scope, id);
    checkAlarmName(check, 'namePrefix', props.namePrefix);
    checkThresholds(check, props);
    check.done();
    const { serverErrorsPerMinute: threshold = 10, latencyP95Seconds = 1 } = props;
    this.#alarm(props, { suffix: 'api-5xx', metricName: '5XXError' }, { threshold });
    this.#alarm(
      props,
      { suffix: 'api-latency', metricName: 'Latency' },
      { statistic: 'p95', threshold: latencyP95Seconds * MS_PER_SECOND, comparison: 'GreaterThanThreshold' },
    );
  }

  #alarm(
    { front, namePrefix, topicArns = [] }: RestFrontAlarmsProps,
    { suffix, metricName }: { readonly suffix: string; readonly metricName: string },
    shape: AlarmShape,
  ): void {
    const told = [...topicArns];
    new CloudwatchMetricAlarm(this, suffix, {
      alarmName: `${namePrefix}-${suffix}`,
      namespace: 'AWS/ApiGateway',
      metricName,
      dimensions: { ApiName: front.apiName, Stage: front.stageName },
      ...shapeConfig({ ...shape, ...THREE_OF_FIVE }, 'Sum'),
      ...(told.length > 0 ? { alarmActions: told, okActions: told } : {}),
    });
  }
}
