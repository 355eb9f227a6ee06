/** Containers of all task definitions. */
import { type Estate, type Json, parsed, type Resource, several } from './estate.ts';

export interface Container {
  readonly definition: Resource;
  /** Address with its place among the containers. */
  readonly address: string;
  readonly body: Json;
}

export function containersIn(estate: Estate): Container[] {
  return estate.all('aws_ecs_task_definition').flatMap((definition) =>
    several<Json>(parsed(definition.body.container_definitions)).map((body, index) => ({
      definition,
      body,
      address: `${definition.address}.container_definitions[${index}]`,
    })),
  );
}
