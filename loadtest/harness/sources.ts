/** Reads the ledger's sources through the AWS-compatible endpoint: the order table and the fulfilments' log lines. */
import {
  CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { DescribeTableCommand, DynamoDBClient, paginateListTables } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { OrderLedger } from '../systems.ts';

export interface SourceReader {
  /** MessageIds in the order table. @throws Error where no table fits */
  stored(): Promise<string[]>;
  /** MessageId → logged fulfilments; null where no log group can be read. */
  effects(): Promise<Record<string, number> | null>;
  close(): void;
}

/** What a client needs to reach the plane, or AWS itself where `endpoint` is null. */
export interface AwsAccess {
  readonly endpoint: string | null;
  readonly region: string;
}

export function createSourceReader(access: AwsAccess, ledger: OrderLedger): SourceReader {
  const config = {
    region: access.region,
    ...(access.endpoint
      ? { endpoint: access.endpoint, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }
      : {}),
  };
  const dynamo = new DynamoDBClient(config);
  const documents = DynamoDBDocumentClient.from(dynamo);
  const logs = new CloudWatchLogsClient(config);
  let table: Promise<string> | null = null;
  return {
    async stored() {
      table ??= findTable(dynamo, ledger);
      return scanIds(documents, await table, ledger.keyAttribute);
    },
    effects: () => countEffects(logs, ledger.fulfilledEvent),
    close() {
      documents.destroy();
      dynamo.destroy();
      logs.destroy();
    },
  };
}

async function findTable(client: DynamoDBClient, ledger: OrderLedger): Promise<string> {
  const fitting: string[] = [];
  for await (const page of paginateListTables({ client }, {})) {
    for (const name of page.TableNames ?? []) {
      if (!name.endsWith(ledger.tableSuffix)) continue;
      const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
      const key = Table?.KeySchema?.find((entry) => entry.KeyType === 'HASH')?.AttributeName;
      if (key === ledger.keyAttribute) fitting.push(name);
    }
  }
  const [only] = fitting;
  if (fitting.length === 1 && only) return only;
  const found = fitting.length === 0 ? 'none' : fitting.join(', ');
  throw new Error(
    `one table ending in ${ledger.tableSuffix} with hash key ${ledger.keyAttribute} is needed; found: ${found}`,
  );
}

async function scanIds(client: DynamoDBDocumentClient, table: string, key: string): Promise<string[]> {
  const ids: string[] = [];
  const query = {
    TableName: table,
    ConsistentRead: true,
    ProjectionExpression: '#key',
    ExpressionAttributeNames: { '#key': key },
  };
  for await (const page of paginateScan({ client }, query)) {
    for (const item of page.Items ?? []) ids.push(String(item[key]));
  }
  return ids;
}

async function countEffects(client: CloudWatchLogsClient, event: string): Promise<Record<string, number> | null> {
  const counts: Record<string, number> = {};
  let groups = 0;
  for await (const page of paginateDescribeLogGroups({ client }, {})) {
    for (const group of page.logGroups ?? []) {
      groups += 1;
      await countInGroup(client, { group: group.logGroupName ?? '', event, counts });
    }
  }
  return groups > 0 ? counts : null;
}

async function countInGroup(
  client: CloudWatchLogsClient,
  search: { group: string; event: string; counts: Record<string, number> },
): Promise<void> {
  const query = { logGroupName: search.group, filterPattern: `"${search.event}"` };
  for await (const page of paginateFilterLogEvents({ client, pageSize: 10_000 }, query)) {
    for (const record of page.events ?? []) {
      const id = messageIdOf(record.message ?? '', search.event);
      if (id !== null) search.counts[id] = (search.counts[id] ?? 0) + 1;
    }
  }
}

/** The filter finds the term anywhere in a line: only a JSON line whose `event` it is counts. */
export function messageIdOf(line: string, event: string): string | null {
  try {
    const entry = JSON.parse(line) as { event?: unknown; messageId?: unknown };
    return entry.event === event && typeof entry.messageId === 'string' ? entry.messageId : null;
  } catch {
    return null;
  }
}
