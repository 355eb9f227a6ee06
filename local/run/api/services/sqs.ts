/** Amazon SQS, as far as reading dead letters needs it. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ApiError } from '../../contracts.ts';
import type { QueueMessage } from '../../topics/queues.ts';
import { type Call, operation, type ServiceTable } from '../operation.ts';
import { paginate } from '../pages.ts';
import { integer, name, names, text } from '../schema.ts';

const url = z.object({ QueueUrl: name });

export const sqs: ServiceTable = {
  name: 'sqs',
  targetPrefix: 'AmazonSQS',
  jsonVersion: '1.0',
  validationError: 'InvalidParameterValue',
  missingError: 'MissingParameter',
  queryCompatible: true,
  operations: {
    GetQueueUrl: operation(z.object({ QueueName: name }), ({ QueueName }, call) => ({
      QueueUrl: urlOf(need(call, QueueName).name, call),
    })),
    ListQueues: operation(
      z.object({
        QueueNamePrefix: text.optional(),
        NextToken: text.optional(),
        MaxResults: integer(1, 1000).optional(),
      }),
      ({ QueueNamePrefix = '', NextToken, MaxResults = 1000 }, call) => {
        const found = call.topics.queues.list().filter((queue) => queue.name.startsWith(QueueNamePrefix));
        const options = { token: NextToken, max: MaxResults, errorCode: 'InvalidParameterValue' };
        const page = paginate(found, (queue) => queue.name, options);
        return { QueueUrls: page.items.map((queue) => urlOf(queue.name, call)), NextToken: page.next };
      },
    ),
    GetQueueAttributes: operation(url.extend({ AttributeNames: names.optional() }), attributes),
    SendMessage: operation(
      url.extend({ MessageBody: z.string().min(1).max(262_144) }).strict(),
      ({ QueueUrl, MessageBody }, call) => {
        const MessageId = call.topics.queues.send(need(call, QueueUrl).arn, MessageBody);
        if (MessageId === null)
          throw new ApiError('OverLimit', 'The queue holds as many messages as the plane keeps.', 403);
        return { MessageId, MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') };
      },
    ),
    ReceiveMessage: operation(
      url.extend({
        MaxNumberOfMessages: integer(1, 10).optional(),
        VisibilityTimeout: integer(0, 43_200).optional(),
        WaitTimeSeconds: integer(0, 20).optional(),
      }),
      async (input, call) => {
        const messages = await call.topics.queues.receive(need(call, input.QueueUrl).arn, {
          max: input.MaxNumberOfMessages ?? 1,
          visibilitySeconds: input.VisibilityTimeout ?? 30,
          waitWallMs: (input.WaitTimeSeconds ?? 0) * 1000,
          signal: call.signal,
        });
        return messages.length > 0 ? { Messages: messages.map((message) => messageShape(message, call)) } : {};
      },
    ),
    DeleteMessage: operation(url.extend({ ReceiptHandle: name }), ({ QueueUrl, ReceiptHandle }, call) => {
      call.topics.queues.delete(need(call, QueueUrl).arn, ReceiptHandle);
      return {};
    }),
    PurgeQueue: operation(url, ({ QueueUrl }, call) => {
      call.topics.queues.purge(need(call, QueueUrl).arn);
      return {};
    }),
  },
};

function need(call: Call, nameOrUrl: string) {
  const queue = call.topics.queues.find(nameOrUrl);
  if (!queue) throw new ApiError('AWS.SimpleQueueService.NonExistentQueue', 'The specified queue does not exist.');
  return queue;
}

/** Clients send their calls to the URL itself, so it names the plane. */
function urlOf(queue: string, call: Call): string {
  return `${call.baseUrl}/${call.accountId}/${queue}`;
}

function attributes(
  { QueueUrl, AttributeNames = [] }: { QueueUrl: string; AttributeNames?: string[] | undefined },
  call: Call,
): object {
  const queue = need(call, QueueUrl);
  const all: Record<string, string> = {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(queue.visibleMessages),
    ApproximateNumberOfMessagesNotVisible: String(queue.inFlightMessages),
    ApproximateNumberOfMessagesDelayed: '0',
    CreatedTimestamp: String(Math.floor(queue.createdAtMs / 1000)),
    VisibilityTimeout: '30',
  };
  const wanted = Object.entries(all).filter(([key]) => AttributeNames.includes('All') || AttributeNames.includes(key));
  return wanted.length > 0 ? { Attributes: Object.fromEntries(wanted) } : {};
}

function messageShape(message: QueueMessage, call: Call): object {
  const custom = [...message.attributes].map(([key, { type, stringValue, binaryValue }]): [string, object] => [
    key,
    { DataType: type, StringValue: stringValue, BinaryValue: binaryValue },
  ]);
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: message.md5OfBody,
    Body: message.body,
    Attributes: {
      SenderId: call.accountId,
      SentTimestamp: String(Math.floor(message.sentAtMs)),
      ApproximateReceiveCount: String(message.receiveCount),
      ApproximateFirstReceiveTimestamp: String(Math.floor(message.firstReceivedAtMs)),
    },
    ...(custom.length > 0 ? { MessageAttributes: Object.fromEntries(custom) } : {}),
  };
}
