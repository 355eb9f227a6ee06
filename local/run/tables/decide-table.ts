/** What a table must become: nothing to do, new, with other indexes, or another table altogether. Pure. */
import type { Table } from '../../topology.ts';

/** The part of DescribeTable's answer that counts. */
export interface TableDescription {
  readonly TableArn?: string;
  readonly AttributeDefinitions: readonly { readonly AttributeName: string; readonly AttributeType: string }[];
  readonly KeySchema: readonly KeyElement[];
  readonly GlobalSecondaryIndexes?: readonly {
    readonly IndexName: string;
    readonly KeySchema: readonly KeyElement[];
    readonly Projection: { readonly ProjectionType: string; readonly NonKeyAttributes?: readonly string[] };
  }[];
}
interface KeyElement {
  readonly AttributeName: string;
  readonly KeyType: string;
}

/**
 * `reindex`: the keys are the same, so items stay; DynamoDB changes indexes in place (UpdateTable). Other keys make
 * another table, as Terraform's forced replacement does, and so does another region or account: items go.
 */
export function decideTable(
  existing: TableDescription | null,
  wanted: Table,
): 'create' | 'keep' | 'reindex' | 'replace' {
  if (existing === null) return 'create';
  const next = createTableInput(wanted);
  const elsewhere = existing.TableArn !== undefined && placeOf(existing.TableArn) !== placeOf(wanted.arn);
  if (elsewhere || keysOf(existing) !== keysOf(next)) return 'replace';
  return indexesOf(existing) === indexesOf(next) ? 'keep' : 'reindex';
}

/** CreateTable's input. Throughput is on demand: the store has no limits of its own. */
export function createTableInput(table: Table) {
  const indexes = table.globalSecondaryIndexes.map((index) => ({
    IndexName: index.name,
    KeySchema: keySchema(index.hashKey, index.rangeKey),
    Projection: {
      ProjectionType: index.projectionType,
      ...(index.projectionType === 'INCLUDE' ? { NonKeyAttributes: index.nonKeyAttributes } : {}),
    },
  }));
  const KeySchema = keySchema(table.hashKey, table.rangeKey);
  const used = new Set([KeySchema, ...indexes.map((index) => index.KeySchema)].flat().map((key) => key.AttributeName));
  return {
    TableName: table.name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema,
    // CreateTable refuses a definition that no key uses.
    AttributeDefinitions: table.keyAttributes
      .filter((attribute) => used.has(attribute.name))
      .map(({ name, type }) => ({ AttributeName: name, AttributeType: type })),
    ...(indexes.length > 0 ? { GlobalSecondaryIndexes: indexes } : {}),
  };
}

/** Region and account of an ARN. */
const placeOf = (arn: string): string => arn.split(':').slice(3, 5).join(':');

function keySchema(hashKey: string, rangeKey: string | null): KeyElement[] {
  const hash = { AttributeName: hashKey, KeyType: 'HASH' };
  return rangeKey === null ? [hash] : [hash, { AttributeName: rangeKey, KeyType: 'RANGE' }];
}

const keysOf = (table: TableDescription): string => JSON.stringify(typedKeys(table, table.KeySchema));

function indexesOf(table: TableDescription): string {
  const indexes = (table.GlobalSecondaryIndexes ?? []).map(({ IndexName, KeySchema, Projection }) => ({
    IndexName,
    keys: typedKeys(table, KeySchema),
    type: Projection.ProjectionType,
    attributes: [...(Projection.NonKeyAttributes ?? [])].sort(),
  }));
  return JSON.stringify(indexes.sort((a, b) => (a.IndexName < b.IndexName ? -1 : 1)));
}

function typedKeys(table: TableDescription, keys: readonly KeyElement[]): readonly string[] {
  const types = new Map(table.AttributeDefinitions.map((one) => [one.AttributeName, one.AttributeType]));
  return keys.map((key) => `${key.KeyType} ${key.AttributeName} ${types.get(key.AttributeName)}`).sort();
}
