import type { Rule } from '../../contracts.ts';
import { containerAt } from '../../lookups.ts';

export const logGroupMissing: Rule = {
  id: 'log-group-missing',
  severity: 'warning',
  text: 'a task whose log group is not there does not start, unless awslogs-create-group makes it (which needs a right, and has no retention)',
  page: 'ECS using_awslogs',
  fix: 'declare the aws_cloudwatch_log_group',
  needsAll: ['aws_cloudwatch_log_group'],
  find: ({ topology: t }) =>
    t.taskDefinitions.flatMap((d) =>
      d.containers.flatMap((c) => {
        const log = c.logConfiguration;
        if (!log?.group || log.createGroup || t.logGroups.some((g) => g.name === log.group)) return [];
        return [
          {
            address: `${containerAt(d, c)}.logConfiguration`,
            message: `no stack declares the log group ${log.group}`,
            value: log.group,
          },
        ];
      }),
    ),
};
