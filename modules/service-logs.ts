import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group/index.js';
import { Construct } from './cdktf.ts';
import { PropCheck } from './prop-check.ts';

/** What CloudWatch Logs takes; 0 keeps for ever (Logs PutRetentionPolicy). */
export const RETENTION_DAYS = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

export interface ServiceLogsProps {
  /** Log group, e.g. `interstella-monolith` or `/ecs/interstella-iridium`. */
  readonly name: string;
  /** @default 30 */
  readonly retentionDays?: number;
}

/** The log group of one service. It must exist before tasks start: the awslogs driver does not make it (ECS using_awslogs). */
export class ServiceLogs extends Construct {
  readonly arn: string;
  readonly name: string;
  /** The group as a dependency, for what does not refer to it. */
  readonly group: CloudwatchLogGroup;

  constructor(scope: Construct, id: string, props: ServiceLogsProps) {
    super(scope, id);
    const retentionDays = props.retentionDays ?? 30;
    new PropCheck(scope, id)
      .matches('name', props.name, {
        pattern: /^[\w./#-]{1,512}$/,
        rule: '1–512 letters, digits, _ - / . # (Logs CreateLogGroup)',
      })
      .that((RETENTION_DAYS as readonly number[]).includes(retentionDays), {
        prop: 'retentionDays',
        value: retentionDays,
        rule: `one of ${RETENTION_DAYS.join(', ')} (Logs PutRetentionPolicy)`,
        fix: 'take the nearest of these',
      })
      .done();
    this.group = new CloudwatchLogGroup(this, 'group', { name: props.name, retentionInDays: retentionDays });
    this.arn = this.group.arn;
    this.name = this.group.name;
  }
}
