/** What is done to a deployment that is under way: stop it, go on, look at it again. */
import { ContinueDeploymentCommand, GetDeploymentCommand, StopDeploymentCommand } from '@aws-sdk/client-codedeploy';
import { calling, isAwsError } from './aws-errors.ts';
import { noDeployment } from './blue-green.ts';
import type { DeployTarget } from './target.ts';

/**
 * @param rollBack put traffic back to where it was
 * @throws CutoverError DEPLOYMENT_NOT_FOUND | AWS_REFUSED where it is over already
 */
export async function stopDeployment(
  target: DeployTarget,
  deploymentId: string,
  rollBack: boolean,
): Promise<{ status: string; message: string }> {
  return onDeployment(target, deploymentId, 'stopping the deployment', async () => {
    const ask = new StopDeploymentCommand({ deploymentId, autoRollbackEnabled: rollBack });
    const { status, statusMessage } = await target.codedeploy.send(ask);
    return { status: status ?? '', message: statusMessage ?? '' };
  });
}

/** Ends the wait that it is in: before the shift, or before blue's end. @returns which one */
export async function continueDeployment(
  target: DeployTarget,
  deploymentId: string,
): Promise<'READY_WAIT' | 'TERMINATION_WAIT'> {
  return onDeployment(target, deploymentId, 'continuing the deployment', async () => {
    const { deploymentInfo } = await target.codedeploy.send(new GetDeploymentCommand({ deploymentId }));
    const deploymentWaitType = deploymentInfo?.instanceTerminationWaitTimeStarted ? 'TERMINATION_WAIT' : 'READY_WAIT';
    await target.codedeploy.send(new ContinueDeploymentCommand({ deploymentId, deploymentWaitType }));
    return deploymentWaitType;
  });
}

function onDeployment<T>(target: DeployTarget, deploymentId: string, what: string, call: () => Promise<T>): Promise<T> {
  return calling(what, target.name, async () => {
    try {
      return await call();
    } catch (error) {
      if (isAwsError(error, 'DeploymentDoesNotExistException', 'InvalidDeploymentIdException'))
        throw noDeployment(deploymentId, target);
      throw error;
    }
  });
}
