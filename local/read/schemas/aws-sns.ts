/** aws_sns_topic, aws_sns_topic_subscription, aws_sqs_queue (SNS and SQS developer guides). */
import { bool, COMMON, inert, json, never, number, schema, text, word } from '../schema.ts';

const ENCRYPTION = 'nothing is encrypted at rest here';
const FEEDBACK = 'delivery status goes to the plane’s events';
const FIFO = 'of FIFO topics only';

export const TOPIC = schema(['aws_sns_topic'], {
  name: text({ pattern: /^[A-Za-z0-9_-]{1,256}$/, rule: 'at most 256 letters, digits, hyphens and underscores' }),
  name_prefix: text(),
  display_name: text({ fallback: '' }),
  delivery_policy: json(),
  signature_version: number({ fallback: 1, min: 1, max: 2 }),
  fifo_topic: never('FIFO topics cannot deliver to HTTP endpoints (SNS fifo-topics)'),
  content_based_deduplication: never(FIFO),
  fifo_throughput_scope: inert(FIFO),
  archive_policy: inert(FIFO),
  policy: inert('anybody on this machine may publish'),
  kms_master_key_id: inert(ENCRYPTION),
  tracing_config: inert('there is no X-Ray here'),
  application_failure_feedback_role_arn: inert(FEEDBACK),
  application_success_feedback_role_arn: inert(FEEDBACK),
  application_success_feedback_sample_rate: inert(FEEDBACK),
  firehose_failure_feedback_role_arn: inert(FEEDBACK),
  firehose_success_feedback_role_arn: inert(FEEDBACK),
  firehose_success_feedback_sample_rate: inert(FEEDBACK),
  http_failure_feedback_role_arn: inert(FEEDBACK),
  http_success_feedback_role_arn: inert(FEEDBACK),
  http_success_feedback_sample_rate: inert(FEEDBACK),
  lambda_failure_feedback_role_arn: inert(FEEDBACK),
  lambda_success_feedback_role_arn: inert(FEEDBACK),
  lambda_success_feedback_sample_rate: inert(FEEDBACK),
  sqs_failure_feedback_role_arn: inert(FEEDBACK),
  sqs_success_feedback_role_arn: inert(FEEDBACK),
  sqs_success_feedback_sample_rate: inert(FEEDBACK),
  ...COMMON,
});

export const SUBSCRIPTION = schema(['aws_sns_topic_subscription'], {
  topic_arn: text({ required: true }),
  /** Only http, https and sqs are delivered; the others are accepted without effect (see kinds). */
  protocol: word(['http', 'https', 'sqs', 'email', 'email-json', 'sms', 'application', 'firehose', 'lambda']),
  endpoint: text({ required: true }),
  raw_message_delivery: bool(false),
  filter_policy: json(),
  filter_policy_scope: word(['MessageAttributes', 'MessageBody'], 'MessageAttributes'),
  delivery_policy: json(),
  redrive_policy: json(),
  confirmation_timeout_in_minutes: number({ fallback: 1, min: 0 }),
  endpoint_auto_confirms: inert('every endpoint is asked to confirm'),
  subscription_role_arn: inert('of Firehose only'),
  replay_policy: inert(FIFO),
  region: COMMON.region,
});

export const QUEUE = schema(['aws_sqs_queue'], {
  name: text({ pattern: /^[A-Za-z0-9_-]{1,80}$/, rule: 'at most 80 letters, digits, hyphens and underscores' }),
  name_prefix: text(),
  message_retention_seconds: inert('a plane lives for hours at most'),
  visibility_timeout_seconds: inert('messages are shown until they are deleted'),
  delay_seconds: inert('messages are there at once'),
  receive_wait_time_seconds: inert('calls answer at once'),
  max_message_size: inert('the topic’s limit holds'),
  kms_master_key_id: inert(ENCRYPTION),
  kms_data_key_reuse_period_seconds: inert(ENCRYPTION),
  sqs_managed_sse_enabled: inert(ENCRYPTION),
  policy: inert('anybody on this machine may read'),
  redrive_policy: inert('only topics redrive here'),
  redrive_allow_policy: inert('only topics redrive here'),
  fifo_queue: never('a queue here has no order'),
  content_based_deduplication: never('a queue here has no order'),
  deduplication_scope: inert('of FIFO queues only'),
  fifo_throughput_limit: inert('of FIFO queues only'),
  ...COMMON,
});
