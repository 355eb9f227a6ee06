import test from 'ava';
import type { TerraformStack } from './cdktf.ts';
import { EcsCluster } from './ecs-cluster.ts';
import { HttpSubscription, type HttpSubscriptionProps } from './http-subscription.ts';
import { OrderTable } from './order-table.ts';
import { OrderTopic } from './order-topic.ts';
import { refuses, synth } from './testing/synth.ts';

const topic = (stack: TerraformStack) =>
  new OrderTopic(stack, 'orders', { name: 'interstella-Orders', displayName: 'Orders' });
const subscribe = (stack: TerraformStack, props: Partial<HttpSubscriptionProps> = {}) =>
  new HttpSubscription(stack, 'subscription', {
    topic: topic(stack),
    endpoint: 'http://alb/order/',
    after: [],
    ...props,
  });

test('messages are signed with SHA256, and encrypted while SNS keeps them', (t) => {
  t.like(synth((stack) => void topic(stack)).one('aws_sns_topic'), {
    name: 'interstella-Orders',
    signature_version: 2,
    kms_master_key_id: 'alias/aws/sns',
  });
});

test('undelivered orders go to a queue that takes from this topic alone', (t) => {
  const out = synth((stack) => void subscribe(stack));
  t.like(out.one('aws_sqs_queue'), { name: 'interstella-Orders-undelivered', message_retention_seconds: 1_209_600 });
  const [statement] = JSON.parse(out.one('aws_sqs_queue_policy').policy).Statement;
  t.regex(statement.Condition.ArnEquals['aws:SourceArn'], /aws_sns_topic\.orders/);
  t.regex(JSON.parse(out.one('aws_sns_topic_subscription').redrive_policy).deadLetterTargetArn, /aws_sqs_queue/);
});

test('a subscription waits for the service that confirms it', (t) => {
  const out = synth((stack) => {
    const cluster = new EcsCluster(stack, 'c', { name: 'stands-for-a-service' });
    subscribe(stack, { after: [cluster.useCapacityProviders(['FARGATE'])] });
  });
  const subscription = out.one('aws_sns_topic_subscription');
  t.like(subscription, { protocol: 'http', endpoint: 'http://alb/order/', endpoint_auto_confirms: true });
  t.is(subscription.depends_on.length, 1);
});

test('retries outlast a deployment that rolls back', (t) => {
  const out = synth((stack) => void subscribe(stack));
  const retry = JSON.parse(out.one('aws_sns_topic_subscription').delivery_policy).healthyRetryPolicy;
  t.like(retry, { numRetries: 30, minDelayTarget: 1, maxDelayTarget: 20 });
  t.true(retry.numNoDelayRetries + retry.numMinDelayRetries + retry.numMaxDelayRetries <= retry.numRetries);
});

test('bad props are told at once', (t) => {
  refuses(
    t,
    ['confirmationTimeoutMinutes', 'endpoint', 'retries'],
    (stack) => void subscribe(stack, { endpoint: 'alb/order/', retries: 101, confirmationTimeoutMinutes: 0 }),
  );
  refuses(t, ['name'], (stack) => new OrderTopic(stack, 'o', { name: 'no spaces', displayName: '' }));
});

test('orders are kept by MessageId; readers and writers name single items', (t) => {
  const out = synth((stack) => {
    const table = new OrderTable(stack, 'orders', { name: 'interstella-orders' });
    t.deepEqual(
      table.readWriteStatements().flatMap((statement) => statement.actions),
      ['dynamodb:GetItem', 'dynamodb:PutItem'],
    );
  });
  t.like(out.one('aws_dynamodb_table'), { hash_key: 'MessageId', attribute: [{ name: 'MessageId', type: 'S' }] });
  t.is(out.one('aws_dynamodb_table').billing_mode, 'PAY_PER_REQUEST');
});
