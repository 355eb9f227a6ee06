import type { HouseRule } from './rule.ts';

export const tablesRecoverable: HouseRule = {
  id: 'tables-recoverable',
  rule: 'a table can be restored to any point in time (DynamoDB PointInTimeRecovery)',
  check: (estate) =>
    estate
      .all('aws_dynamodb_table')
      .filter(({ body }) => body.point_in_time_recovery?.enabled !== true)
      .map(({ address, body }) => ({
        address: `${address}.point_in_time_recovery`,
        value: body.point_in_time_recovery ?? null,
        fix: 'enable it',
      })),
};
