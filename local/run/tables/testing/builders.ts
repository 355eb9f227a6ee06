/** Tables for tests. */
import type { Table } from '../../../topology.ts';

export function table(change: Partial<Table>): Table {
  return {
    address: 's/aws_dynamodb_table.orders',
    type: 'aws_dynamodb_table',
    stack: 's',
    dependsOn: [],
    digest: '',
    ignoreChanges: [],
    attributes: {},
    tags: {},
    arn: 'arn:aws:dynamodb:us-east-1:000000000000:table/orders',
    name: 'orders',
    hashKey: 'Id',
    rangeKey: null,
    keyAttributes: [{ name: 'Id', type: 'S' }],
    globalSecondaryIndexes: [],
    ...change,
  };
}
