/** The CodeDeploy deployment group of a service, and the AppSpec that its deployments are given. */
import { readFile } from 'node:fs/promises';
import {
  BatchGetDeploymentGroupsCommand,
  type DeploymentGroupInfo,
  paginateListApplications,
  paginateListDeploymentGroups,
} from '@aws-sdk/client-codedeploy';
import { GetParameterCommand, paginateDescribeParameters } from '@aws-sdk/client-ssm';
import { CutoverError } from '../../errors.ts';
import { appSpecOf, type ServiceFacts } from './app-spec.ts';
import { calling, isAwsError } from './aws-errors.ts';
import { type FoundService, lastOf } from './find-service.ts';
import type { DeployTarget } from './target.ts';

export interface FoundGroup {
  readonly application: string;
  readonly name: string;
  readonly info: DeploymentGroupInfo;
}

/** BatchGetDeploymentGroups takes this many. */
const BATCH = 100;

/** @throws CutoverError SERVICE_NOT_FOUND where no group deploys the service */
export async function findGroup(target: DeployTarget, service: FoundService): Promise<FoundGroup> {
  const applications: string[] = [];
  const found = await calling('looking for the deployment group', target.name, async () => {
    for await (const page of paginateListApplications({ client: target.codedeploy }, {}))
      applications.push(...(page.applications ?? []));
    for (const application of applications) {
      const group = (await groupsOf(target, application)).find((info) => deploys(info, service));
      if (group) return { application, name: group.deploymentGroupName ?? '', info: group };
    }
    return null;
  });
  if (found) return found;
  throw new CutoverError({
    code: 'SERVICE_NOT_FOUND',
    address: service.name,
    message: `no CodeDeploy deployment group deploys ${service.clusterName}/${service.name}`,
    value: applications,
    rule: 'a service with deployment controller CODE_DEPLOY is deployed by the one group that names it',
    fix: 'make the deployment group: the stacks do, or aws deploy create-deployment-group',
  });
}

async function groupsOf(target: DeployTarget, applicationName: string): Promise<readonly DeploymentGroupInfo[]> {
  const names: string[] = [];
  for await (const page of paginateListDeploymentGroups({ client: target.codedeploy }, { applicationName }))
    names.push(...(page.deploymentGroups ?? []));
  const groups: DeploymentGroupInfo[] = [];
  for (let at = 0; at < names.length; at += BATCH) {
    const deploymentGroupNames = names.slice(at, at + BATCH);
    const answer = await target.codedeploy.send(
      new BatchGetDeploymentGroupsCommand({ applicationName, deploymentGroupNames }),
    );
    groups.push(...(answer.deploymentGroupsInfo ?? []));
  }
  return groups;
}

/** Names or ARNs: groups hold either. */
function deploys(info: DeploymentGroupInfo, service: FoundService): boolean {
  return (info.ecsServices ?? []).some(
    ({ serviceName, clusterName }) =>
      lastOf(serviceName) === service.name && lastOf(clusterName) === service.clusterName,
  );
}

export interface AppSpecText {
  readonly text: string;
  /** For messages: a file, a parameter, or the service. */
  readonly source: string;
}

/**
 * The file that is named; else the parameter `/<environment>/codedeploy/<application>/appspec` that the stacks keep;
 * else what the service runs with, without hooks.
 * @throws CutoverError INVALID_APPSPEC
 */
export async function appSpecText(
  target: DeployTarget,
  service: FoundService,
  options: { readonly application: string; readonly file?: string; readonly fresh: boolean },
): Promise<AppSpecText> {
  if (options.file !== undefined) return { text: await fileText(options.file), source: options.file };
  const stored = options.fresh ? null : await parameterText(target, options.application);
  return stored ?? { text: appSpecOf(factsOf(service)), source: `the service ${service.name}` };
}

async function fileText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CutoverError({
      code: 'INVALID_APPSPEC',
      address: '--appspec',
      message: `the AppSpec cannot be read: ${(error as Error).message}`,
      value: file,
      fix: 'name a JSON or YAML file',
    });
  }
}

async function parameterText(target: DeployTarget, application: string): Promise<AppSpecText | null> {
  const end = `/codedeploy/${application}/appspec`;
  const names: string[] = [];
  const value = await calling('looking for the stored AppSpec', target.name, async () => {
    try {
      const ParameterFilters = [{ Key: 'Name', Option: 'Contains', Values: [end] }];
      for await (const page of paginateDescribeParameters({ client: target.ssm }, { ParameterFilters }))
        names.push(...(page.Parameters ?? []).map(({ Name }) => Name ?? ''));
      const matching = names.filter((name) => name.endsWith(end) && name.split('/').length === 5);
      names.splice(0, names.length, ...matching);
      if (names.length !== 1) return undefined;
      const answer = await target.ssm.send(new GetParameterCommand({ Name: names[0] ?? '', WithDecryption: true }));
      return answer.Parameter?.Value;
    } catch (error) {
      if (isAwsError(error, 'AccessDeniedException', 'ParameterNotFound')) return undefined;
      throw error;
    }
  });
  if (names.length > 1)
    throw new CutoverError({
      code: 'INVALID_APPSPEC',
      address: application,
      message: `${names.length} parameters hold an AppSpec of ${application}`,
      value: names,
      fix: 'say which AppSpec is meant: --appspec FILE',
    });
  return value === undefined ? null : { text: value, source: names[0] ?? '' };
}

function factsOf({ description }: FoundService): ServiceFacts {
  const primary = description.taskSets?.find((set) => set.status === 'PRIMARY');
  const balancer = (primary?.loadBalancers ?? description.loadBalancers ?? [])[0];
  const network = (primary?.networkConfiguration ?? description.networkConfiguration)?.awsvpcConfiguration;
  return {
    containerName: balancer?.containerName ?? '',
    containerPort: balancer?.containerPort ?? 0,
    platformVersion: primary?.platformVersion ?? description.platformVersion,
    network: network
      ? {
          subnets: network.subnets ?? [],
          securityGroups: network.securityGroups ?? [],
          publicIp: network.assignPublicIp ?? 'DISABLED',
        }
      : undefined,
  };
}
