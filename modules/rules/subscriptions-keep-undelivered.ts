import type { HouseRule } from './rule.ts';

const PUSHED = ['http', 'https', 'lambda', 'sqs', 'firehose'];

export const subscriptionsKeepUndelivered: HouseRule = {
  id: 'subscriptions-keep-undelivered',
  rule: 'a subscription has a dead-letter queue, else what was retried in vain is lost (SNS sns-dead-letter-queues)',
  check: (estate) =>
    estate
      .all('aws_sns_topic_subscription')
      .filter(({ body }) => PUSHED.includes(body.protocol) && !body.redrive_policy)
      .map(({ address }) => ({ address: `${address}.redrive_policy`, value: null, fix: 'name a dead-letter queue' })),
};
