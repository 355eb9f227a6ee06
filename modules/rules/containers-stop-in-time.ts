import { containersIn } from './containers.ts';
import type { Estate, Resource } from './estate.ts';
import type { HouseRule } from './rule.ts';
import { blocks } from './values.ts';

/** ECS’s own, in seconds (ECS ContainerDefinition). */
const DEFAULT_STOP_TIMEOUT = 30;

export const containersStopInTime: HouseRule = {
  id: 'containers-stop-in-time',
  severity: 'advice',
  rule: 'stopTimeout is no shorter than the target group’s deregistration delay: a container that is told to stop, as by a Spot interruption, answers what it has taken before it is killed (ECS load-balancer-connection-draining)',
  check: (estate) =>
    containersIn(estate).flatMap(({ address, definition, body }) => {
      const stopSeconds = Number(body.stopTimeout ?? DEFAULT_STOP_TIMEOUT);
      const longest = Math.max(0, ...delays(estate, definition, body.name));
      if (stopSeconds >= longest) return [];
      const fix = `raise stopTimeout to ${longest} s, or shorten deregistration_delay`;
      return [{ address: `${address}.stopTimeout`, value: { stopSeconds, deregistrationDelaySeconds: longest }, fix }];
    }),
};

/** Deregistration delays of the groups that a container’s tasks are in, seconds. */
function delays(estate: Estate, definition: Resource, container: string): number[] {
  return estate
    .referring(definition, 'aws_ecs_service')
    .filter((service) => estate.follow(service, service.body.task_definition)?.address === definition.address)
    .flatMap((service) =>
      blocks(service.body, 'load_balancer')
        .filter(({ container_name }) => container_name === container)
        .map(({ target_group_arn }) => estate.follow(service, target_group_arn)?.body.deregistration_delay),
    )
    .map(Number)
    .filter(Number.isFinite);
}
