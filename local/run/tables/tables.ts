/**
 * DynamoDB tables on this machine: dynalite in a process of its own, with its data on disk, started when the first
 * table is put (docs/processes.md).
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Table } from '../../topology.ts';
import type { Clock } from '../clock.ts';
import type { ProcessRunner, ResourceHandler } from '../contracts.ts';
import type { Place } from '../place.ts';
import { createRandom } from '../random.ts';
import { createTableClient, TableStoreError } from './client.ts';
import { createTableInput, decideTable, type TableDescription } from './decide-table.ts';
import { createReindexer } from './reindex.ts';
import { createStoreProcess } from './store-process.ts';

export interface TablesOptions {
  readonly clock: Clock;
  readonly processes: ProcessRunner;
  /** Kept between planes: `up` after a crash finds the tables with their items. */
  readonly dataDir: string;
  /** On 127.0.0.1. 0: a free one. */
  readonly port: number;
  /** In the tables' ARNs. */
  readonly place: Place;
  readonly onWarn?: (message: string) => void;
}

export interface Tables {
  readonly handler: ResourceHandler<Table>;
  /** Null before the first table; then it stays the same, also while the store is started again. */
  endpoint(): string | null;
  close(): Promise<void>;
}

const POLL_WALL_MS = 50;

export function createTables(options: TablesOptions): Tables {
  const { clock, dataDir } = options;
  const token = createRandom().hex(32);
  const store = createStoreProcess({
    clock,
    processes: options.processes,
    dataDir: join(dataDir, 'leveldb'),
    port: options.port,
    place: options.place,
    token,
    onWarn: options.onWarn ?? (() => {}),
  });
  const pause = (): Promise<void> => new Promise((resolve) => void clock.afterWall(POLL_WALL_MS, resolve));
  const client = createTableClient({ endpoint: store.running, token, pause });
  const reindexer = createReindexer(client, dataDir, { remove: removeTable, active: untilActive });
  /** One change at a time: a rebuild holds the whole store. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn.catch(() => {});
    return turn;
  };

  async function describe(name: string): Promise<(TableDescription & { TableStatus: string }) | null> {
    try {
      return (
        await client.call<{ Table: TableDescription & { TableStatus: string } }>('DescribeTable', { TableName: name })
      ).Table;
    } catch (error) {
      if (error instanceof TableStoreError && error.code === 'ResourceNotFoundException') return null;
      throw error;
    }
  }

  async function until(name: string, holds: (status: string | null) => boolean): Promise<void> {
    for (;;) {
      if (holds((await describe(name))?.TableStatus ?? null)) return;
      await pause();
    }
  }

  async function untilActive(name: string): Promise<void> {
    await until(name, (status) => status === 'ACTIVE');
  }

  async function removeTable(name: string): Promise<void> {
    try {
      await client.call('DeleteTable', { TableName: name });
    } catch (error) {
      if (error instanceof TableStoreError && error.code === 'ResourceNotFoundException') return;
      throw error;
    }
    await until(name, (status) => status === null);
  }

  async function put(next: Table, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    if (reindexer.isInterrupted(next.name)) await reindexer.resume(next);
    const decision = decideTable(await describe(next.name), next);
    if (decision === 'reindex') await reindexer.run(next);
    if (decision === 'replace') await removeTable(next.name);
    if (decision === 'create' || decision === 'replace') await client.call('CreateTable', createTableInput(next));
    await untilActive(next.name);
  }

  return {
    handler: {
      put: (next, _previous, signal) => inTurn(() => put(next, signal)),
      remove: (previous) => inTurn(() => removeTable(previous.name)),
    },
    endpoint: store.endpoint,
    close: store.close,
  };
}
