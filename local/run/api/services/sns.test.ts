/** The SDK's SNS client against the endpoint. */
import * as snsClient from '@aws-sdk/client-sns';
import test from 'ava';
import { startReceiver } from '../../topics/testing/receiver.ts';
import * as build from '../testing/builders.ts';
import { clientConfig, startApi } from '../testing/plane.ts';

const plane = await startApi();
test.after.always(() => plane.close());

const config = clientConfig(plane.endpoint);
const sns = new snsClient.SNSClient(config);

test('SNS: subscribe, confirm by the link, publish, unsubscribe', async (t) => {
  const receiver = await startReceiver();
  t.teardown(() => receiver.close());
  const { TopicArn = '' } = await sns.send(
    new snsClient.CreateTopicCommand({ Name: 'orders', Attributes: { SignatureVersion: '2' } }),
  );
  const pending = await sns.send(
    new snsClient.SubscribeCommand({
      TopicArn,
      Protocol: 'http',
      Endpoint: receiver.url,
      Attributes: { FilterPolicy: '{"kind":["rush"]}', RawMessageDelivery: 'true' },
    }),
  );
  t.is(pending.SubscriptionArn, 'pending confirmation');
  const [confirmation] = await receiver.until(1, 'SubscriptionConfirmation');
  const { SubscribeURL } = JSON.parse(confirmation?.body ?? '{}') as { SubscribeURL: string };
  const link = new URL(SubscribeURL);
  const visited = await fetch(`${plane.endpoint}/${link.search}`);
  t.is(visited.status, 200);
  t.regex(await visited.text(), /<ConfirmSubscriptionResult><SubscriptionArn>arn:aws:sns/);
  const attribute = { DataType: 'String', StringValue: 'rush' };
  const { MessageId } = await sns.send(
    new snsClient.PublishCommand({ TopicArn, Message: 'grüße <&>\n', MessageAttributes: { kind: attribute } }),
  );
  const [request] = await receiver.until(1);
  t.is(request?.body, 'grüße <&>\n');
  t.is(request?.headers['x-amz-sns-message-id'], MessageId);
  const { Subscriptions } = await sns.send(new snsClient.ListSubscriptionsByTopicCommand({ TopicArn }));
  const SubscriptionArn = Subscriptions?.[0]?.SubscriptionArn ?? '';
  const { Attributes } = await sns.send(new snsClient.GetSubscriptionAttributesCommand({ SubscriptionArn }));
  t.like(Attributes, { FilterPolicy: '{"kind":["rush"]}', PendingConfirmation: 'false', RawMessageDelivery: 'true' });
  const topic = await sns.send(new snsClient.GetTopicAttributesCommand({ TopicArn }));
  t.like(topic.Attributes, { SignatureVersion: '2', SubscriptionsConfirmed: '1' });
  await sns.send(new snsClient.UnsubscribeCommand({ SubscriptionArn }));
  t.deepEqual((await sns.send(new snsClient.ListSubscriptionsCommand({}))).Subscriptions, []);
});

test('SNS: a batch succeeds and fails entry by entry', async (t) => {
  const { TopicArn = '' } = await sns.send(new snsClient.CreateTopicCommand({ Name: 'batch' }));
  const answer = await sns.send(
    new snsClient.PublishBatchCommand({
      TopicArn,
      PublishBatchRequestEntries: [
        { Id: 'a', Message: 'x' },
        { Id: 'b', Message: 'x', Subject: 'two\nlines' },
      ],
    }),
  );
  t.deepEqual(
    answer.Successful?.map((one) => one.Id),
    ['a'],
  );
  t.like(answer.Failed?.[0], { Id: 'b', Code: 'InvalidParameter', SenderFault: true });
  const entries = [
    { Id: 'a', Message: 'x' },
    { Id: 'a', Message: 'y' },
  ];
  const refused = sns.send(new snsClient.PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries }));
  await t.throwsAsync(refused, { name: 'BatchEntryIdsNotDistinctException' });
});

test('SNS refuses as AWS does', async (t) => {
  const TopicArn = build.arn('sns', 'none');
  await t.throwsAsync(sns.send(new snsClient.PublishCommand({ TopicArn, Message: 'x' })), {
    name: 'NotFoundException',
  });
  await t.throwsAsync(sns.send(new snsClient.CreateTopicCommand({ Name: 'a b' })), {
    name: 'InvalidParameterException',
    message: 'Invalid parameter: Topic Name',
  });
  for (const bad of ['garbage', 'arn:aws:sqs:us-east-1:123456789012:orders']) {
    const wrong = { name: 'InvalidParameterException', message: /^Invalid parameter: TopicArn/ };
    await t.throwsAsync(sns.send(new snsClient.PublishCommand({ TopicArn: bad, Message: 'x' })), wrong);
    const entries = [{ Id: 'a', Message: 'x' }];
    const batch = new snsClient.PublishBatchCommand({ TopicArn: bad, PublishBatchRequestEntries: entries });
    await t.throwsAsync(sns.send(batch), wrong);
    const subscribe = new snsClient.SubscribeCommand({
      TopicArn: bad,
      Protocol: 'http',
      Endpoint: 'http://127.0.0.1/',
    });
    await t.throwsAsync(sns.send(subscribe), wrong);
  }
  const fifo = new snsClient.CreateTopicCommand({ Name: 'a', Attributes: { FifoTopic: 'true' } });
  await t.throwsAsync(sns.send(fifo), { name: 'InvalidParameterException', message: /FifoTopic/ });
  await t.throwsAsync(sns.send(new snsClient.ConfirmSubscriptionCommand({ TopicArn, Token: 'x' })), {
    name: 'InvalidParameterException',
  });
});
