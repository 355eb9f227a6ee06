/** Target groups and their targets, made, changed and removed while the load balancer runs (ELBv2 API). */
import { z } from 'zod';
import type { HealthCheck, NetworkGroup, TargetGroup } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';
import { arnAt } from '../../place.ts';
import { type Call, type Operation, operation } from '../operation.ts';
import { bool, integer, list, name, text } from '../schema.ts';
import { madeBase, tagsOf } from './codedeploy-lookup.ts';
import { withAttributes } from './elbv2-attributes.ts';
import { loadBalancersOf, needGroup, pairs, validation } from './elbv2-lookup.ts';
import { isNetworkProtocol, NETWORK_DEFAULTS, withNetworkAttributes } from './elbv2-network.ts';
import { targetGroupAttributes, targetGroupShape } from './elbv2-shapes.ts';
import { deregisterTargets, registerTargets, targets } from './elbv2-targets.ts';

const protocol = z.enum(['HTTP', 'HTTPS', 'TCP', 'TLS'], 'has no local counterpart: HTTP, HTTPS, TCP and TLS do');
/** Ranges: ELB target-group-health-checks. */
const check = {
  HealthCheckProtocol: z.enum(['HTTP', 'HTTPS', 'TCP']).optional(),
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
      HttpCode: z
        .string()
        .regex(
          /^[2-5]\d\d(-[2-5]\d\d)?(,[2-5]\d\d(-[2-5]\d\d)?)*$/,
          'must be codes from 200 to 499, of a network load balancer to 599',
        ),
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
  TargetType: z.enum(['instance', 'ip', 'alb']).optional(),
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
    const { network } = current;
    const asked = { ...network, healthCheckProtocol: given.HealthCheckProtocol ?? network?.healthCheckProtocol };
    const changed: TargetGroup = {
      ...current,
      healthCheck: healthCheckOf(given, current.healthCheck, network !== undefined),
      ...(network ? { network: { ...network, ...asked } as NetworkGroup } : {}),
    };
    await call.handlers.targetGroups.put(changed, current, call.signal);
    return { TargetGroups: [shapeOf(changed, call)] };
  }),
  ModifyTargetGroupAttributes: operation(
    z.strictObject({ TargetGroupArn: name, Attributes: list(z.strictObject({ Key: name, Value: text.optional() })) }),
    async ({ TargetGroupArn, Attributes }, call) => {
      const current = needGroup(call, TargetGroupArn);
      const given = new Map(Attributes.map(({ Key, Value }) => [Key, Value ?? '']));
      const { group, rest } = withNetworkAttributes(current, given);
      const changed = withAttributes(group, rest);
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
  const network = networkOf(input);
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
    ...(network ? { network } : {}),
    deregistrationDelaySeconds: 300,
    slowStartSeconds: 0,
    algorithm: 'round_robin',
    stickiness: null,
    healthCheck: healthCheckOf(input, network ? networkDefaults(network) : DEFAULTS, network !== undefined),
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
  const settings = ({ port, protocol: spoken, targetType, healthCheck, network }: TargetGroup): string =>
    JSON.stringify([port, spoken, targetType, network?.healthCheckProtocol, Object.entries(healthCheck).sort()]);
  return settings(a) === settings(b);
}

/** @throws ApiError for what goes with one kind of load balancer only */
function networkOf({ Protocol, ProtocolVersion, TargetType, HealthCheckProtocol }: z.output<typeof createInput>) {
  if (!isNetworkProtocol(Protocol)) {
    if (TargetType === 'alb') throw validation("Target type 'alb' goes with protocol TCP");
    return undefined;
  }
  if (ProtocolVersion) throw validation(`ProtocolVersion does not go with protocol ${Protocol}`);
  const isBalancer = TargetType === 'alb';
  if (isBalancer && (Protocol !== 'TCP' || HealthCheckProtocol === 'TCP'))
    throw validation("Target type 'alb' goes with protocol TCP, and is checked by HTTP or HTTPS");
  const healthCheckProtocol = HealthCheckProtocol ?? (isBalancer ? 'HTTP' : 'TCP');
  return { ...NETWORK_DEFAULTS, healthCheckProtocol };
}

/** Of the API (ELB network target-group-health-checks). */
const networkDefaults = ({ healthCheckProtocol }: NetworkGroup): HealthCheck => ({
  ...DEFAULTS,
  timeoutSeconds: healthCheckProtocol === 'HTTP' ? 6 : 10,
  unhealthyThreshold: 2,
  matcher: '200-399',
});

/** Health checks speak the group's protocol here, but for those of network load balancers. */
function needSameProtocol({ HealthCheckProtocol: wanted }: GivenCheck, spoken: TargetGroup['protocol']): void {
  if (isNetworkProtocol(spoken)) return;
  if (wanted !== undefined && wanted !== spoken)
    throw validation(`HealthCheckProtocol: ${wanted} has no local counterpart where the group speaks ${spoken}`);
}

function healthCheckOf(given: GivenCheck, base: HealthCheck, isNetwork: boolean): HealthCheck {
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
  if (!isNetwork && /5\d\d/.test(merged.matcher))
    throw validation(`Health check matcher '${merged.matcher}' is invalid`);
  if (
    merged.timeoutSeconds > merged.intervalSeconds ||
    (merged.timeoutSeconds === merged.intervalSeconds && !isNetwork)
  )
    throw validation(
      `Health check timeout '${merged.timeoutSeconds}' must be smaller than the interval '${merged.intervalSeconds}'`,
    );
  return merged;
}

function shapeOf(group: TargetGroup, call: Call): object {
  return targetGroupShape(group, loadBalancersOf(group.arn, call));
}
