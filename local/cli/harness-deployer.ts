/** What the rehearsal does to a blue/green deployment, through the AWS SDK and the plane's endpoint. */
import { CloudWatchClient, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  BatchGetDeploymentGroupsCommand,
  CodeDeployClient,
  CreateDeploymentCommand,
  type DeploymentGroupInfo,
  paginateListApplications,
  paginateListDeploymentGroups,
  StopDeploymentCommand,
} from '@aws-sdk/client-codedeploy';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
} from '@aws-sdk/client-ecs';
import { GetParameterCommand, paginateDescribeParameters, SSMClient } from '@aws-sdk/client-ssm';
import type { BegunDeployment, DeployClient, DeployRequest } from '../../loadtest/harness/deploy-client.ts';
import type { AwsAccess } from '../../loadtest/harness/sources.ts';
import { CutoverError } from '../errors.ts';

export function harnessDeployer(access: AwsAccess): DeployClient {
  const config = {
    region: access.region,
    ...(access.endpoint
      ? { endpoint: access.endpoint, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }
      : {}),
  };
  const clients: Clients = {
    codeDeploy: new CodeDeployClient(config),
    ecs: new ECSClient(config),
    ssm: new SSMClient(config),
  };
  const cloudWatch = new CloudWatchClient(config);
  return {
    begin: (request) => begin(clients, request),
    async stop(deploymentId) {
      await clients.codeDeploy.send(new StopDeploymentCommand({ deploymentId, autoRollbackEnabled: true }));
    },
    async fireAlarm(name) {
      const input = { AlarmName: name, StateValue: 'ALARM' as const, StateReason: 'set by a drill' };
      await cloudWatch.send(new SetAlarmStateCommand(input));
    },
    close() {
      for (const client of [...Object.values(clients), cloudWatch]) client.destroy();
    },
  };
}

interface Clients {
  readonly codeDeploy: CodeDeployClient;
  readonly ecs: ECSClient;
  readonly ssm: SSMClient;
}

async function begin(clients: Clients, request: DeployRequest): Promise<BegunDeployment> {
  const group = await groupOf(clients.codeDeploy, request.service);
  const taskDefinition = await registerTag(clients.ecs, group, request.tag);
  const content = await appSpec(clients.ssm, group.applicationName ?? '', { taskDefinition, hooks: request.hooks });
  const { deploymentId } = await clients.codeDeploy.send(
    new CreateDeploymentCommand({
      applicationName: group.applicationName,
      deploymentGroupName: group.deploymentGroupName,
      revision: { revisionType: 'AppSpecContent', appSpecContent: { content } },
      ...(request.config ? { deploymentConfigName: request.config } : {}),
    }),
  );
  const blue = group.blueGreenDeploymentConfiguration?.terminateBlueInstancesOnDeploymentSuccess;
  const { enabled, alarms = [] } = group.alarmConfiguration ?? {};
  return {
    deploymentId: deploymentId ?? '',
    application: group.applicationName ?? '',
    group: group.deploymentGroupName ?? '',
    config: request.config ?? group.deploymentConfigName ?? '',
    blueWaitMinutes: blue?.action === 'KEEP_ALIVE' ? null : (blue?.terminationWaitTimeInMinutes ?? 0),
    alarms: enabled ? alarms.flatMap((alarm) => alarm.name ?? []) : [],
  };
}

async function groupOf(client: CodeDeployClient, service: string): Promise<DeploymentGroupInfo> {
  for await (const { applications = [] } of paginateListApplications({ client }, {})) {
    for (const applicationName of applications) {
      for await (const page of paginateListDeploymentGroups({ client }, { applicationName })) {
        const deploymentGroupNames = page.deploymentGroups ?? [];
        if (deploymentGroupNames.length === 0) continue;
        const { deploymentGroupsInfo = [] } = await client.send(
          new BatchGetDeploymentGroupsCommand({ applicationName, deploymentGroupNames }),
        );
        const found = deploymentGroupsInfo.find((g) => g.ecsServices?.some((s) => s.serviceName === service));
        if (found) return found;
      }
    }
  }
  throw new CutoverError({
    code: 'BAD_FLAG',
    message: 'no deployment group deploys this service',
    value: service,
    fix: 'name an ECS service that CodeDeploy deploys',
  });
}

/** The running task definition with another image tag, as a new revision. */
async function registerTag(client: ECSClient, group: DeploymentGroupInfo, tag: string): Promise<string> {
  const [target] = group.ecsServices ?? [];
  const { services = [] } = await client.send(
    new DescribeServicesCommand({ cluster: target?.clusterName, services: [target?.serviceName ?? ''] }),
  );
  const primary = services[0]?.taskSets?.find((set) => set.status === 'PRIMARY');
  const current = primary?.taskDefinition ?? services[0]?.taskDefinition ?? '';
  const { taskDefinition } = await client.send(new DescribeTaskDefinitionCommand({ taskDefinition: current }));
  const {
    taskDefinitionArn,
    revision,
    status,
    requiresAttributes,
    compatibilities,
    registeredAt,
    registeredBy,
    ...kept
  } = taskDefinition ?? {};
  const containerDefinitions = kept.containerDefinitions?.map((container) => ({
    ...container,
    image: container.image?.replace(/:[^:/]+$/, `:${tag}`),
  }));
  const registered = await client.send(
    new RegisterTaskDefinitionCommand({ ...kept, containerDefinitions } as RegisterTaskDefinitionCommandInput),
  );
  return registered.taskDefinition?.taskDefinitionArn ?? '';
}

async function appSpec(
  client: SSMClient,
  application: string,
  put: { readonly taskDefinition: string; readonly hooks: DeployRequest['hooks'] },
): Promise<string> {
  const suffix = `/codedeploy/${application}/appspec`;
  for await (const { Parameters = [] } of paginateDescribeParameters({ client }, {})) {
    const name = Parameters.find((parameter) => parameter.Name?.endsWith(suffix))?.Name;
    if (!name) continue;
    const { Parameter } = await client.send(new GetParameterCommand({ Name: name }));
    const spec = JSON.parse((Parameter?.Value ?? '').replaceAll('<TASK_DEFINITION>', put.taskDefinition)) as object;
    const hooks = put.hooks ? { Hooks: Object.entries(put.hooks).map(([event, name]) => ({ [event]: name })) } : {};
    return JSON.stringify({ ...spec, version: '0.0', ...hooks });
  }
  throw new CutoverError({
    code: 'MISSING_ATTRIBUTE',
    address: suffix,
    message: 'the stacks keep no AppSpec for this application',
    fix: `put one into a parameter whose name ends in ${suffix}`,
  });
}
