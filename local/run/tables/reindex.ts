/**
 * Gives a table other indexes and its items back. dynalite's UpdateTable cannot, so the items go through a file while
 * the store holds all other requests: nobody sees the table without them, and a kill at any moment loses none.
 */
import { createReadStream, existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Table } from '../../topology.ts';
import type { TableClient } from './client.ts';
import { createTableInput } from './decide-table.ts';

type Item = Readonly<Record<string, unknown>>;

/** BatchWriteItem takes 25 (DynamoDB API reference). */
const BATCH = 25;

export interface Reindexer {
  /** Is there a whole dump whose table may be half restored? */
  isInterrupted(tableName: string): boolean;
  /** Dumps, replaces the table, restores. */
  run(table: Table): Promise<void>;
  /** Restores from the dump of an interrupted run. */
  resume(table: Table): Promise<void>;
}

export interface TableSteps {
  /** Deletes a table and waits until it is gone; one that is not there is no error. */
  remove(name: string): Promise<void>;
  /** Waits until items can be written. */
  active(name: string): Promise<void>;
}

export function createReindexer(client: TableClient, dir: string, { remove, active }: TableSteps): Reindexer {
  // A table's name has only letters, digits and _.- (CreateTable).
  const dumpOf = (tableName: string): string => join(dir, `reindex-${tableName}.jsonl`);

  async function dump(tableName: string): Promise<void> {
    const file = dumpOf(tableName);
    const handle = await open(`${file}.part`, 'w', 0o600);
    try {
      let ExclusiveStartKey: Item | undefined;
      do {
        const input = { TableName: tableName, ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}) };
        const page = await client.call<{ Items: readonly Item[]; LastEvaluatedKey?: Item }>('Scan', input);
        if (page.Items.length > 0) await handle.write(`${page.Items.map((item) => JSON.stringify(item)).join('\n')}\n`);
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(`${file}.part`, file);
  }

  async function restore(table: Table): Promise<void> {
    const file = dumpOf(table.name);
    await remove(table.name);
    await client.call('CreateTable', createTableInput(table));
    await active(table.name);
    let batch: Item[] = [];
    const write = async (): Promise<void> => {
      if (batch.length === 0) return;
      const requests = batch.map((Item) => ({ PutRequest: { Item } }));
      batch = [];
      await client.call('BatchWriteItem', { RequestItems: { [table.name]: requests } });
    };
    for await (const line of createInterface({ input: createReadStream(file) })) {
      batch.push(JSON.parse(line) as Item);
      if (batch.length === BATCH) await write();
    }
    await write();
    await rm(file);
  }

  const alone = async (work: () => Promise<void>): Promise<void> => {
    await client.hold();
    try {
      await work();
    } finally {
      await client.release();
    }
  };

  return {
    isInterrupted: (tableName) => existsSync(dumpOf(tableName)),
    run: (table) =>
      alone(async () => {
        await dump(table.name);
        await restore(table);
      }),
    resume: (table) => alone(() => restore(table)),
  };
}
