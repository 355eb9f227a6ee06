import type { Rule } from '../../contracts.ts';

export const logRetention: Rule = {
  id: 'log-retention',
  severity: 'warning',
  text: 'a log group without retention keeps every line for ever, and is paid for as long',
  page: 'CloudWatch Logs SettingLogRetention',
  fix: 'set retention_in_days',
  find: ({ topology }) =>
    topology.logGroups
      .filter((g) => g.retentionDays === 0)
      .map((g) => ({ address: `${g.address}.retention_in_days`, message: `${g.name} keeps lines for ever`, value: 0 })),
};
