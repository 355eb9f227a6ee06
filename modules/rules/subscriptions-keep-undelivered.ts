import type { HouseRule } from './rule.ts';
import { isReference, parsed } from './values.ts';

const PUSHED = ['http', 'https', 'lambda', 'sqs', 'firehose'];

export const subscriptionsKeepUndelivered: HouseRule = {
  id: 'subscriptions-keep-undelivered',
  severity: 'warning',
  rule: 'a subscription has a dead-letter queue, else what was retried in vain is lost (SNS sns-dead-letter-queues)',
  check: (estate) =>
    estate
      .all('aws_sns_topic_subscription')
      .filter(({ body }) => PUSHED.includes(body.protocol) && !namesQueue(body.redrive_policy))
      .map(({ address, body }) => ({
        address: `${address}.redrive_policy`,
        value: body.redrive_policy ?? null,
        fix: 'name a dead-letter queue',
      })),
};

function namesQueue(policy: unknown): boolean {
  const document = parsed(policy);
  return document === undefined ? isReference(policy) : Boolean(document?.deadLetterTargetArn);
}
