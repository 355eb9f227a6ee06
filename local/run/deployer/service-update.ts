/** UpdateService, as the endpoint calls it (ECS API_UpdateService). */
import type { Service, TaskDefinition } from '../../topology.ts';
import { ApiError, type ServiceSettings } from '../contracts.ts';
import { checkDaemonChange } from './service-checks.ts';
import { hasTaskSets, type ServiceRecord } from './service-record.ts';

export interface ServiceChange {
  readonly desiredCount?: number;
  readonly taskDefinition?: string;
  readonly forceNewDeployment?: boolean;
  /** They hold from the next decision on, also for a deployment under way. */
  readonly settings?: Partial<ServiceSettings>;
}

/** @throws ApiError in AWS's words where the service's deployment controller does not allow the change */
export function checkChange(record: ServiceRecord, change: ServiceChange): void {
  if (!hasTaskSets(record.definition)) return;
  const controller = record.definition.deploymentController;
  const instead =
    controller === 'CODE_DEPLOY'
      ? 'Use AWS CodeDeploy to trigger a new deployment.'
      : 'Use task sets to deploy a new version.';
  const on = `on services with ${controller === 'EXTERNAL' ? 'an' : 'a'} ${controller} deployment controller. ${instead}`;
  if (change.taskDefinition !== undefined)
    throw new ApiError('InvalidParameterException', `Unable to update task definition ${on}`);
  if (change.forceNewDeployment) throw new ApiError('InvalidParameterException', `Cannot force a new deployment ${on}`);
}

export interface UpdateContext {
  readonly definitionOf: (reference: string) => TaskDefinition;
  readonly deploy: (record: ServiceRecord, definition: TaskDefinition, reason: string) => void;
}

function withSettings(service: Service, { deploymentStrategy, ...settings }: Partial<ServiceSettings>): Service {
  const { deploymentStrategy: before, ...rest } = { ...service, ...settings };
  const strategy = deploymentStrategy === undefined ? before : (deploymentStrategy ?? undefined);
  return strategy ? { ...rest, deploymentStrategy: strategy } : rest;
}

export function updateService(record: ServiceRecord, change: ServiceChange, context: UpdateContext): void {
  checkChange(record, change);
  checkDaemonChange(record, change);
  const current = record.deployments[0]?.definition;
  const wanted = change.taskDefinition === undefined ? current : context.definitionOf(change.taskDefinition);
  if (change.settings) record.definition = withSettings(record.definition, change.settings);
  if (change.desiredCount !== undefined) record.desiredCount = change.desiredCount;
  if (wanted && (wanted !== current || change.forceNewDeployment)) context.deploy(record, wanted, '');
  record.steady = false;
}
