/** A CodeDeploy in memory: deployments wait until a test moves them on. */
import { ApiError } from '../../contracts.ts';
import type { BlueGreenDeployment, CodeDeployControl } from '../../contracts-delivery.ts';
import * as build from './builders.ts';
import * as delivery from './builders-delivery.ts';

export interface FakeCodeDeploy extends CodeDeployControl {
  /** Changes a deployment as time would. */
  move(id: string, change: Partial<BlueGreenDeployment>): void;
}

const over = ({ status }: BlueGreenDeployment): boolean => ['Succeeded', 'Failed', 'Stopped'].includes(status);

export function fakeCodeDeploy(): FakeCodeDeploy {
  let applications = [delivery.application];
  let groups = [delivery.deploymentGroup];
  let configs: ReturnType<CodeDeployControl['configs']>[number][] = [
    { name: 'CodeDeployDefault.ECSAllAtOnce', routing: { type: 'AllAtOnce' }, predefined: true },
    {
      name: 'CodeDeployDefault.ECSCanary10Percent5Minutes',
      routing: { type: 'TimeBasedCanary', percentage: 10, intervalMinutes: 5 },
      predefined: true,
    },
  ];
  let deployments: BlueGreenDeployment[] = [];
  const move = (id: string, change: Partial<BlueGreenDeployment>): void => {
    deployments = deployments.map((one) => (one.id === id ? { ...one, ...change } : one));
  };
  const need = (id: string): BlueGreenDeployment => {
    const found = deployments.find((one) => one.id === id);
    if (!found) throw new ApiError('DeploymentDoesNotExistException', `The deployment ${id} could not be found`);
    if (over(found)) throw new ApiError('DeploymentAlreadyCompletedException', `Deployment ${id} is already completed`);
    return found;
  };
  return {
    move,
    applications: () => applications,
    groups: () => groups,
    configs: () => configs,
    deployments: () => deployments,
    createDeployment(input) {
      const busy = deployments.find((one) => one.groupName === input.groupName && !over(one));
      if (busy) throw new ApiError('DeploymentLimitExceededException', `${busy.id} is under way`);
      const made = delivery.deployment(deployments.length + 1, input);
      deployments = [made, ...deployments];
      return made;
    },
    stop(id) {
      need(id);
      move(id, { status: 'Stopped', completedAtMs: build.START_MS });
      return { status: 'Succeeded', message: 'Deployment stopped' };
    },
    continueDeployment(id) {
      if (need(id).status !== 'Ready')
        throw new ApiError('DeploymentIsNotInReadyStateException', `Deployment ${id} is not in the ready state`);
      move(id, { status: 'InProgress' });
    },
    putHookStatus(id, execution, status) {
      const { lifecycleEvents } = need(id);
      if (!lifecycleEvents.some((event) => event.hook?.executionId === execution))
        throw new ApiError('InvalidLifecycleEventHookExecutionIdException', 'unknown execution');
      const answered = lifecycleEvents.map((event) =>
        event.hook?.executionId === execution ? { ...event, status, endedAtMs: build.START_MS + 9000 } : event,
      );
      move(id, { lifecycleEvents: answered });
      return execution;
    },
    putApplication(one) {
      applications = [...applications.filter(({ name }) => name !== one.name), one];
    },
    removeApplication(name) {
      applications = applications.filter((one) => one.name !== name);
    },
    putGroup(one) {
      groups = [...groups.filter(({ name }) => name !== one.name), one];
    },
    removeGroup(_application, name) {
      groups = groups.filter((one) => one.name !== name);
    },
    putConfig(one) {
      configs = [...configs, { ...one, predefined: false }];
    },
    removeConfig(name) {
      configs = configs.filter((one) => one.name !== name);
    },
  };
}
