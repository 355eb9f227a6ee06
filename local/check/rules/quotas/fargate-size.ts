import type { Rule } from '../../contracts.ts';

export const fargateSize: Rule = {
  id: 'fargate-size',
  severity: 'error',
  text: 'Fargate has certain pairs of CPU and memory, from 256 units with 512 MiB to 16,384 with 120 GiB; the task needs both',
  page: 'ECS fargate-tasks-services: task CPU and memory',
  fix: 'choose a published pair',
  // The table of pairs is the resolver's; what it refuses is reported here.
  adopts: ({ code, address, message, rule }) =>
    ['INVALID_ATTRIBUTE', 'MISSING_ATTRIBUTE'].includes(code) &&
    /aws_ecs_task_definition\.[^.]+\.(cpu|memory)$/.test(address ?? '') &&
    /Fargate/.test(`${message} ${rule ?? ''}`),
  find: () => [],
};
