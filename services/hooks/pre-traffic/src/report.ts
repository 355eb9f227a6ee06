/** Tells CodeDeploy the outcome; without that the lifecycle event waits for an hour, then fails. */
import { CodeDeployClient, PutLifecycleEventHookExecutionStatusCommand } from '@aws-sdk/client-codedeploy';

/** CodeDeploy's payload for a lifecycle hook (CodeDeploy reference-appspec-file-structure-hooks). */
export interface LifecycleEvent {
  readonly DeploymentId: string;
  readonly LifecycleEventHookExecutionId: string;
}

export type HookStatus = 'Succeeded' | 'Failed';

const CONNECT_TIMEOUT_MS = 2_000;
const ANSWER_TIMEOUT_MS = 5_000;

/**
 * Region, credentials and endpoint come from the environment, as Lambda sets it; `AWS_ENDPOINT_URL` is honoured.
 * @throws the SDK's error where CodeDeploy does not take the answer, after its retries
 */
export async function report(event: LifecycleEvent, status: HookStatus): Promise<void> {
  const client = new CodeDeployClient({
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: ANSWER_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
  try {
    await client.send(
      new PutLifecycleEventHookExecutionStatusCommand({
        deploymentId: event.DeploymentId,
        lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
        status,
      }),
    );
  } finally {
    client.destroy();
  }
}
