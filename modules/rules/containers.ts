/** Containers of all task definitions. */
import type { Estate, Resource } from './estate.ts';
import { type Json, parsed } from './values.ts';

export interface Container {
  readonly definition: Resource;
  /** Address with its place among the containers. */
  readonly address: string;
  readonly body: Json;
}

export function containersIn(estate: Estate): Container[] {
  return estate.all('aws_ecs_task_definition').flatMap((definition) =>
    (containersOf(estate, definition) ?? []).map((body, index) => ({
      definition,
      body,
      address: `${definition.address}.container_definitions[${index}]`,
    })),
  );
}

/** @returns undefined where they are no literal JSON */
export function containersOf(estate: Estate, { stack, body }: Resource): readonly Json[] | undefined {
  const written = estate.literal(stack, body.container_definitions);
  const list = Array.isArray(written) ? written : parsed(written);
  if (!Array.isArray(list)) return undefined;
  return list.filter((one) => typeof one === 'object' && one !== null).map((one) => estate.literalIn(stack, one));
}
