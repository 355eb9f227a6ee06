/** Target groups and their targets, made, changed and removed while the load balancer runs (ELBv2 API). */
import { z } from 'zod';
import type { HealthCheck, TargetGroup } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';
import { arnAt } from '../../place.ts';
import { type Call, type Operation, operation } from '../operation.ts';
import { bool, integer, list, name, text } from '../schema.ts';
import { madeBase, tagsOf } from './codedeploy-lookup.ts';
import { withAttributes } from './elbv2-attributes.ts';
import { loadBalancersOf, needGroup, pairs, validation } from './elbv2-lookup.ts';
import { targetGroupAttributes, targetGroupShape } from './elbv2-shapes.ts';
import { deregisterTargets, registerTargets, targets } from './elbv2-targets.ts';

const protocol = z.enum(['HTTP', 'HTTPS']);
/** Ranges: ELB target-group-health-checks. */
const check = {
  HealthCheckProtocol: protocol.optional(),
  HealthCheckPort: z
    .string()
    .regex(/^(traffic-port|[1-9]\d{0,4})$/, 'must be traffic-port or a port')
    .optional(),
  HealthCheckEnabled: bool
    .refine((value) => value, 'cannot be turned off: targets of type instance and ip are checked')
    .optional(),
  HealthCheckPath: z
    .string()
    .regex(/^\/.{0,1023}$/, 'must begin with / and have at most 1024 characters')
    .optional(),
  HealthCheckIntervalSeconds: integer(5, 300).optional(),
  HealthCheckTimeoutSeconds: integer(2, 120).optional(),
  HealthyThresholdCount: integer(2, 10).optional(),
  UnhealthyThresholdCount: integer(2, 10).optional(),
  Matcher: z
    .strictObject({
      HttpCode: z.string().regex(/^[2-4]\d\d(-[2-4]\d\d)?(,[2-4]\d\d(-[2-4]\d\d)?)*$/, 'must be codes from 200 to 499'),
    })
    .optional(),
};

const createInput = z.strictObject({
  Name: z
    .string()
    .regex(/^(?!internal-)(?!-)[A-Za-z0-9-]{1,32}(?<!-)$/, 'must be 1 to 32 letters, digits and inner hyphens'),
  Protocol: protocol.optional(),
  ProtocolVersion: z.literal('HTTP1', 'has no local counterpart: HTTP1 does').optional(),
  Port: integer(1, 65_535).optional(),
  VpcId: text.optional(),
  TargetType: z.enum(['instance', 'ip']).optional(),
  IpAddressType: z.literal('ipv4').optional(),
  Tags: list(z.strictObject({ Key: name, Value: text.optional() }), 50).optional(),
  ...check,
});

const modifyInput = z.strictObject({ TargetGroupArn: name, ...check });
type GivenCheck = Omit<z.output<typeof modifyInput>, 'TargetGroupArn'>;

/** Of the API, which differ from Terraform's. */
const DEFAULTS: HealthCheck = {
  path: '/',
  port: 'traffic-port',
  intervalSeconds: 30,
  timeoutSeconds: 5,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
  matcher: '200',
};

export const groupOperations: Readonly<Record<string, Operation>> = {
  CreateTargetGroup: operation(createInput, createGroup),
  ModifyTargetGroup: operation(modifyInput, async ({ TargetGroupArn, ...given }, call) => {
    const current = needGroup(call, TargetGroupArn);
    needSameProtocol(given, current.protocol);
    const changed = { ...current, healthCheck: healthCheckOf(given, current.healthCheck) };
    await call.handlers.targetGroups.put(changed, current, call.signal);
    return { TargetGroups: [shapeOf(changed, call)] };
  }),
  ModifyTargetGroupAttributes: operation(
    z.strictObject({ TargetGroupArn: name, Attributes: list(z.strictObject({ Key: name, Value: text.optional() })) }),
    async ({ TargetGroupArn, Attributes }, call) => {
      const current = needGroup(call, TargetGroupArn);
      const changed = withAttributes(current, new Map(Attributes.map(({ Key, Value }) => [Key, Value ?? ''])));
      await call.handlers.targetGroups.put(changed, current, call.signal);
      return { Attributes: pairs(targetGroupAttributes(changed)) };
    },
  ),
  DeleteTargetGroup: operation(z.object({ TargetGroupArn: name }), async ({ TargetGroupArn }, call) => {
    const group = call.balancer.targetGroups().find(({ arn }) => arn === TargetGroupArn);
    // AWS has no error for a target group that is not there: deleting it again succeeds.
    if (!group) return {};
    if (loadBalancersOf(group.arn, call).length > 0)
      throw new ApiError('ResourceInUse', `Target group '${group.arn}' is currently in use by a listener or a rule`);
    await call.handlers.targetGroups.remove(group, call.signal);
    return {};
  }),
  RegisterTargets: operation(z.strictObject({ TargetGroupArn: name, Targets: targets }), (input, call) => {
    registerTargets(needGroup(call, input.TargetGroupArn), input.Targets, call);
    return {};
  }),
  DeregisterTargets: operation(z.strictObject({ TargetGroupArn: name, Targets: targets }), (input, call) => {
    deregisterTargets(needGroup(call, input.TargetGroupArn), input.Targets, call);
    return {};
  }),
};

/** The same group again is answered as it is; another one of its name is refused. */
async function createGroup(input: z.output<typeof createInput>, call: Call): Promise<object> {
  if (!input.Protocol) throw validation('A protocol must be specified');
  if (input.Port === undefined) throw validation('A port must be specified');
  if (!input.VpcId) throw validation('A VPC ID must be specified');
  needSameProtocol(input, input.Protocol);
  const suffix = `targetgroup/${input.Name}/${call.random.hex(16)}`;
  const group: TargetGroup = {
    ...madeBase(call, 'aws_lb_target_group', input.Name, tagsOf(input.Tags)),
    attributes: { vpc_id: input.VpcId },
    arn: arnAt(call, 'elasticloadbalancing', suffix),
    arnSuffix: suffix,
    name: input.Name,
    port: input.Port,
    protocol: input.Protocol,
    targetType: input.TargetType ?? 'instance',
    deregistrationDelaySeconds: 300,
    slowStartSeconds: 0,
    algorithm: 'round_robin',
    stickiness: null,
    healthCheck: healthCheckOf(input, DEFAULTS),
  };
  const known = call.balancer.targetGroups().find((one) => one.name === group.name);
  if (known && !sameSettings(known, group))
    throw new ApiError(
      'DuplicateTargetGroupName',
      `A target group with the same name '${group.name}' exists, but with different settings`,
    );
  if (!known) await call.handlers.targetGroups.put(group, null, call.signal);
  return { TargetGroups: [shapeOf(known ?? group, call)] };
}

function sameSettings(a: TargetGroup, b: TargetGroup): boolean {
  const settings = ({ port, protocol: spoken, targetType, healthCheck }: TargetGroup): string =>
    JSON.stringify([port, spoken, targetType, Object.entries(healthCheck).sort()]);
  return settings(a) === settings(b);
}

/** Health checks speak the group's protocol here. */
function needSameProtocol({ HealthCheckProtocol: wanted }: GivenCheck, spoken: TargetGroup['protocol']): void {
  if (wanted !== undefined && wanted !== spoken)
    throw validation(`HealthCheckProtocol: ${wanted} has no local counterpart where the group speaks ${spoken}`);
}

function healthCheckOf(given: GivenCheck, base: HealthCheck): HealthCheck {
  const port = given.HealthCheckPort;
  const merged: HealthCheck = {
    path: given.HealthCheckPath ?? base.path,
    port: port === undefined ? base.port : port === 'traffic-port' ? port : Number(port),
    intervalSeconds: given.HealthCheckIntervalSeconds ?? base.intervalSeconds,
    timeoutSeconds: given.HealthCheckTimeoutSeconds ?? base.timeoutSeconds,
    healthyThreshold: given.HealthyThresholdCount ?? base.healthyThreshold,
    unhealthyThreshold: given.UnhealthyThresholdCount ?? base.unhealthyThreshold,
    matcher: given.Matcher?.HttpCode ?? base.matcher,
  };
  if (merged.port !== 'traffic-port' && merged.port > 65_535)
    throw validation(`Health check port '${merged.port}' is invalid`);
  if (merged.timeoutSeconds >= merged.intervalSeconds)
    throw validation(
      `Health check timeout '${merged.timeoutSeconds}' must be smaller than the interval '${merged.intervalSeconds}'`,
    );
  return merged;
}

function shapeOf(group: TargetGroup, call: Call): object {
  return targetGroupShape(group, loadBalancersOf(group.arn, call));
}
