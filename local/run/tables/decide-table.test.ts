import test from 'ava';
import { createTableInput, decideTable } from './decide-table.ts';
import { table } from './testing/builders.ts';

const byStatus = {
  name: 'by-status',
  hashKey: 'Status',
  rangeKey: null,
  projectionType: 'ALL' as const,
  nonKeyAttributes: [],
};
const attributes = [
  { name: 'Id', type: 'S' as const },
  { name: 'Status', type: 'S' as const },
  { name: 'At', type: 'N' as const },
];

test('what is there already is kept, in whatever order it is told', (t) => {
  const wanted = table({
    keyAttributes: attributes,
    rangeKey: 'At',
    globalSecondaryIndexes: [
      byStatus,
      { ...byStatus, name: 'a', projectionType: 'INCLUDE', nonKeyAttributes: ['x', 'y'] },
    ],
  });
  const input = createTableInput(wanted);
  const indexes = [...(input.GlobalSecondaryIndexes ?? [])].reverse().map((index) => ({
    ...index,
    Projection: { ...index.Projection, NonKeyAttributes: index.Projection.NonKeyAttributes?.toReversed() },
  }));
  const existing = {
    ...input,
    GlobalSecondaryIndexes: indexes,
    AttributeDefinitions: input.AttributeDefinitions.toReversed(),
  };
  t.is(decideTable(existing as never, wanted), 'keep');
});

test('other keys replace, other indexes reindex, nothing creates', (t) => {
  const before = createTableInput(table({ keyAttributes: attributes })) as never;
  t.is(decideTable(null, table({})), 'create');
  t.is(decideTable(before, table({ keyAttributes: [{ name: 'Id', type: 'N' }] })), 'replace');
  t.is(decideTable(before, table({ keyAttributes: attributes, rangeKey: 'At' })), 'replace');
  t.is(decideTable(before, table({ keyAttributes: attributes, hashKey: 'Status' })), 'replace');
  t.is(decideTable(before, table({ keyAttributes: attributes, globalSecondaryIndexes: [byStatus] })), 'reindex');
});

test('attributes that no key uses are left out, as CreateTable demands', (t) => {
  t.deepEqual(createTableInput(table({ keyAttributes: attributes })).AttributeDefinitions, [
    { AttributeName: 'Id', AttributeType: 'S' },
  ]);
});

test('a table of another region or account is another table; its partition is the store’s own', (t) => {
  const wanted = table({ arn: 'arn:aws-cn:dynamodb:cn-north-1:123456789012:table/orders' });
  const there = (TableArn: string) => decideTable({ ...createTableInput(wanted), TableArn }, wanted);
  t.is(there('arn:aws:dynamodb:cn-north-1:123456789012:table/orders'), 'keep');
  t.is(there('arn:aws:dynamodb:us-east-1:123456789012:table/orders'), 'replace');
  t.is(there('arn:aws:dynamodb:cn-north-1:000000000000:table/orders'), 'replace');
});
