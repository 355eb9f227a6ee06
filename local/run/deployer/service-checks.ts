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
  if (!definition.requiresCompatibilities.includes(service.launchType))
    refuse(`Task definition does not support launch_type ${service.launchType}.`);
  if (definition.networkMode === 'awsvpc' && service.subnetIds.length === 0)
    refuse("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  if (definition.networkMode !== 'awsvpc' && service.subnetIds.length > 0)
    refuse('Network Configuration is not valid for the given networkMode of this task definition.');
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

export function checkDeletion(record: ServiceRecord, force: boolean): void {
  if (!force && record.desiredCount > 0) refuse('The service cannot be stopped while it is scaled above 0.');
}
