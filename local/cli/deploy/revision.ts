/** A new revision of a service's task definition: the same but for one image's tag. */
import { BatchGetImageCommand } from '@aws-sdk/client-ecr';
import {
  DescribeTaskDefinitionCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  type Tag,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import { CutoverError } from '../../errors.ts';
import { calling, isAwsError } from './aws-errors.ts';
import type { FoundService } from './find-service.ts';
import { ecrOf, tagOf, withTag } from './image-tag.ts';
import type { DeployTarget } from './target.ts';

export interface RevisionPlan {
  readonly containerName: string;
  /** `family:revision` and tag that run now. */
  readonly before: { readonly taskDefinition: string; readonly tag: string };
  readonly image: string;
  readonly input: RegisterTaskDefinitionCommandInput;
}

/**
 * Nothing changes yet.
 * @param container default: the one behind the load balancer, else the only one
 * @throws CutoverError BAD_FLAG where the container is not to be told
 */
export async function planRevision(
  target: DeployTarget,
  service: FoundService,
  wanted: { readonly tag: string; readonly container?: string },
): Promise<RevisionPlan> {
  const { definition, tags } = await describeDefinition(target, service.taskDefinitionArn);
  const containerName = chooseContainer(definition, service, wanted.container);
  const before = definition.containerDefinitions?.find((one) => one.name === containerName)?.image ?? '';
  const image = withTag(before, wanted.tag);
  const containerDefinitions = definition.containerDefinitions?.map((one) =>
    one.name === containerName ? { ...one, image } : one,
  );
  return {
    containerName,
    before: { taskDefinition: `${definition.family}:${definition.revision}`, tag: tagOf(before) },
    image,
    input: { ...registrable(definition), containerDefinitions, ...(tags.length > 0 ? { tags: [...tags] } : {}) },
  };
}

/**
 * Is there such an image? Asked before anything is changed: the plane builds it, ECR is asked for it. Other registries
 * cannot be asked; there a task that cannot pull its image tells.
 * @throws CutoverError IMAGE_NOT_FOUND | IMAGE_BUILD_FAILED
 */
export async function needImage(target: DeployTarget, image: string, note: (text: string) => void): Promise<void> {
  if (target.plane) return target.plane.prepareImage(image);
  const place = ecrOf(image);
  if (!target.ecr || !place) {
    note(`It is not checked that ${image} exists: a task that cannot pull it will say so.`);
    return;
  }
  const client = target.ecr(place.region);
  const ask = { registryId: place.account, repositoryName: place.repository, imageIds: [{ imageTag: tagOf(image) }] };
  await calling(`looking for ${image}`, target.name, async () => {
    try {
      const { images } = await client.send(new BatchGetImageCommand(ask));
      if (images?.length) return;
    } catch (error) {
      if (isAwsError(error, 'AccessDeniedException')) {
        note(
          `ECR may not be asked for ${image} (${(error as Error).message}): a task that cannot pull it will say so.`,
        );
        return;
      }
      if (!isAwsError(error, 'RepositoryNotFoundException')) throw error;
    }
    throw new CutoverError({
      code: 'IMAGE_NOT_FOUND',
      address: '--tag',
      message: `ECR has no image ${image}`,
      value: tagOf(image),
      rule: 'a service is deployed only with an image that can be pulled',
      fix: './cutover images push makes it, or give a tag that is there',
    });
  });
}

/** @returns the new revision's ARN */
export async function registerRevision(target: DeployTarget, plan: RevisionPlan): Promise<string> {
  const { taskDefinition } = await calling('registering the task definition', target.name, () =>
    target.ecs.send(new RegisterTaskDefinitionCommand(plan.input)),
  );
  return taskDefinition?.taskDefinitionArn ?? '';
}

async function describeDefinition(
  target: DeployTarget,
  arn: string,
): Promise<{ definition: TaskDefinition; tags: readonly Tag[] }> {
  const { taskDefinition, tags } = await calling('describing the task definition', target.name, () =>
    target.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: arn, include: ['TAGS'] })),
  );
  return { definition: taskDefinition ?? {}, tags: tags ?? [] };
}

function chooseContainer(definition: TaskDefinition, service: FoundService, wanted: string | undefined): string {
  const names = (definition.containerDefinitions ?? []).map(({ name }) => name ?? '');
  const primary = service.description.taskSets?.find((set) => set.status === 'PRIMARY');
  const behind = (primary?.loadBalancers ?? service.description.loadBalancers ?? [])[0]?.containerName;
  const chosen = wanted ?? behind ?? (names.length === 1 ? names[0] : undefined);
  if (chosen !== undefined && names.includes(chosen)) return chosen;
  throw new CutoverError({
    code: 'BAD_FLAG',
    address: '--container',
    message:
      chosen === undefined
        ? `${definition.family} has ${names.length} containers, none of them behind a load balancer`
        : `${definition.family} has no container ${chosen}`,
    value: chosen ?? null,
    rule: `one of ${names.join(', ')}`,
    fix: 'say whose tag is meant: --container NAME',
  });
}

/** What DescribeTaskDefinition adds to what was registered. */
function registrable(definition: TaskDefinition): Omit<RegisterTaskDefinitionCommandInput, 'containerDefinitions'> {
  const {
    taskDefinitionArn: _arn,
    revision: _revision,
    status: _status,
    requiresAttributes: _attributes,
    compatibilities: _compatibilities,
    registeredAt: _at,
    registeredBy: _by,
    deregisteredAt: _gone,
    containerDefinitions: _containers,
    ...input
  } = definition;
  return { ...input, family: definition.family ?? '' };
}
