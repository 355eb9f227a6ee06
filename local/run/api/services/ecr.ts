/**
 * Amazon ECR: repositories of the stacks and of CreateRepository. The plane keeps no images: what a repository holds is
 * the builds that its images would run as (docs/processes.md), so nothing is pushed, and nothing can be deleted.
 */
import { z } from 'zod';
import { ApiError } from '../../contracts.ts';
import { arnAt } from '../../place.ts';
import { operation, refused, type ServiceTable } from '../operation.ts';
import { paginate } from '../pages.ts';
import { bool, integer, list, names, text } from '../schema.ts';
import { describeImages, imagesInput, listImages, listInput } from './ecr-images.ts';
import { allRepositories, checkRegistry, needMade, needRepository, type Repository } from './ecr-lookup.ts';

const MAX_PAGE = 1000;
const REPOSITORY_NAME = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

const describe = z.object({
  registryId: text.optional(),
  repositoryNames: names.optional(),
  nextToken: text.optional(),
  maxResults: integer(1, MAX_PAGE).optional(),
});
const create = z.strictObject({
  registryId: text.optional(),
  repositoryName: z.string().min(2).max(256).regex(REPOSITORY_NAME, 'must satisfy the rules of repository names'),
  tags: list(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) }), 50).optional(),
});
const remove = z.strictObject({ registryId: text.optional(), repositoryName: text, force: bool.optional() });

const NO_REGISTRY =
  'the plane keeps no images and runs no registry: images run as builds of the services here; ./cutover images push pushes to ECR, or to an emulator with --endpoint';

export const ecr: ServiceTable = {
  name: 'ecr',
  targetPrefix: 'AmazonEC2ContainerRegistry_V20150921',
  jsonVersion: '1.1',
  validationError: 'InvalidParameterException',
  operations: {
    DescribeRepositories: operation(describe, (input, call) => {
      const { repositoryNames: wanted, nextToken: token, maxResults: max = 100 } = input;
      checkRegistry(input.registryId, call);
      for (const one of wanted ?? []) needRepository(one, call);
      const all = allRepositories(call);
      const found = wanted ? all.filter(({ name }) => wanted.includes(name)) : all;
      const page = paginate(found, ({ name }) => name, { token, max });
      return { repositories: page.items.map((one) => repositoryShape(one, call.accountId)), nextToken: page.next };
    }),
    CreateRepository: operation(create, ({ registryId, repositoryName: name, tags = [] }, call) => {
      checkRegistry(registryId, call);
      if (allRepositories(call).some((one) => one.name === name)) {
        const message = `The repository with name '${name}' already exists in the registry with id '${call.accountId}'`;
        throw new ApiError('RepositoryAlreadyExistsException', message);
      }
      const made = {
        arn: arnAt(call, 'ecr', `repository/${name}`),
        name,
        url: `${call.accountId}.dkr.ecr.${call.region}.amazonaws.com/${name}`,
        tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])),
        createdAtMs: call.clock.now(),
      };
      call.made.repositories.set(name, made);
      return { repository: repositoryShape(made, call.accountId) };
    }),
    DeleteRepository: operation(remove, ({ registryId, repositoryName, force = false }, call) => {
      checkRegistry(registryId, call);
      const made = needMade(repositoryName, call);
      if (!force && call.images.tags(made.url).length > 0) {
        const message = `The repository with name '${made.name}' in registry with id '${call.accountId}' cannot be deleted because it still contains images`;
        throw new ApiError('RepositoryNotEmptyException', message);
      }
      call.made.repositories.delete(made.name);
      return { repository: repositoryShape(made, call.accountId) };
    }),
    DescribeImages: operation(imagesInput, describeImages),
    ListImages: operation(listInput, listImages),
    ListTagsForResource: operation(z.object({ resourceArn: text }), ({ resourceArn }, call) => {
      const found = allRepositories(call).find(({ arn }) => arn === resourceArn);
      if (!found)
        throw new ApiError(
          'RepositoryNotFoundException',
          `The repository ${resourceArn} does not exist in the registry`,
        );
      return { tags: Object.entries(found.tags).map(([Key, Value]) => ({ Key, Value })) };
    }),
    GetAuthorizationToken: refused(
      'InvalidParameterException',
      `GetAuthorizationToken is not offered here: ${NO_REGISTRY}.`,
    ),
    PutImage: refused('InvalidParameterException', `PutImage is not offered here: ${NO_REGISTRY}.`),
    BatchDeleteImage: refused(
      'InvalidParameterException',
      `BatchDeleteImage is not offered here: ${NO_REGISTRY}. DeleteRepository removes a repository that was made here.`,
    ),
    PutLifecyclePolicy: refused(
      'InvalidParameterException',
      `PutLifecyclePolicy is not offered here: ${NO_REGISTRY}, so nothing would ever expire.`,
    ),
  },
};

function repositoryShape({ arn, name, url, createdAtMs }: Repository, registryId: string): object {
  return {
    repositoryArn: arn,
    registryId,
    repositoryName: name,
    repositoryUri: url,
    createdAt: createdAtMs === null ? undefined : new Date(createdAtMs),
  };
}
