import { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic/index.js';
import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue/index.js';
import { SqsQueuePolicy } from '@cdktf/provider-aws/lib/sqs-queue-policy/index.js';
import { Construct } from './cdktf.ts';
import { PropCheck } from './prop-check.ts';

/**
 * SNS's key of the account, without a charge. Whoever may publish in the account may use it; publishers of other accounts
 * and AWS services such as CloudWatch would need a key with a policy of its own (SNS sns-key-management).
 */
const AWS_MANAGED_KEY = 'alias/aws/sns';

export interface OrderTopicProps {
  /** 1–256 letters, digits, hyphens and underscores. The dead-letter queue is `<name>-undelivered`. */
  readonly name: string;
  /** At most 100 characters. */
  readonly displayName: string;
  /** How long undelivered orders are kept, 1–14 days. @default 14 */
  readonly keepUndeliveredDays?: number;
}

/**
 * A topic for orders, signed with SHA256 and encrypted at rest, and the queue that takes what SNS could not deliver: without it an order is gone
 * once its retries are used up (SNS sns-dead-letter-queues).
 */
export class OrderTopic extends Construct {
  readonly arn: string;
  readonly name: string;
  readonly deadLetterQueueArn: string;
  readonly deadLetterQueueUrl: string;

  constructor(scope: Construct, id: string, props: OrderTopicProps) {
    super(scope, id);
    new PropCheck(scope, id)
      .matches('name', props.name, {
        pattern: /^[\w-]{1,68}$/,
        rule: '1–68 letters, digits, hyphens and underscores (SNS CreateTopic; 68 leaves room for the queue, SQS CreateQueue: 80)',
      })
      .range('keepUndeliveredDays', props.keepUndeliveredDays, { min: 1, max: 14, unit: 'days' })
      .done();
    const topic = new SnsTopic(this, 'topic', {
      name: props.name,
      displayName: props.displayName,
      signatureVersion: 2,
      kmsMasterKeyId: AWS_MANAGED_KEY,
    });
    const queue = new SqsQueue(this, 'undelivered', {
      name: `${props.name}-undelivered`,
      messageRetentionSeconds: (props.keepUndeliveredDays ?? 14) * 24 * 60 * 60,
      sqsManagedSseEnabled: true,
    });
    new SqsQueuePolicy(this, 'undelivered-policy', { queueUrl: queue.id, policy: fromTopic(queue.arn, topic.arn) });
    this.arn = topic.arn;
    this.name = topic.name;
    this.deadLetterQueueArn = queue.arn;
    this.deadLetterQueueUrl = queue.id;
  }
}

/** Lets SNS write to the queue for this topic alone. */
function fromTopic(queueArn: string, topicArn: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
        Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
      },
    ],
  });
}
