import type { Rule } from '../../contracts.ts';
import { containerAt } from '../../lookups.ts';

export const noLogs: Rule = {
  id: 'no-logs',
  severity: 'advice',
  text: 'what a container prints is gone with it, unless a log driver takes it; on Fargate nobody can look at the host',
  page: 'ECS using_awslogs',
  fix: 'set logConfiguration with the driver awslogs',
  find: ({ topology }) =>
    topology.taskDefinitions.flatMap((d) =>
      d.containers
        .filter((c) => c.logConfiguration === null)
        .map((c) => ({
          address: `${containerAt(d, c)}.logConfiguration`,
          message: `nothing keeps what ${c.name} prints`,
          value: null,
        })),
    ),
};
