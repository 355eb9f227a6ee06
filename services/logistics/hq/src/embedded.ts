/** The embedded order store: DynamoDB's API in this process, on a loopback port, its data on disk. */
import { mkdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';

export interface EmbeddedStore {
  /** Origin of its endpoint. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  close(): Promise<void>;
}

const REGION = 'us-east-1';
const CREDENTIALS = { accessKeyId: 'embedded', secretAccessKey: 'embedded' };

/**
 * Starts it and makes sure that the table exists.
 * @param options.path folder of the data; made where it is missing
 * @throws where the folder cannot be written or another process holds it
 */
export async function startEmbeddedStore(options: { path: string; table: string }): Promise<EmbeddedStore> {
  await mkdir(options.path, { recursive: true });
  const server = await createServer(options.path);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await createTable(endpoint, options.table);
  return {
    endpoint,
    region: REGION,
    credentials: CREDENTIALS,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/**
 * dynalite is loaded only here, by a name that no bundler follows: with DynamoDB itself neither it nor its native
 * database is needed. A bundle finds it where it runs beside a node_modules that has it.
 */
async function createServer(path: string): Promise<Server> {
  const packageName: string = 'dynalite';
  const { default: dynalite } = (await import(packageName)) as {
    default: (options: { path: string; createTableMs: number }) => Server;
  };
  return dynalite({ path, createTableMs: 0 });
}

async function createTable(endpoint: string, table: string): Promise<void> {
  const client = new DynamoDBClient({ endpoint, region: REGION, credentials: CREDENTIALS });
  try {
    const command = new CreateTableCommand({
      TableName: table,
      KeySchema: [{ AttributeName: 'MessageId', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'MessageId', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
    await client.send(command).catch((error: unknown) => {
      if ((error as Error).name !== 'ResourceInUseException') throw error;
    });
    for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 100)) {
      const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
      if (Table?.TableStatus === 'ACTIVE') return;
      await wait(pauseMs);
    }
  } finally {
    client.destroy();
  }
}
