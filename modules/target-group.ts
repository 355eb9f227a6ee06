import { LbTargetGroup } from '@cdktf/provider-aws/lib/lb-target-group/index.js';
import { Construct } from './cdktf.ts';
import { PropCheck } from './prop-check.ts';

export interface TargetGroupProps {
  /** 1–32 letters, digits and hyphens. */
  readonly name: string;
  readonly vpcId: string;
  /** Port of targets that register without one; tasks always bring theirs. */
  readonly port: number;
  /** `instance` for bridge and uncontainerised targets, `ip` for awsvpc tasks. */
  readonly targetType: 'instance' | 'ip';
  /** Answered 200 by a healthy target. @default / */
  readonly healthPath?: string;
  /** 5–300 s. @default 6, as the forum workshop sets it (AWS's own default is 30) */
  readonly healthIntervalSeconds?: number;
  /** 2–120 s, below the interval. @default 5 */
  readonly healthTimeoutSeconds?: number;
  /** Passes in a row that make a target healthy, 2–10. @default 2 */
  readonly healthyThreshold?: number;
  /** Failures in a row that make it unhealthy, 2–10. @default 2 */
  readonly unhealthyThreshold?: number;
  /** 0–3600 s. @default 20: SNS gives up on an answer after 15 s, so nothing in flight is older */
  readonly deregistrationDelaySeconds?: number;
  /** 30–900 s. @default no slow start */
  readonly slowStartSeconds?: number;
}

/** Targets of one service, with the health check that decides who takes traffic (ELB target-group-health-checks). */
export class TargetGroup extends Construct {
  readonly arn: string;
  readonly arnSuffix: string;
  readonly name: string;

  constructor(scope: Construct, id: string, props: TargetGroupProps) {
    super(scope, id);
    validate(scope, id, props);
    const group = new LbTargetGroup(this, 'group', {
      name: props.name,
      port: props.port,
      protocol: 'HTTP',
      targetType: props.targetType,
      vpcId: props.vpcId,
      deregistrationDelay: String(props.deregistrationDelaySeconds ?? 20),
      slowStart: props.slowStartSeconds,
      loadBalancingAlgorithmType: 'round_robin',
      healthCheck: {
        enabled: true,
        protocol: 'HTTP',
        port: 'traffic-port',
        path: props.healthPath ?? '/',
        matcher: '200',
        interval: props.healthIntervalSeconds ?? 6,
        timeout: props.healthTimeoutSeconds ?? 5,
        healthyThreshold: props.healthyThreshold ?? 2,
        unhealthyThreshold: props.unhealthyThreshold ?? 2,
      },
    });
    this.arn = group.arn;
    this.arnSuffix = group.arnSuffix;
    this.name = group.name;
  }
}

/** Names of load balancers and target groups (ELB CreateTargetGroup). */
export const BALANCER_NAME = {
  pattern: /^(?!-|internal-)[A-Za-z0-9-]{1,32}(?<!-)$/,
  rule: '1–32 letters, digits and hyphens, no hyphen at either end, not starting with internal- (ELB CreateTargetGroup)',
  fix: 'shorten the environment name or the service name',
};

function validate(scope: Construct, id: string, props: TargetGroupProps): void {
  const { healthIntervalSeconds = 6, healthTimeoutSeconds = 5 } = props;
  const source = 'ELB target-group-health-checks';
  new PropCheck(scope, id)
    .matches('name', props.name, BALANCER_NAME)
    .range('port', props.port, { min: 1, max: 65_535 })
    .matches('healthPath', props.healthPath, {
      pattern: /^\/\S{0,1023}$/,
      rule: `a path of 1–1024 characters (${source})`,
    })
    .range('healthIntervalSeconds', healthIntervalSeconds, { min: 5, max: 300, unit: 'seconds', source })
    .range('healthTimeoutSeconds', healthTimeoutSeconds, { min: 2, max: 120, unit: 'seconds', source })
    .range('healthyThreshold', props.healthyThreshold, { min: 2, max: 10, source })
    .range('unhealthyThreshold', props.unhealthyThreshold, { min: 2, max: 10, source })
    .range('deregistrationDelaySeconds', props.deregistrationDelaySeconds, { min: 0, max: 3600, unit: 'seconds' })
    .range('slowStartSeconds', props.slowStartSeconds, { min: 30, max: 900, unit: 'seconds' })
    .that(healthTimeoutSeconds < healthIntervalSeconds, {
      prop: 'healthTimeoutSeconds',
      value: healthTimeoutSeconds,
      rule: `below healthIntervalSeconds, which is ${healthIntervalSeconds} (${source})`,
      fix: 'lower the timeout or raise the interval',
    })
    .done();
}
