/** DynamoDB tables: dynalite in a child process, its data on disk, started when the first table is put. */
import { join } from 'node:path';
import { CutoverError } from '../../errors.ts';
import type { Table } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import type { ProcessHandle, ProcessRunner, ResourceHandler } from '../contracts.ts';

export interface Tables {
  readonly handler: ResourceHandler<Table>;
  /** Null until a table is there. */
  endpoint(): string | null;
  close(): Promise<void>;
}

export interface TablesOptions {
  readonly clock: Clock;
  readonly processes: ProcessRunner;
  readonly dataDir: string;
  readonly port: number;
  readonly region: string;
}

const START_LIMIT_MS = 20_000;
const STOP_GRACE_MS = 3000;
const POLL_MS = 30;

export function createTables(options: TablesOptions): Tables {
  const endpoint = `http://127.0.0.1:${options.port}`;
  let starting: Promise<void> | null = null;
  let handle: ProcessHandle | null = null;
  let closing = false;

  const call = (operation: string, body: object): Promise<CallResult> => callDynamo(endpoint, options.region, operation, body);

  function launch(): Promise<void> {
    return new Promise((resolve, reject) => {
      let said = '';
      const cancel = options.clock.afterWall(START_LIMIT_MS, () => reject(notReady(options.port, 'it did not say ready in time')));
      handle = options.processes.start({
        name: 'dynamodb',
        command: process.execPath,
        args: [join(import.meta.dirname, 'server.ts'), String(options.port), options.dataDir],
        env: { PATH: process.env['PATH'] ?? '' },
        cwd: import.meta.dirname,
        onLine(line) {
          said = line;
          if (line !== 'ready') return;
          cancel();
          resolve();
        },
      });
      void handle.exited.then(() => {
        cancel();
        reject(notReady(options.port, said));
        // Data is on disk: a server that was killed comes back with it.
        if (!closing) starting = launch().catch(() => undefined);
      });
    });
  }

  const started = (): Promise<void> => {
    starting ??= launch();
    return starting;
  };

  return {
    endpoint: () => (starting ? endpoint : null),
    handler: {
      async put(next, previous) {
        await started();
        const found = await call('DescribeTable', { TableName: next.name });
        if (found.ok && sameKeys(found.body, next)) return;
        if (found.ok && previous === null) await call('DeleteTable', { TableName: next.name });
        else if (found.ok) await call('DeleteTable', { TableName: next.name });
        const made = await call('CreateTable', createInput(next));
        if (!made.ok) throw new CutoverError({ code: 'APPLY_FAILED', address: next.address, message: `the table was refused: ${made.message}` });
        await untilActive(next.name);
      },
      async remove(previous) {
        if (starting) await call('DeleteTable', { TableName: previous.name });
      },
    },
    async close() {
      closing = true;
      await handle?.stop(STOP_GRACE_MS);
    },
  };

  async function untilActive(name: string): Promise<void> {
    for (let left = START_LIMIT_MS / POLL_MS; left > 0; left--) {
      const { body } = await call('DescribeTable', { TableName: name });
      if ((body['Table'] as { TableStatus?: string } | undefined)?.TableStatus === 'ACTIVE') return;
      await new Promise<void>((resolve) => void options.clock.afterWall(POLL_MS, resolve));
    }
  }
}

interface CallResult {
  readonly ok: boolean;
  readonly body: Record<string, unknown>;
  readonly message: string;
}

async function callDynamo(endpoint: string, region: string, operation: string, body: object): Promise<CallResult> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
      'x-amz-date': '20260101T000000Z',
    },
    body: JSON.stringify(body),
  });
  const json = (await response.json()) as Record<string, unknown>;
  return { ok: response.ok, body: json, message: String(json['message'] ?? json['Message'] ?? json['__type'] ?? response.status) };
}

const keysOf = (hashKey: string, rangeKey: string | null): object[] => [
  { AttributeName: hashKey, KeyType: 'HASH' },
  ...(rangeKey ? [{ AttributeName: rangeKey, KeyType: 'RANGE' }] : []),
];

function createInput(table: Table): object {
  const indexes = table.globalSecondaryIndexes.map((index) => ({
    IndexName: index.name,
    KeySchema: keysOf(index.hashKey, index.rangeKey),
    Projection: {
      ProjectionType: index.projectionType,
      ...(index.nonKeyAttributes.length > 0 ? { NonKeyAttributes: index.nonKeyAttributes } : {}),
    },
  }));
  return {
    TableName: table.name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: keysOf(table.hashKey, table.rangeKey),
    AttributeDefinitions: table.keyAttributes.map((a) => ({ AttributeName: a.name, AttributeType: a.type })),
    ...(indexes.length > 0 ? { GlobalSecondaryIndexes: indexes } : {}),
  };
}

function sameKeys(body: Record<string, unknown>, table: Table): boolean {
  const found = (body['Table'] as { KeySchema?: unknown } | undefined)?.KeySchema;
  return JSON.stringify(found) === JSON.stringify(keysOf(table.hashKey, table.rangeKey));
}

const notReady = (port: number, why: string): CutoverError =>
  new CutoverError({
    code: 'PORT_IN_USE',
    address: `127.0.0.1:${port}`,
    message: `the tables' server did not start: ${why || 'it ended'}`,
    value: port,
    fix: 'stop the program on that port, or choose another with --port-base',
  });
