/** Which image tag each task definition carries in the container that is deployed; asked once each. */
import { DescribeTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { isAwsError } from './aws-errors.ts';
import { tagOf } from './image-tag.ts';
import type { DeployTarget } from './target.ts';

export type Versions = (taskDefinitionArn: string) => Promise<string>;

/** @param containerName default: the first container with a port */
export function createVersions(target: DeployTarget, containerName: string | undefined): Versions {
  const known = new Map<string, string>();
  return async (taskDefinitionArn) => {
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
  };
}
