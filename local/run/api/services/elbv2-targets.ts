/** Targets by hand: instances and addresses that the plane knows (ELBv2 API RegisterTargets, DeregisterTargets). */
import { z } from 'zod';
import type { TargetGroup } from '../../../topology.ts';
import { ApiError, type Target } from '../../contracts.ts';
import type { Call } from '../operation.ts';
import { integer, list, name, text } from '../schema.ts';

export const targets = list(
  z.strictObject({ Id: name, Port: integer(1, 65_535).optional(), AvailabilityZone: text.optional() }),
).refine((all) => all.length > 0, 'at least one target must be specified');

type Given = z.output<typeof targets>;

/** All of them or none. @throws ApiError InvalidTarget */
export function registerTargets(group: TargetGroup, given: Given, call: Call): void {
  if (group.targetType === 'alb') {
    registerBalancers(group, given, call);
    return;
  }
  const found = given.map(({ Id, Port }) => targetOf(group, Id, Port ?? group.port, call));
  for (const target of found) call.registry.register(group.arn, target);
}

/** Draining goes on after the answer, as AWS has it. @throws ApiError InvalidTarget where one is not registered */
export function deregisterTargets(group: TargetGroup, given: Given, call: Call): void {
  const registered = call.balancer.health(group.arn).map(({ target }) => target);
  const wanted = given.flatMap(({ Id, Port }) => {
    const own = registered.filter(({ id, port }) => id === Id && (Port === undefined || port === Port));
    if (own.length === 0)
      throw new ApiError('InvalidTarget', `The following targets are not registered to the target group: '${Id}'`);
    return own;
  });
  for (const { id, port } of wanted) void call.registry.deregister(group.arn, { id, port });
}

/** One application load balancer, by a listener that it has (ELB application-load-balancer-target). */
function registerBalancers(group: TargetGroup, given: Given, call: Call): void {
  const registered = call.balancer.health(group.arn).map(({ target }) => target.id);
  if (new Set([...registered, ...given.map(({ Id }) => Id)]).size > 1)
    throw new ApiError('TooManyTargets', 'A target group of type alb has one target');
  for (const { Id, Port = group.port } of given) {
    const lb = call.balancer.loadBalancers().find(({ arn, network }) => arn === Id && !network);
    const listener = call.balancer.listeners().find((one) => one.loadBalancerArn === Id && one.port === Port);
    if (!lb || !listener || Port !== group.port)
      throw new ApiError(
        'InvalidTarget',
        `The following targets are no application load balancer with a listener on port ${group.port}: '${Id}'`,
      );
    const endpoint = call.addresses.listener(Id, Port);
    const { securityGroupIds } = lb;
    call.registry.register(group.arn, { id: Id, port: Port, endpoint, zone: 'all', securityGroupIds });
  }
}

function targetOf(group: TargetGroup, id: string, port: number, call: Call): Target {
  const place = group.targetType === 'instance' ? instancePlace(id, call) : addressPlace(id, call);
  if (!place)
    throw new ApiError(
      'InvalidTarget',
      group.targetType === 'instance'
        ? `The following targets are not valid instances: '${id}'`
        : `The address '${id}' belongs to no task or instance of the plane`,
    );
  const { host, zone, securityGroupIds } = place;
  return { id, port, endpoint: { host, port: call.addresses.bindPort(host, port) }, zone, securityGroupIds };
}

interface Place {
  readonly host: string;
  readonly zone: string;
  readonly securityGroupIds: readonly string[];
}

function instancePlace(id: string, call: Call): Place | null {
  const found = call.ecs.instances().find((one) => one.id === id && one.status !== 'TERMINATED');
  if (!found) return null;
  const group = call.resources().autoScalingGroups.find((one) => one.name === found.autoScalingGroupName);
  return { host: found.address, zone: found.zone, securityGroupIds: group?.securityGroupIds ?? [] };
}

/** Of an awsvpc task, or of an instance. */
function addressPlace(address: string, call: Call): Place | null {
  const task = call.ecs.tasks().find((one) => one.address === address && one.lastStatus !== 'STOPPED');
  if (task && task.instanceId === null) {
    const service = call.ecs
      .services()
      .find(
        ({ definition }) => `service:${definition.name}` === task.group && definition.clusterArn === task.clusterArn,
      );
    return { host: address, zone: task.zone, securityGroupIds: service?.definition.securityGroupIds ?? [] };
  }
  const instance = call.ecs.instances().find((one) => one.address === address && one.status !== 'TERMINATED');
  return instance ? instancePlace(instance.id, call) : null;
}
