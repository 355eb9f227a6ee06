/** Subscriptions, secrets and log groups: what tasks and topics need to find. */

import type { Problem } from '../../errors.ts';
import type { FidelityNote, Topology } from '../../topology.ts';
import { isOf, keyOfValue, parseSecretReference } from '../secret-reference.ts';
import { lost } from './find.ts';

export const checkDelivery = (t: Topology): Problem[] => [...subscriptions(t), ...secrets(t), ...groupTargets(t)];

function subscriptions(t: Topology): Problem[] {
  const topics = new Set(t.topics.map((x) => x.arn));
  const queues = new Set(t.queues.map((q) => q.arn));
  return t.subscriptions.flatMap((s) => [
    ...(topics.has(s.topicArn) ? [] : [lost(`${s.address}.topic_arn`, s.topicArn, 'topic', 'aws_sns_topic')]),
    ...(s.protocol === 'sqs' && !queues.has(s.endpoint)
      ? [lost(`${s.address}.endpoint`, s.endpoint, 'queue', 'aws_sqs_queue')]
      : []),
    ...(s.deadLetterTargetArn && !queues.has(s.deadLetterTargetArn)
      ? [lost(`${s.address}.redrive_policy`, s.deadLetterTargetArn, 'queue', 'aws_sqs_queue')]
      : []),
  ]);
}

/** Secrets come from parameters and from Secrets Manager (ECS specifying-sensitive-data). */
function secrets(t: Topology): Problem[] {
  return t.taskDefinitions.flatMap((d) =>
    d.containers.flatMap((c) =>
      c.secrets.flatMap(({ name, valueFrom }) => {
        const message = wrongSecret(valueFrom, t);
        const address = `${d.address}.container_definitions[${c.name}].secrets`;
        return message === null ? [] : [secretProblem(address, valueFrom, `the secret ${name} ${message}`)];
      }),
    ),
  );
}

const secretProblem = (address: string, value: string, message: string): Problem => ({
  code: 'INVALID_ATTRIBUTE',
  address,
  message,
  value,
  rule: 'the name or ARN of an SSM parameter, or ARN[:JSON-KEY:VERSION-STAGE:VERSION-ID] of a secret of Secrets Manager',
  fix: 'correct valueFrom',
});

/** What is wrong with a reference; null for nothing, and for what these stacks do not declare. */
function wrongSecret(valueFrom: string, t: Topology): string | null {
  if (!valueFrom.startsWith('arn:') || /^arn:[\w-]+:ssm:/.test(valueFrom)) return null;
  const reference = parseSecretReference(valueFrom);
  if (!reference) return 'is neither a parameter nor a secret';
  const found = t.secretValues.find((s) => isOf(reference, s.secretArn));
  if (!found || reference.jsonKey === '' || keyOfValue(found.value, reference.jsonKey) !== null) return null;
  return `takes the JSON key ${reference.jsonKey}, which the value has not`;
}

function groupTargets(t: Topology): Problem[] {
  const groups = new Map(t.targetGroups.map((g) => [g.arn, g]));
  return t.autoScalingGroups.flatMap((asg) =>
    asg.targetGroupArns.flatMap((arn): Problem[] => {
      const group = groups.get(arn);
      if (!group) return [lost(`${asg.address}.target_group_arns`, arn, 'target group', 'aws_lb_target_group')];
      if (group.targetType === 'instance') return [];
      return [
        {
          code: 'INVALID_ATTRIBUTE',
          address: `${group.address}.target_type`,
          message: `${asg.name} registers instances`,
          value: group.targetType,
          rule: 'an Auto Scaling group needs target type instance',
          fix: 'set target_type to instance',
        },
      ];
    }),
  );
}

/** What would stop or silence a task on AWS, yet may be made by something other than these stacks. */
export function deliveryNotes(t: Topology): FidelityNote[] {
  const groups = new Set(t.logGroups.map((g) => g.name));
  const parameters = new Set(t.parameters.flatMap((p) => [p.name, p.arn]));
  const isDeclared = (valueFrom: string): boolean => {
    const secret = parseSecretReference(valueFrom);
    return secret ? t.secretValues.some((s) => isOf(secret, s.secretArn)) : parameters.has(valueFrom);
  };
  return t.taskDefinitions.flatMap((d) =>
    d.containers.flatMap((c) => {
      const log = c.logConfiguration;
      const at = `${d.address}.container_definitions[${c.name}]`;
      const notes: FidelityNote[] = c.secrets
        .filter((s) => !isDeclared(s.valueFrom))
        .map((s) => ({
          subject: `${at}.secrets`,
          kind: 'approximated',
          reason: `no ${/:secretsmanager:/.test(s.valueFrom) ? 'value of the secret' : 'parameter'} ${s.valueFrom} is declared: unless it is put before, a task stops with ResourceInitializationError`,
        }));
      if (log?.driver === 'awslogs' && log.group && !log.createGroup && !groups.has(log.group))
        notes.push({
          subject: `${at}.logConfiguration`,
          kind: 'approximated',
          reason: `the log group ${log.group} is not declared: on AWS a task would not start; here the group is made`,
        });
      return notes;
    }),
  );
}
