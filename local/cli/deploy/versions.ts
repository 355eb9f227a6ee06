/** Which image tag each task definition carries in the container that is deployed; asked once each. */
import { DescribeTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { isAwsError } from './aws-errors.ts';
import { tagOf } from './image-tag.ts';
import type { DeployTarget } from './target.ts';

export interface Versions {
  /** Empty where it is not known. */
  of(taskDefinitionArn: string): Promise<string>;
  /** The task definition of a task set: what is live, else what it was when it was last seen. */
  definitionOf(taskSetId: string, liveArn: string | undefined): string;
}

/** @param containerName default: the first container with a port */
export function createVersions(target: DeployTarget, containerName: string | undefined): Versions {
  const known = new Map<string, string>();
  const definitions = new Map<string, string>();
  async function of(taskDefinitionArn: string): Promise<string> {
    const before = known.get(taskDefinitionArn);
    if (before !== undefined || taskDefinitionArn === '') return before ?? '';
    let version = '';
    try {
      const ask = new DescribeTaskDefinitionCommand({ taskDefinition: taskDefinitionArn });
      const containers = (await target.ecs.send(ask)).taskDefinition?.containerDefinitions ?? [];
      const chosen =
        containers.find(({ name }) => name === containerName) ??
        containers.find(({ portMappings }) => portMappings?.length) ??
        containers[0];
      version = chosen?.image ? tagOf(chosen.image) : '';
    } catch (error) {
      // It may be deleted since; then it is shown without its version.
      if (!isAwsError(error, 'ClientException', 'AccessDeniedException')) throw error;
    }
    known.set(taskDefinitionArn, version);
    return version;
  }
  return {
    of,
    definitionOf(taskSetId, liveArn) {
      if (liveArn) definitions.set(taskSetId, liveArn);
      return definitions.get(taskSetId) ?? '';
    },
  };
}
