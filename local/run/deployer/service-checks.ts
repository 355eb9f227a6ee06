/** What CreateService and DeleteService refuse, in AWS's words (ECS API_CreateService, API_DeleteService). */
import type { Service, TaskDefinition } from '../../topology.ts';
import { ApiError } from '../contracts.ts';
import type { ServiceRecord } from './service-record.ts';

const refuse = (message: string): never => {
  throw new ApiError('InvalidParameterException', message);
};

/** @param associated does a load balancer forward to the target group? */
export function checkNewService(
  service: Service,
  definition: TaskDefinition,
  associated: (targetGroupArn: string) => boolean,
): void {
  if (service.schedulingStrategy === 'DAEMON') refuse('DAEMON services are not run here: use REPLICA.');
  checkFit(service, definition);
  if (service.deploymentController === 'EXTERNAL' && service.loadBalancers.length > 0)
    refuse('LoadBalancers must be empty or null.');
  for (const { targetGroupArn, containerName, containerPort } of service.loadBalancers) {
    const container = definition.containers.find((c) => c.name === containerName);
    if (!container) refuse(`The container ${containerName} does not exist in the task definition.`);
    if (!container?.portMappings.some((p) => p.containerPort === containerPort))
      refuse(`The container ${containerName} did not have a container port ${containerPort} defined.`);
    if (!associated(targetGroupArn))
      refuse(`The target group with targetGroupArn ${targetGroupArn} does not have an associated load balancer.`);
  }
}

/** Launch type and network of what is to run, against its task definition. */
function checkFit(service: Pick<Service, 'launchType' | 'subnetIds'>, definition: TaskDefinition): void {
  if (!definition.requiresCompatibilities.includes(service.launchType))
    refuse(`Task definition does not support launch_type ${service.launchType}.`);
  if (definition.networkMode === 'awsvpc' && service.subnetIds.length === 0)
    refuse("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  if (definition.networkMode !== 'awsvpc' && service.subnetIds.length > 0)
    refuse('Network Configuration is not valid for the given networkMode of this task definition.');
}

/**
 * A task set of a service (ECS API_CreateTaskSet).
 * @param set the service as the task set has it
 * @param zoneOf null where the stacks do not declare the subnet; where they declare none of the service's own (they
 * may be data sources), nothing is known about others either
 */
export function checkTaskSet(
  set: Service,
  definition: TaskDefinition,
  own: Service,
  zoneOf: (subnetId: string) => string | null,
): void {
  checkFit(set, definition);
  if (!own.subnetIds.some((id) => zoneOf(id) !== null)) return;
  const missing = set.subnetIds.find((id) => !own.subnetIds.includes(id) && zoneOf(id) === null);
  if (missing !== undefined)
    refuse(
      `Error retrieving subnet information for [${missing}]: The subnet ID '${missing}' does not exist (ErrorCode: InvalidSubnetID.NotFound)`,
    );
}

export function checkDeletion(record: ServiceRecord, force: boolean): void {
  if (!force && record.desiredCount > 0) refuse('The service cannot be stopped while it is scaled above 0.');
}
