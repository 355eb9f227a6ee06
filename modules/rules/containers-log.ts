import { containersIn } from './containers.ts';
import type { HouseRule } from './rule.ts';

export const containersLog: HouseRule = {
  id: 'containers-log',
  rule: 'a container’s output goes to a log group (ECS using_awslogs)',
  check: (estate) =>
    containersIn(estate)
      .filter(({ body }) => !body.logConfiguration?.logDriver)
      .map(({ address, body }) => ({
        address: `${address}.logConfiguration`,
        value: body.logConfiguration ?? null,
        fix: 'add the awslogs driver with group, region and stream prefix',
      })),
};
