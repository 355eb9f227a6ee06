/** Amazon ECR: the repositories of the stacks. */
import { z } from 'zod';
import { ApiError } from '../../contracts.ts';
import { operation, type ServiceTable } from '../operation.ts';
import { paginate } from '../pages.ts';
import { integer, names, text } from '../schema.ts';

const describe = z.object({
  registryId: text.optional(),
  repositoryNames: names.optional(),
  nextToken: text.optional(),
  maxResults: integer(1, 1000).optional(),
});

export const ecr: ServiceTable = {
  name: 'ecr',
  targetPrefix: 'AmazonEC2ContainerRegistry_V20150921',
  jsonVersion: '1.1',
  validationError: 'InvalidParameterException',
  operations: {
    DescribeRepositories: operation(describe, ({ repositoryNames, nextToken, maxResults = 100 }, call) => {
      const all = call.resources().repositories;
      for (const wanted of repositoryNames ?? []) {
        if (all.some((repository) => repository.name === wanted)) continue;
        const message = `The repository with name '${wanted}' does not exist in the registry with id '${call.accountId}'`;
        throw new ApiError('RepositoryNotFoundException', message);
      }
      const found = repositoryNames ? all.filter((repository) => repositoryNames.includes(repository.name)) : all;
      const page = paginate(found, (repository) => repository.name, { token: nextToken, max: maxResults });
      return {
        repositories: page.items.map((repository) => ({
          repositoryArn: repository.arn,
          registryId: call.accountId,
          repositoryName: repository.name,
          repositoryUri: repository.url,
        })),
        nextToken: page.next,
      };
    }),
  },
};
