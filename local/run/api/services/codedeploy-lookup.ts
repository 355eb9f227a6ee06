/** Finding CodeDeploy resources by name or id, with AWS's refusals (CodeDeploy API reference, common errors). */
import type { CodeDeployApplication, DeploymentGroup, ResourceBase } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';
import type { BlueGreenDeployment } from '../../contracts-delivery.ts';
import { MADE_STACK } from '../made.ts';
import type { Call } from '../operation.ts';

const NAME = /^[A-Za-z0-9+=,.@_-]{1,100}$/;
const DEPLOYMENT_ID = /^d-[A-Z0-9]{9}$/;

/** @throws ApiError ApplicationNameRequiredException | InvalidApplicationNameException */
export function applicationName(given: string | undefined): string {
  if (!given) throw new ApiError('ApplicationNameRequiredException', 'Application name is missing');
  if (!NAME.test(given))
    throw new ApiError(
      'InvalidApplicationNameException',
      `The specified application name contains invalid characters or is over 100 characters: ${given.slice(0, 120)}`,
    );
  return given;
}

/** @throws ApiError DeploymentGroupNameRequiredException | InvalidDeploymentGroupNameException */
export function groupName(given: string | undefined): string {
  if (!given) throw new ApiError('DeploymentGroupNameRequiredException', 'Deployment Group name is missing');
  if (!NAME.test(given))
    throw new ApiError(
      'InvalidDeploymentGroupNameException',
      `The specified deployment group name contains invalid characters or is over 100 characters: ${given.slice(0, 120)}`,
    );
  return given;
}

/** @throws ApiError DeploymentConfigNameRequiredException | InvalidDeploymentConfigNameException */
export function configName(given: string | undefined): string {
  if (!given) throw new ApiError('DeploymentConfigNameRequiredException', 'Deployment Configuration name is missing');
  if (!NAME.test(given))
    throw new ApiError(
      'InvalidDeploymentConfigNameException',
      `The specified deployment configuration name contains invalid characters or is over 100 characters: ${given.slice(0, 120)}`,
    );
  return given;
}

export function needApplication(call: Call, given: string | undefined): CodeDeployApplication {
  const name = applicationName(given);
  const found = call.codedeploy.applications().find((one) => one.name === name);
  if (!found) throw new ApiError('ApplicationDoesNotExistException', `No application found for name: ${name}`);
  return found;
}

export function needGroup(call: Call, application: string | undefined, given: string | undefined): DeploymentGroup {
  const { name: owner } = needApplication(call, application);
  const name = groupName(given);
  const found = call.codedeploy.groups().find((one) => one.applicationName === owner && one.name === name);
  if (!found) throw new ApiError('DeploymentGroupDoesNotExistException', `No Deployment Group found for name: ${name}`);
  return found;
}

export function needConfig(call: Call, given: string | undefined): ReturnType<Call['codedeploy']['configs']>[number] {
  const name = configName(given);
  const found = call.codedeploy.configs().find((one) => one.name === name);
  if (!found)
    throw new ApiError(
      'DeploymentConfigDoesNotExistException',
      `No deployment configuration found for name: ${name}. There are: ${call.codedeploy
        .configs()
        .map((one) => one.name)
        .join(', ')}`,
    );
  return found;
}

/** @throws ApiError DeploymentIdRequiredException | InvalidDeploymentIdException */
export function deploymentId(given: string | undefined): string {
  if (!given) throw new ApiError('DeploymentIdRequiredException', 'Deployment id is missing');
  if (!DEPLOYMENT_ID.test(given))
    throw new ApiError(
      'InvalidDeploymentIdException',
      `Specified DeploymentId is not in the valid format: ${given.slice(0, 100)}`,
    );
  return given;
}

export function needDeployment(call: Call, given: string | undefined): BlueGreenDeployment {
  const id = deploymentId(given);
  const found = call.codedeploy.deployments().find((one) => one.id === id);
  if (!found) throw new ApiError('DeploymentDoesNotExistException', `The deployment ${id} could not be found`);
  return found;
}

/** What a resource made through the endpoint has in common with those of the stacks. */
export function madeBase(call: Call, type: string, name: string, tags: Readonly<Record<string, string>>): ResourceBase {
  return {
    address: `${MADE_STACK}/${type}.${name}`,
    type,
    stack: MADE_STACK,
    dependsOn: [],
    digest: call.random.hex(64),
    ignoreChanges: [],
    attributes: {},
    tags,
  };
}

export function tagsOf(
  given: readonly { readonly Key: string; readonly Value?: string | undefined }[] = [],
): Record<string, string> {
  return Object.fromEntries(given.map(({ Key, Value }) => [Key, Value ?? '']));
}
