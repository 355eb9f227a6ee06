import { SnsTopicSubscription } from '@cdktf/provider-aws/lib/sns-topic-subscription/index.js';
import { Construct, type ITerraformDependable } from './cdktf.ts';
import type { OrderTopic } from './order-topic.ts';
import { PropCheck } from './prop-check.ts';

export interface HttpSubscriptionProps {
  readonly topic: OrderTopic;
  /** `http://…` or `https://…`. */
  readonly endpoint: string;
  /** Services that answer the confirmation, and the rules that lead to them. */
  readonly after: readonly ITerraformDependable[];
  /** How long Terraform waits for the confirmation, 1–60 minutes. @default 3 */
  readonly confirmationTimeoutMinutes?: number;
  /** Retries of one delivery, 0–100, the first waits 1 s, then up to 20 s. @default 30 */
  readonly retries?: number;
}

/**
 * An HTTP subscription that the service confirms by itself. It waits for that service: SNS asks only once, and Terraform
 * fails where nobody answers.
 */
export class HttpSubscription extends Construct {
  constructor(scope: Construct, id: string, props: HttpSubscriptionProps) {
    super(scope, id);
    const { endpoint, retries = 30, confirmationTimeoutMinutes = 3 } = props;
    new PropCheck(scope, id)
      .that(/^https?:\/\//.test(endpoint), {
        prop: 'endpoint',
        value: endpoint,
        rule: 'an http or https URL (SNS sns-http-https-endpoint-as-subscriber)',
        fix: 'put http:// before the load balancer name',
      })
      .range('retries', retries, { min: 0, max: 100, source: 'SNS sns-message-delivery-retries' })
      .range('confirmationTimeoutMinutes', confirmationTimeoutMinutes, { min: 1, max: 60, unit: 'minutes' })
      .done();
    new SnsTopicSubscription(this, 'subscription', {
      topicArn: props.topic.arn,
      protocol: endpoint.startsWith('https:') ? 'https' : 'http',
      endpoint,
      endpointAutoConfirms: true,
      confirmationTimeoutInMinutes: confirmationTimeoutMinutes,
      deliveryPolicy: deliveryPolicy(retries),
      redrivePolicy: JSON.stringify({ deadLetterTargetArn: props.topic.deadLetterQueueArn }),
      dependsOn: [...props.after],
    });
  }
}

/** SNS's default of 3 retries, 20 s apart, is over before a failed deployment has rolled back. */
function deliveryPolicy(retries: number): string {
  return JSON.stringify({
    healthyRetryPolicy: {
      minDelayTarget: 1,
      maxDelayTarget: 20,
      numRetries: retries,
      numNoDelayRetries: 0,
      numMinDelayRetries: 0,
      numMaxDelayRetries: Math.floor(retries / 2),
      backoffFunction: 'exponential',
    },
  });
}
