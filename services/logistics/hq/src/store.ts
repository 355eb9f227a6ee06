/**
 * The order store: each MessageId once, by a conditional put. Needs dynamodb:PutItem and dynamodb:GetItem on the table.
 */
import { randomUUID } from 'node:crypto';
import {
  type AttributeValue,
  DynamoDBClient,
  PutItemCommand,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import type { FulfilmentRequest, HealthReport } from '../../../kit/src/index.ts';
import { ServiceError } from '../../../kit/src/index.ts';
import { createDirectPut } from './direct-put.ts';

export interface StoredOrder {
  readonly MessageId: string;
  readonly Items: FulfilmentRequest['items'];
  readonly Source: string;
  /** UTC, ISO 8601. */
  readonly FulfilledAt: string;
}

export interface OrderStore {
  /**
   * Keeps the order unless its MessageId is kept already.
   * @returns whether this call is the one that fulfilled it
   * @throws ServiceError STORE_UNAVAILABLE, after which the caller may repeat
   */
  putOnce(request: FulfilmentRequest): Promise<'fulfilled' | 'already-fulfilled'>;
  /** @throws ServiceError STORE_UNAVAILABLE */
  get(messageId: string): Promise<StoredOrder | null>;
  /** Unhealthy where the table cannot be used until somebody acts: it is missing, or access is denied. */
  health(): Promise<HealthReport>;
  close(): void;
}

export interface OrderStoreOptions {
  readonly table: string;
  readonly region: string;
  /** Default: AWS's own. */
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Bound on one call with its retries, milliseconds. */
  readonly timeoutMs: number;
}

/** How long an answer about health is kept, milliseconds: health checks must not be the table's main load. */
const HEALTH_KEPT_MS = 2_000;
/** No time will mend these; DynamoDB's other errors may pass. */
const NEEDS_SOMEBODY = new Set([
  'ResourceNotFoundException',
  'AccessDeniedException',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'CredentialsProviderError',
  'ValidationException',
]);

export function createOrderStore(options: OrderStoreOptions): OrderStore {
  const { table, timeoutMs } = options;
  const client = new DynamoDBClient({
    region: options.region,
    endpoint: options.endpoint,
    credentials: options.credentials,
    maxAttempts: 3,
    requestHandler: { requestTimeout: timeoutMs, connectionTimeout: Math.min(timeoutMs, 2_000) },
  });
  const documents = DynamoDBDocumentClient.from(client);
  const direct = createDirectPut(client, timeoutMs);
  const bounded = <T>(call: (abortSignal: AbortSignal) => Promise<T>): Promise<T> => withinTime(call, timeoutMs);
  const read = async (messageId: string): Promise<(StoredOrder & { PutId: string }) | null> => {
    const command = new GetCommand({ TableName: table, Key: { MessageId: messageId }, ConsistentRead: true });
    return (
      ((await bounded((abortSignal) => documents.send(command, { abortSignal }))).Item as
        | (StoredOrder & { PutId: string })
        | undefined) ?? null
    );
  };
  const put = async (input: PutItemCommandInput, abortSignal: AbortSignal): Promise<'put' | 'refused'> => {
    const answer = await direct.put(input, abortSignal);
    if (answer !== null) return answer;
    try {
      await client.send(new PutItemCommand(input), { abortSignal });
      return 'put';
    } catch (error) {
      if (nameOf(error) === 'ConditionalCheckFailedException') return 'refused';
      throw error;
    }
  };
  let health: { at: number; report: Promise<HealthReport> } | null = null;

  return {
    async putOnce(request) {
      const putId = randomUUID();
      try {
        const input = { TableName: table, Item: item(request, putId), ...ONCE };
        if ((await bounded((abortSignal) => put(input, abortSignal))) === 'put') return 'fulfilled';
      } catch (error) {
        throw unavailable(table, error);
      }
      // A put whose answer was lost is repeated: then it is our own put that stands in the way.
      const kept = await read(request.messageId).catch((error: unknown) => Promise.reject(unavailable(table, error)));
      return kept?.PutId === putId ? 'fulfilled' : 'already-fulfilled';
    },
    async get(messageId) {
      const kept = await read(messageId).catch((error: unknown) => Promise.reject(unavailable(table, error)));
      if (!kept) return null;
      const { PutId: _, ...order } = kept;
      return order;
    },
    health() {
      const now = performance.now();
      if (!health || now - health.at > HEALTH_KEPT_MS) {
        const report = read('health-check').then(
          () => ({ healthy: true }),
          (error: unknown) => ({ healthy: !NEEDS_SOMEBODY.has(nameOf(error)), detail: explain(table, error) }),
        );
        health = { at: now, report };
      }
      return health.report;
    },
    close() {
      client.destroy();
      void direct.close();
    },
  };
}

const ONCE = { ConditionExpression: 'attribute_not_exists(MessageId)' };

/** A {@link StoredOrder} and its PutId, as DynamoDB writes them. */
function item(request: FulfilmentRequest, putId: string): Record<string, AttributeValue> {
  const items = Object.entries(request.items).map(([name, quantity]) => [name, { N: String(quantity) }]);
  return {
    MessageId: { S: request.messageId },
    Items: { M: Object.fromEntries(items) },
    Source: { S: request.source },
    FulfilledAt: { S: new Date().toISOString() },
    PutId: { S: putId },
  };
}

function unavailable(table: string, cause: unknown): ServiceError {
  return new ServiceError('STORE_UNAVAILABLE', `the order store is not available: ${explain(table, cause)}`, { cause });
}

/** Says what is wrong with the table, without the SDK's words, which may name hosts and accounts. */
function explain(table: string, error: unknown): string {
  const name = nameOf(error);
  if (name === 'ResourceNotFoundException') return `the table ${table} does not exist`;
  if (name === 'ValidationException') return `the table ${table} has another key than MessageId (S)`;
  if (NEEDS_SOMEBODY.has(name)) return `access to the table ${table} is denied (${name})`;
  return `the table ${table} did not answer (${name})`;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}

/** AbortSignal.timeout() would go off for every call, long answered or not, and make an exception each time. */
async function withinTime<T>(call: (abortSignal: AbortSignal) => Promise<T>, timeoutMs: number): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  try {
    return await call(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}
