/** Reads what may be set on a subscription, from Terraform's attributes or from the API's strings. Collects all problems. */
import { type Problem, throwIfAny } from '../../errors.ts';
import type { TopicsContext } from './context.ts';
import { EMPTY_POLICY, parseDeliveryPolicy } from './delivery-policy.ts';
import { parseFilterPolicy } from './filter-policy.ts';
import type { SubscriptionRecord, SubscriptionSettings } from './types.ts';

export interface SettingsSource {
  readonly rawMessageDelivery: boolean;
  readonly filterPolicy: unknown;
  readonly filterPolicyScope: 'MessageAttributes' | 'MessageBody';
  readonly deliveryPolicy: unknown;
  readonly deadLetterTargetArn: string | null;
}

function readSettings(
  source: SettingsSource,
  at: { readonly address: string; readonly problems: Problem[]; readonly hasQueue: (arn: string) => boolean },
): SubscriptionSettings {
  const deliveryPolicy = parseDeliveryPolicy(source.deliveryPolicy, 'subscription', at);
  const deadLetterTargetArn = source.deadLetterTargetArn || null;
  if (deadLetterTargetArn !== null && !at.hasQueue(deadLetterTargetArn)) {
    at.problems.push({
      code: 'INVALID_ATTRIBUTE',
      address: `${at.address}.redrive_policy`,
      message: 'deadLetterTargetArn names no queue of the plane',
      value: deadLetterTargetArn,
      rule: 'SNS sns-dead-letter-queues: the queue must exist',
      fix: 'define the aws_sqs_queue in one of the stacks, or leave redrive_policy out',
    });
  }
  return {
    rawMessageDelivery: source.rawMessageDelivery,
    filter: parseFilterPolicy(source.filterPolicy, source.filterPolicyScope, at),
    filterPolicySource: source.filterPolicy || null,
    filterPolicyScope: source.filterPolicyScope,
    deliveryPolicy: deliveryPolicy === EMPTY_POLICY ? null : deliveryPolicy,
    deliveryPolicySource: source.deliveryPolicy || null,
    deadLetterTargetArn,
  };
}

/** The settings of a subscription in the form they are read from. */
export function sourceOf({ settings }: SubscriptionRecord): SettingsSource {
  const { rawMessageDelivery, filterPolicyScope, deadLetterTargetArn } = settings;
  return {
    rawMessageDelivery,
    filterPolicy: settings.filterPolicySource,
    filterPolicyScope,
    deliveryPolicy: settings.deliveryPolicySource,
    deadLetterTargetArn,
  };
}

/** @throws CutoverError with every problem of the settings */
export function settingsFor(
  context: TopicsContext,
  address: string,
  source: SettingsSource,
): SubscriptionRecord['settings'] {
  const problems: Problem[] = [];
  const hasQueue = (arn: string): boolean => context.queues.list().some((queue) => queue.arn === arn);
  const settings = readSettings(source, { address, problems, hasQueue });
  throwIfAny(problems);
  return settings;
}
