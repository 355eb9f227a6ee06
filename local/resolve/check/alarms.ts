/** What alarms call: topics and scaling policies of these stacks. */
import type { Problem } from '../../errors.ts';
import type { Alarm, Topology } from '../../topology.ts';
import { lost } from './find.ts';

const ACTIONS = [
  ['alarm_actions', (a: Alarm) => a.alarmActions],
  ['ok_actions', (a: Alarm) => a.okActions],
  ['insufficient_data_actions', (a: Alarm) => a.insufficientDataActions],
] as const;

/** Whether an action is done here; Auto Scaling groups, instances and functions are not called. */
export const isCalled = (arn: string): boolean =>
  /^arn:[\w-]+:sns:/.test(arn) || (/:scalingPolicy:/.test(arn) && !arn.includes(':autoScalingGroupName/'));

export const actionsOf = (a: Alarm): (readonly [attribute: string, arn: string])[] =>
  ACTIONS.flatMap(([name, of]) => of(a).map((arn) => [name, arn] as const));

export function checkAlarms(t: Topology): Problem[] {
  const topics = new Set(t.topics.map((x) => x.arn));
  const policies = new Set(t.scalingPolicies.map((p) => p.arn));
  return t.alarms.flatMap((a) =>
    actionsOf(a)
      .filter(([, arn]) => isCalled(arn) && !topics.has(arn) && !policies.has(arn))
      .map(([name, arn]) =>
        arn.includes(':sns:')
          ? lost(`${a.address}.${name}`, arn, 'topic', 'aws_sns_topic')
          : lost(`${a.address}.${name}`, arn, 'scaling policy', 'aws_appautoscaling_policy'),
      ),
  );
}
