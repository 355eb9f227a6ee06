/** What CreateService and DeleteService refuse, in AWS's words (ECS API_CreateService, API_DeleteService). */
import type { Service, TaskDefinition } from '../../topology.ts';
import { ApiError } from '../contracts.ts';
import type { KnownNetwork } from '../ecs/known-network.ts';
import type { ServiceRecord } from './service-record.ts';

const refuse = (message: string): never => {
  throw new ApiError('InvalidParameterException', message);
};

/** @param associated does a load balancer forward to the target group? */
export function checkNewService(
  service: Service,
  definition: TaskDefinition,
  associated: (targetGroupArn: string) => boolean,
  network: KnownNetwork,
): void {
  if (service.schedulingStrategy === 'DAEMON') refuse('DAEMON services are not run here: use REPLICA.');
  checkFit(service, definition);
  checkNetwork(service, network);
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

/** Subnets and security groups that do not exist (EC2 errors-overview). @throws ApiError naming the first */
export function checkNetwork(
  { subnetIds, securityGroupIds }: Pick<Service, 'subnetIds' | 'securityGroupIds'>,
  network: KnownNetwork,
): void {
  const subnet = network.missing('subnet', subnetIds);
  if (subnet !== null)
    refuse(
      `Error retrieving subnet information for [${subnet}]: The subnet ID '${subnet}' does not exist (ErrorCode: InvalidSubnetID.NotFound)`,
    );
  const group = network.missing('securityGroup', securityGroupIds);
  if (group !== null)
    refuse(
      `Error retrieving security group information for [${group}]: The security group '${group}' does not exist (ErrorCode: InvalidGroup.NotFound)`,
    );
}

/** A task set of a service, as it would be (ECS API_CreateTaskSet). */
export function checkTaskSet(set: Service, definition: TaskDefinition, network: KnownNetwork): void {
  checkFit(set, definition);
  checkNetwork(set, network);
}

export function checkDeletion(record: ServiceRecord, force: boolean): void {
  if (!force && record.desiredCount > 0) refuse('The service cannot be stopped while it is scaled above 0.');
}
