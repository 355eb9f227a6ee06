import type { HouseRule } from './rule.ts';

export const logGroupsExpire: HouseRule = {
  id: 'log-groups-expire',
  rule: 'a log group says how long it keeps, else it keeps and costs for ever (Logs PutRetentionPolicy)',
  check: (estate) =>
    estate
      .all('aws_cloudwatch_log_group')
      .filter(({ body }) => !body.retention_in_days)
      .map(({ address, body }) => ({
        address: `${address}.retention_in_days`,
        value: body.retention_in_days ?? null,
        fix: 'set a number of days, such as 30',
      })),
};
