/** What the rehearsal does to a blue/green deployment: what `deploy` does, and what may go wrong meanwhile. */
import { CloudWatchClient, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import type { BegunDeployment, DeployClient, DeployRequest } from '../../loadtest/harness/deploy-client.ts';
import type { AwsAccess } from '../../loadtest/harness/sources.ts';
import { deploy } from './deploy/deploy.ts';
import { findGroup } from './deploy/find-group.ts';
import { findService } from './deploy/find-service.ts';
import { stopDeployment } from './deploy/manage.ts';
import { type DeployTarget, deployTarget } from './deploy/target.ts';

export interface HarnessDeployerOptions {
  /** State folder of the plane that is rehearsed. */
  readonly stateDir: string;
  progress(line: string): void;
}

export function harnessDeployer(access: AwsAccess, options: HarnessDeployerOptions): DeployClient {
  const { endpoint, region } = access;
  const target = deployTarget({ ...(endpoint ? { endpoint } : {}), region, stateDir: options.stateDir });
  // Whoever uses it meets the refusal; nobody else has to.
  target.catch(() => undefined);
  const cloudWatch = new CloudWatchClient({
    region,
    ...(endpoint ? { endpoint, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } } : {}),
  });
  return {
    begin: async (request) => begin(await target, request, options.progress),
    async stop(deploymentId) {
      await stopDeployment(await target, deploymentId, true);
    },
    async fireAlarm(name) {
      const input = { AlarmName: name, StateValue: 'ALARM' as const, StateReason: 'set by a drill' };
      await cloudWatch.send(new SetAlarmStateCommand(input));
    },
    close() {
      cloudWatch.destroy();
      void target.then(({ ecs, codedeploy, ssm }) => {
        for (const client of [ecs, codedeploy, ssm]) client.destroy();
      });
    },
  };
}

async function begin(
  target: DeployTarget,
  request: DeployRequest,
  note: (text: string) => void,
): Promise<BegunDeployment> {
  const { service, tag, config, hooks = {} } = request;
  const { application, name, info } = await findGroup(target, await findService(target, service, undefined));
  const { deploymentId } = await deploy(
    { service, tag, hooks, fresh: false, watch: false, ...(config ? { config } : {}) },
    {
      target,
      reporter: { show: () => undefined, note },
      signal: new AbortController().signal,
      onStarted: () => undefined,
    },
  );
  const blue = info.blueGreenDeploymentConfiguration?.terminateBlueInstancesOnDeploymentSuccess;
  const { enabled, alarms = [] } = info.alarmConfiguration ?? {};
  return {
    deploymentId,
    application,
    group: name,
    config: config ?? info.deploymentConfigName ?? '',
    blueWaitMinutes: blue?.action === 'KEEP_ALIVE' ? null : (blue?.terminationWaitTimeInMinutes ?? 0),
    alarms: enabled ? alarms.flatMap((alarm) => alarm.name ?? []) : [],
  };
}
