import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js';
import { Construct } from './cdktf.ts';
import { type AlarmShape, checkAlarmName, shapeConfig } from './metric-alarm.ts';
import { PropCheck } from './prop-check.ts';
import { serviceDimensions, type WatchedService, type WatchedServices } from './watched-services.ts';

export interface AlarmThresholds {
  /** Answers 5xx in a minute, of targets or of the load balancer itself, that are too many. @default 10 */
  readonly serverErrorsPerMinute?: number;
  /** 95th percentile of the response time that is too long, seconds. @default 1 */
  readonly latencyP95Seconds?: number;
  /** Average CPU of a service that scaling should not have let come, percent. @default 90 */
  readonly cpuPercent?: number;
  /** Topics that are told when an alarm fires and when it is over, at most 5. @default nobody */
  readonly topicArns?: readonly string[];
}

export interface OperationsAlarmsProps extends AlarmThresholds, WatchedServices {
  /** Alarms are `<prefix>-target-5xx`, `-balancer-5xx`, `-latency`, `-<service>-unhealthy`, `-<service>-cpu`. */
  readonly namePrefix: string;
}

/** Three minutes of five: one bad minute wakes nobody. */
const THREE_OF_FIVE = { evaluationPeriods: 5, datapointsToAlarm: 3 } as const;
const FIVE_OF_FIVE = { evaluationPeriods: 5 } as const;

/** What somebody should be told about a load balancer and its services (CloudWatch, ELB and ECS metrics pages). */
export class OperationsAlarms extends Construct {
  readonly #props: OperationsAlarmsProps;

  constructor(scope: Construct, id: string, props: OperationsAlarmsProps) {
    super(scope, id);
    validate(scope, id, props);
    this.#props = props;
    const { serverErrorsPerMinute: threshold = 10, latencyP95Seconds = 1 } = props;
    this.#balancer('target-5xx', 'HTTPCode_Target_5XX_Count', { threshold, ...THREE_OF_FIVE });
    this.#balancer('balancer-5xx', 'HTTPCode_ELB_5XX_Count', { threshold, ...THREE_OF_FIVE });
    this.#balancer('latency', 'TargetResponseTime', {
      statistic: 'p95',
      threshold: latencyP95Seconds,
      comparison: 'GreaterThanThreshold',
      ...THREE_OF_FIVE,
    });
    for (const service of props.services) this.#service(service);
  }

  #balancer(suffix: string, metricName: string, shape: AlarmShape, more: Record<string, string> = {}): void {
    const dimensions = { LoadBalancer: this.#props.loadBalancerArnSuffix, ...more };
    this.#alarm(suffix, { namespace: 'AWS/ApplicationELB', metricName, dimensions, ...shapeConfig(shape, 'Sum') });
  }

  #service(service: WatchedService): void {
    service.targetGroupArnSuffixes.forEach((TargetGroup, index) => {
      const suffix = `${service.label}-unhealthy${index === 0 ? '' : `-${index + 1}`}`;
      const shape: AlarmShape = { statistic: 'Maximum', threshold: 1, ...FIVE_OF_FIVE };
      this.#balancer(suffix, 'UnHealthyHostCount', shape, { TargetGroup });
    });
    // Without a reservation there is nothing that it could be a percentage of.
    if (service.scalable.cpuUnits === 0) return;
    this.#alarm(`${service.label}-cpu`, {
      namespace: 'AWS/ECS',
      metricName: 'CPUUtilization',
      dimensions: serviceDimensions(service),
      ...shapeConfig({ threshold: this.#props.cpuPercent ?? 90, ...FIVE_OF_FIVE }, 'Average'),
    });
  }

  #alarm(suffix: string, config: Omit<ConstructorParameters<typeof CloudwatchMetricAlarm>[2], 'alarmName'>): void {
    const topicArns = [...(this.#props.topicArns ?? [])];
    new CloudwatchMetricAlarm(this, suffix, {
      ...config,
      alarmName: `${this.#props.namePrefix}-${suffix}`,
      ...(topicArns.length > 0 ? { alarmActions: topicArns, okActions: topicArns } : {}),
    });
  }
}

function validate(scope: Construct, id: string, props: OperationsAlarmsProps): void {
  const check = new PropCheck(scope, id);
  checkAlarmName(check, 'namePrefix', props.namePrefix);
  checkThresholds(check, props);
  check
    .that(new Set(props.services.map(({ label }) => label)).size === props.services.length, {
      prop: 'services',
      value: props.services.map(({ label }) => label),
      rule: 'each has a label of its own, since alarms are called by it',
      fix: 'rename one',
    })
    .done();
}

/** Notes thresholds that never or always fire, and topics that are none. */
export function checkThresholds(check: PropCheck, thresholds: AlarmThresholds): void {
  const { serverErrorsPerMinute = 10, latencyP95Seconds = 1, cpuPercent = 90, topicArns = [] } = thresholds;
  check
    .range('serverErrorsPerMinute', serverErrorsPerMinute, { min: 1, max: 1_000_000 })
    .that(latencyP95Seconds > 0, {
      prop: 'latencyP95Seconds',
      value: latencyP95Seconds,
      rule: 'seconds above 0',
      fix: 'set what clients put up with, such as 1',
    })
    .that(cpuPercent > 0 && cpuPercent <= 100, {
      prop: 'cpuPercent',
      value: cpuPercent,
      rule: 'a percentage above 0, at most 100',
      fix: 'set it above what scaling keeps, such as 90',
    })
    .that(topicArns.length <= 5, {
      prop: 'topicArns',
      value: topicArns.length,
      rule: 'at most 5 actions (CloudWatch PutMetricAlarm)',
      fix: 'subscribe the others to one topic',
    });
  for (const topicArn of topicArns) {
    check.matches('topicArns', topicArn, {
      pattern: /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]{1,256}(\.fifo)?$/,
      rule: 'the ARN of a topic (CloudWatch PutMetricAlarm)',
    });
  }
}
