import type { HouseRule } from './rule.ts';
import { isReference } from './values.ts';

export const logGroupsExpire: HouseRule = {
  id: 'log-groups-expire',
  severity: 'advice',
  rule: 'a log group says how long it keeps, else it keeps and costs for ever (Logs PutRetentionPolicy)',
  check: (estate) =>
    estate
      .all('aws_cloudwatch_log_group')
      .map(({ address, stack, body }) => ({ address, days: estate.literal(stack, body.retention_in_days) }))
      .filter(({ days }) => !isReference(days) && !(Number(days) > 0))
      .map(({ address, days }) => ({
        address: `${address}.retention_in_days`,
        value: days ?? null,
        fix: 'set a number of days, such as 30',
      })),
};
