import { containersOf } from './containers.ts';
import type { HouseRule } from './rule.ts';

export const containersReadable: HouseRule = {
  id: 'containers-readable',
  severity: 'advice',
  rule: 'container definitions are a JSON list, not a reference or a function that only Terraform can follow: what is not seen is not judged (ECS task_definition_parameters)',
  check: (estate) =>
    estate
      .all('aws_ecs_task_definition')
      .filter((definition) => containersOf(estate, definition) === undefined)
      .map(({ address, body }) => ({
        address: `${address}.container_definitions`,
        value: body.container_definitions ?? null,
        fix: 'write the list as JSON; references may stand in its texts',
      })),
};
