import { containersIn } from './containers.ts';
import type { HouseRule } from './rule.ts';

/** Drivers that leave the output on the instance, or nowhere. */
const STAYING = ['json-file', 'local', 'none'];

export const containersLog: HouseRule = {
  id: 'containers-log',
  severity: 'advice',
  rule: 'a container’s output goes to a log group, or to whoever else keeps it (ECS using_awslogs)',
  check: (estate) =>
    containersIn(estate)
      .filter(({ body: { logConfiguration: log } }) => !log?.logDriver || STAYING.includes(log.logDriver))
      .map(({ address, body }) => ({
        address: `${address}.logConfiguration`,
        value: body.logConfiguration ?? null,
        fix: 'add the awslogs driver with group, region and stream prefix',
      })),
};
