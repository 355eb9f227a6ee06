import type { Rule } from '../../contracts.ts';

export const deadLetterMissing: Rule = {
  id: 'dead-letter-missing',
  severity: 'warning',
  text: 'a message whose retries are used up is gone, unless a redrive policy names a dead-letter queue',
  page: 'SNS sns-dead-letter-queues',
  fix: 'set redrive_policy with the ARN of an aws_sqs_queue',
  find: ({ topology }) =>
    topology.subscriptions
      .filter((s) => s.deadLetterTargetArn === null)
      .map((s) => ({
        address: `${s.address}.redrive_policy`,
        message: `what ${s.endpoint} does not take is lost`,
        value: null,
      })),
};
