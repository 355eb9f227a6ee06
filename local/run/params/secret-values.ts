/** Values of Secrets Manager's secrets, as tasks are given them (ECS specifying-sensitive-data-secrets). */
import { isOf, keyOfValue, parseSecretReference } from '../../resolve/secret-reference.ts';
import type { SecretValue } from '../../topology.ts';
import type { ResourceHandler } from '../contracts.ts';

export interface SecretValues {
  readonly handler: ResourceHandler<SecretValue>;
  /**
   * @param reference `<ARN of the secret>[:<JSON key>:<version stage>:<version id>]`, as a container's `valueFrom` has it
   * @throws Error in AWS's words where there is none
   */
  read(reference: string): string;
}

const PULL =
  'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed';

/** @param localise applied at each read: a load balancer's address may be known only after the secret */
export function createSecretValues(localise: (text: string) => string): SecretValues {
  const values = new Map<string, string>();
  return {
    handler: {
      put: (next) => void values.set(next.secretArn, next.value),
      remove: (previous) => void values.delete(previous.secretArn),
    },
    read(reference) {
      const wanted = parseSecretReference(reference);
      const found = wanted && [...values].find(([arn]) => isOf(wanted, arn));
      if (!found)
        throw new Error(
          `${PULL}: unable to retrieve secret from asm: ResourceNotFoundException: Secrets Manager can’t find the specified secret: ${reference}`,
        );
      const value = localise(found[1]);
      if (wanted.jsonKey === '') return value;
      const one = keyOfValue(value, wanted.jsonKey);
      if (one === null)
        throw new Error(
          `${PULL}: retrieved secret from Secrets Manager did not contain json key ${wanted.jsonKey}: ${found[0]}`,
        );
      return one;
    },
  };
}
