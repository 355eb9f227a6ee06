/** What CreateService and DeleteService refuse, in AWS's words (ECS API_CreateService, API_DeleteService). */
import type { Service, TaskDefinition } from '../../topology.ts';
import { ApiError } from '../contracts.ts';
import type { KnownNetwork } from '../ecs/known-network.ts';
import type { ServiceRecord } from './service-record.ts';
import type { ServiceChange } from './service-update.ts';

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
  if (service.schedulingStrategy === 'DAEMON') checkDaemon(service);
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

/** AWS's own words, as far as they are known (ECS API_CreateService: schedulingStrategy). */
function checkDaemon(service: Service): void {
  const cannot = (what: string, instead: string): never =>
    refuse(`The daemon scheduling strategy does not support ${what}. ${instead}`);
  if (service.deploymentController !== 'ECS')
    cannot(
      `the ${service.deploymentController} deployment controller`,
      'Use the ECS deployment controller and try again',
    );
  if (service.capacityProviderStrategy.length > 0)
    refuse(
      'Specifying a capacity provider strategy is not supported when you create a service using the DAEMON scheduling strategy.',
    );
  if (service.launchType === 'FARGATE') cannot('the FARGATE launch type', 'Use the EC2 launch type and try again');
  if (service.desiredCount > 0) cannot(NO_COUNT, 'Remove the desired count value and try again');
  if (service.placementStrategies.length > 0)
    cannot('placement strategies', 'Remove the placement strategy and try again');
  if (service.placementConstraints.some(({ type }) => type === 'distinctInstance'))
    cannot('the distinctInstance placement constraint', 'Remove the placement constraint and try again');
  checkDaemonPercent(service.maximumPercent);
}

const NO_COUNT = 'a desired count for services';

function checkDaemonPercent(maximumPercent: number): void {
  if (maximumPercent > 100)
    refuse(
      'The daemon scheduling strategy does not support values above 100 for maximumPercent on a deployment configuration. Change the maximumPercent value to 100, and try again',
    );
}

/** What UpdateService may change of a daemon: its count is that of the instances. */
export function checkDaemonChange({ definition }: ServiceRecord, change: ServiceChange): void {
  if (definition.schedulingStrategy !== 'DAEMON') return;
  if (change.desiredCount !== undefined)
    refuse(`The daemon scheduling strategy does not support ${NO_COUNT}. Remove the desired count value and try again`);
  checkDaemonPercent(change.settings?.maximumPercent ?? 0);
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
  const isDaemon = record.definition.schedulingStrategy === 'DAEMON';
  if (!force && !isDaemon && record.desiredCount > 0)
    refuse('The service cannot be stopped while it is scaled above 0.');
}
