/** A blue/green deployment: CreateDeployment, and what becomes of it. */
import { createHash } from 'node:crypto';
import {
  BatchGetDeploymentTargetsCommand,
  CreateDeploymentCommand,
  type DeploymentInfo,
  type ECSTarget,
  type ECSTaskSet,
  GetDeploymentCommand,
  ListDeploymentTargetsCommand,
} from '@aws-sdk/client-codedeploy';
import type { TaskSet } from '@aws-sdk/client-ecs';
import { CutoverError } from '../../errors.ts';
import { hooksOf } from './app-spec.ts';
import { calling, isAwsError } from './aws-errors.ts';
import { describe, lastOf } from './find-service.ts';
import type { BlueGreenSnapshot, Side } from './snapshot.ts';
import type { DeployTarget } from './target.ts';
import type { Versions } from './versions.ts';

export interface BlueGreenOrder {
  readonly application: string;
  readonly group: string;
  readonly content: string;
  readonly config?: string;
  readonly description?: string;
}

/** @returns the deployment's id */
export async function startBlueGreen(target: DeployTarget, order: BlueGreenOrder): Promise<string> {
  const sha256 = createHash('sha256').update(order.content).digest('hex');
  const { deploymentId } = await calling('creating the deployment', target.name, () =>
    target.codedeploy.send(
      new CreateDeploymentCommand({
        applicationName: order.application,
        deploymentGroupName: order.group,
        revision: { revisionType: 'AppSpecContent', appSpecContent: { content: order.content, sha256 } },
        ...(order.config ? { deploymentConfigName: order.config } : {}),
        ...(order.description ? { description: order.description } : {}),
      }),
    ),
  );
  return deploymentId ?? '';
}

/** @throws CutoverError DEPLOYMENT_NOT_FOUND */
export async function lookAtBlueGreen(
  target: DeployTarget,
  deploymentId: string,
  versions: Versions,
): Promise<BlueGreenSnapshot> {
  const info = await infoOf(target, deploymentId);
  const ecsTarget = await targetOf(target, deploymentId);
  const [cluster = '', service = ''] = (ecsTarget?.targetId ?? '').split(':');
  const live = service ? await describe(target, cluster, service) : undefined;
  const hooks = hooksOf(info.revision?.appSpecContent?.content ?? info.revision?.string?.content ?? '');
  const sides = ecsTarget?.taskSetsInfo ?? [];
  const side = (label: 'Blue' | 'Green'): Promise<Side | null> =>
    sideOf(
      sides.find((one) => one.taskSetLabel === label),
      live?.taskSets ?? [],
      versions,
    );
  const { errorInformation: error, rollbackInfo } = info;
  return {
    kind: 'blue-green',
    deploymentId,
    status: info.status ?? '',
    cluster,
    service,
    config: info.deploymentConfigName ?? '',
    rollsBack: rollbackInfo?.rollbackTriggeringDeploymentId ?? null,
    rollbackDeploymentId: rollbackInfo?.rollbackDeploymentId ?? null,
    error: error ? { code: error.code ?? '', message: error.message ?? '' } : null,
    lifecycleEvents: (ecsTarget?.lifecycleEvents ?? []).map((event) => ({
      name: event.lifecycleEventName ?? '',
      status: event.status ?? '',
      startedAt: event.startTime?.toISOString() ?? null,
      endedAt: event.endTime?.toISOString() ?? null,
      hook: hooks[event.lifecycleEventName ?? ''] ?? null,
      message: event.diagnostics?.message || null,
    })),
    blue: await side('Blue'),
    green: await side('Green'),
    blueWaits: info.instanceTerminationWaitTimeStarted ?? false,
  };
}

async function infoOf(target: DeployTarget, deploymentId: string): Promise<DeploymentInfo> {
  return calling(`looking at ${deploymentId}`, target.name, async () => {
    try {
      const { deploymentInfo } = await target.codedeploy.send(new GetDeploymentCommand({ deploymentId }));
      return deploymentInfo ?? {};
    } catch (error) {
      if (isAwsError(error, 'DeploymentDoesNotExistException', 'InvalidDeploymentIdException'))
        throw noDeployment(deploymentId, target);
      throw error;
    }
  });
}

export function noDeployment(deploymentId: string, target: DeployTarget): CutoverError {
  return new CutoverError({
    code: 'DEPLOYMENT_NOT_FOUND',
    address: deploymentId,
    message: `there is no deployment ${deploymentId} at ${target.name}`,
    value: deploymentId,
    rule: 'a CodeDeploy deployment id: d- and nine capitals or digits',
    fix: './cutover status lists the plane’s, aws deploy list-deployments AWS’s',
  });
}

/** @returns null while it waits behind another deployment */
async function targetOf(target: DeployTarget, deploymentId: string): Promise<ECSTarget | null> {
  return calling(`looking at the target of ${deploymentId}`, target.name, async () => {
    try {
      const { targetIds } = await target.codedeploy.send(new ListDeploymentTargetsCommand({ deploymentId }));
      if (!targetIds?.length) return null;
      const ask = new BatchGetDeploymentTargetsCommand({ deploymentId, targetIds });
      return (await target.codedeploy.send(ask)).deploymentTargets?.[0]?.ecsTarget ?? null;
    } catch (error) {
      if (isAwsError(error, 'DeploymentNotStartedException')) return null;
      throw error;
    }
  });
}

async function sideOf(set: ECSTaskSet | undefined, live: readonly TaskSet[], versions: Versions): Promise<Side | null> {
  if (!set) return null;
  const arn = versions.definitionOf(set.identifer ?? '', live.find((one) => one.id === set.identifer)?.taskDefinition);
  return {
    taskSet: set.identifer ?? '',
    targetGroup: set.targetGroup?.name ?? '',
    taskDefinition: lastOf(arn),
    version: await versions.of(arn),
    status: set.status ?? '',
    running: set.runningCount ?? 0,
    desired: set.desiredCount ?? 0,
    weight: set.trafficWeight ?? 0,
  };
}
