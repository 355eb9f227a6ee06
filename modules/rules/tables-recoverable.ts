import type { HouseRule } from './rule.ts';
import { block, isOn } from './values.ts';

export const tablesRecoverable: HouseRule = {
  id: 'tables-recoverable',
  severity: 'advice',
  rule: 'a table can be restored to any point in time (DynamoDB PointInTimeRecovery)',
  check: (estate) =>
    estate
      .all('aws_dynamodb_table')
      .map(({ address, body }) => ({ address, recovery: block(body, 'point_in_time_recovery') }))
      .filter(({ recovery }) => !isOn(recovery?.enabled))
      .map(({ address, recovery }) => ({
        address: `${address}.point_in_time_recovery`,
        value: recovery ?? null,
        fix: 'enable it',
      })),
};
