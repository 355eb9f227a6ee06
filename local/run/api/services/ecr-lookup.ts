/** The repositories there are, and those that may be removed here. */
import { ApiError } from '../../contracts.ts';
import type { MadeRepository } from '../made.ts';
import type { Call } from '../operation.ts';

export type Repository = Omit<MadeRepository, 'createdAtMs'> & {
  /** Null of the stacks' own. */
  readonly createdAtMs: number | null;
};

/** The stacks' own hold where one of the same name was made here before. */
export function allRepositories(call: Call): readonly Repository[] {
  const stacks = call
    .resources()
    .repositories.map(({ arn, name, url, tags }) => ({ arn, name, url, tags, createdAtMs: null }));
  const taken = new Set(stacks.map(({ name }) => name));
  return [...stacks, ...[...call.made.repositories.values()].filter(({ name }) => !taken.has(name))];
}

/** @throws ApiError RepositoryNotFoundException */
export function needRepository(name: string, call: Call): Repository {
  const found = allRepositories(call).find((one) => one.name === name);
  if (found) return found;
  const message = `The repository with name '${name}' does not exist in the registry with id '${call.accountId}'`;
  throw new ApiError('RepositoryNotFoundException', message);
}

/** @throws ApiError where there is none, or the stacks have it */
export function needMade(name: string, call: Call): MadeRepository {
  const found = needRepository(name, call);
  const made = call.made.repositories.get(name);
  if (made && made.arn === found.arn && found.createdAtMs !== null) return made;
  throw new ApiError('InvalidParameterException', `The repository ${name} is made by the stacks: remove it there.`);
}

/** @throws ApiError for a registry of another account: there is only one here */
export function checkRegistry(registryId: string | undefined, call: Call): void {
  if (registryId === undefined || registryId === call.accountId) return;
  throw new ApiError(
    'InvalidParameterException',
    `registryId: ${registryId} is not the account here, ${call.accountId}`,
  );
}
