/** Load balancers made and removed while the plane runs (ELBv2 API). Those of the stacks are the stacks' own. */
import { z } from 'zod';
import type { LoadBalancer } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';
import { arnAt } from '../../place.ts';
import { type Call, type Operation, operation } from '../operation.ts';
import { list, name, names, text } from '../schema.ts';
import { madeBase, tagsOf } from './codedeploy-lookup.ts';
import { validation } from './elbv2-lookup.ts';
import { loadBalancerShape } from './elbv2-shapes.ts';

/** ELB load-balancer-limits. */
const MAX_BALANCERS = 50;
const MIN_ZONES = 2;

const createInput = z.strictObject({
  Name: z
    .string()
    .regex(/^(?!internal-)(?!-)[A-Za-z0-9-]{1,32}(?<!-)$/, 'must be 1 to 32 letters, digits and inner hyphens'),
  Subnets: names.optional(),
  SubnetMappings: list(z.strictObject({ SubnetId: name, AllocationId: name.optional() })).optional(),
  SecurityGroups: names.optional(),
  Scheme: z.enum(['internet-facing', 'internal']).optional(),
  Type: z.enum(['application', 'network'], 'has no local counterpart: application and network do').optional(),
  IpAddressType: z.literal('ipv4').optional(),
  Tags: list(z.strictObject({ Key: name, Value: text.optional() }), 50).optional(),
});
type CreateInput = z.output<typeof createInput>;

export const loadBalancerOperations: Readonly<Record<string, Operation>> = {
  CreateLoadBalancer: operation(createInput, async (input, call) => {
    const wanted = definitionOf(input, call);
    const known = call.balancer.loadBalancers().find((one) => one.name === input.Name);
    if (known && !same(known, wanted)) {
      const message = `A load balancer with the same name '${input.Name}' exists, but with different settings`;
      throw new ApiError('DuplicateLoadBalancerName', message);
    }
    if (!known && call.balancer.loadBalancers().length >= MAX_BALANCERS)
      throw new ApiError('TooManyLoadBalancers', `The maximum number of load balancers, ${MAX_BALANCERS}, is reached`);
    if (!known) await call.handlers.loadBalancers.put(wanted, null, call.signal);
    return { LoadBalancers: [loadBalancerShape(known ?? wanted, call)] };
  }),
  /** Its listeners and their rules go with it; its target groups stay. One that is not there is no error. */
  DeleteLoadBalancer: operation(z.strictObject({ LoadBalancerArn: name }), async ({ LoadBalancerArn }, call) => {
    const found = call.balancer.loadBalancers().find(({ arn }) => arn === LoadBalancerArn);
    if (!found) return {};
    if (!call.made.loadBalancers.has(found.arn))
      throw new ApiError(
        'OperationNotPermitted',
        `The load balancer ${found.name} is made by the stacks: remove it there.`,
      );
    await removeWithListeners(found, call);
    return {};
  }),
};

async function removeWithListeners(loadBalancer: LoadBalancer, call: Call): Promise<void> {
  const { balancer, handlers, signal } = call;
  for (const listener of balancer.listeners().filter((one) => one.loadBalancerArn === loadBalancer.arn)) {
    for (const rule of balancer.rules().filter((one) => one.listenerArn === listener.arn))
      await handlers.rules.remove(rule, signal);
    await handlers.listeners.remove(listener, signal);
  }
  await handlers.loadBalancers.remove(loadBalancer, signal);
}

/** @throws ApiError for what ELB refuses */
function definitionOf(input: CreateInput, call: Call): LoadBalancer {
  const subnetIds = subnetsOf(input, call);
  const securityGroupIds = groupsOf(input, call);
  const { region, random } = call;
  const isNetwork = input.Type === 'network';
  const id = random.hex(16);
  const arnSuffix = `${isNetwork ? 'net' : 'app'}/${input.Name}/${id}`;
  const internal = input.Scheme === 'internal';
  const digits = Number.parseInt(random.hex(8), 16);
  return {
    ...madeBase(call, 'aws_lb', input.Name, tagsOf(input.Tags)),
    arn: arnAt(call, 'elasticloadbalancing', `loadbalancer/${arnSuffix}`),
    arnSuffix,
    name: input.Name,
    ...(isNetwork ? { network: { crossZone: false } } : {}),
    dnsName: isNetwork
      ? `${input.Name}-${id}.elb.${region}.amazonaws.com`
      : `${internal ? 'internal-' : ''}${input.Name}-${digits}.${region}.elb.amazonaws.com`,
    internal,
    securityGroupIds,
    subnetIds,
    idleTimeoutSeconds: 60,
    clientKeepAliveSeconds: 3600,
    xffMode: 'append',
    xffClientPort: false,
    preserveHostHeader: false,
    dropInvalidHeaderFields: false,
    desyncMode: 'defensive',
  };
}

function subnetsOf({ Subnets, SubnetMappings, Type }: CreateInput, call: Call): readonly string[] {
  const ids = [...new Set(Subnets ?? SubnetMappings?.map(({ SubnetId }) => SubnetId) ?? [])];
  if (Subnets && SubnetMappings) throw validation('You can specify either subnets or subnet mappings, but not both');
  const known = call.resources().subnets;
  const missing = ids.filter((id) => !known.some((one) => one.id === id));
  if (missing.length > 0)
    throw new ApiError('SubnetNotFound', `The subnet ID '${missing.join(', ')}' does not exist in the stacks here`);
  const found = known.filter(({ id }) => ids.includes(id));
  const zones = new Set(found.map(({ zone }) => zone));
  if (zones.size === 0) throw validation('At least one subnet must be specified');
  if (zones.size < MIN_ZONES && Type !== 'network')
    throw validation('At least two subnets in two different Availability Zones must be specified');
  if (zones.size < found.length)
    throw new ApiError(
      'InvalidConfigurationRequest',
      'A load balancer cannot be attached to multiple subnets in the same Availability Zone',
    );
  if (new Set(found.map(({ attributes }) => attributes['vpc_id'])).size > 1)
    throw new ApiError('InvalidSubnet', 'All subnets must belong to the same VPC');
  return ids;
}

/** AWS would take the VPC's default group, which no stack here describes. A network load balancer may have none. */
function groupsOf({ SecurityGroups: ids = [], Type }: CreateInput, call: Call): readonly string[] {
  if (ids.length === 0 && Type !== 'network')
    throw validation('SecurityGroups must be given here: what the default group lets through is not known');
  const known = call.resources().securityGroups;
  const missing = ids.filter((id) => !known.some((one) => one.id === id));
  if (missing.length > 0)
    throw new ApiError('InvalidSecurityGroup', `The security group '${missing.join(', ')}' does not exist`);
  return ids;
}

/** Creating what is there already with the same settings succeeds, as on AWS. */
function same(a: LoadBalancer, b: LoadBalancer): boolean {
  const sorted = (ids: readonly string[]): string => [...ids].sort().join();
  return (
    a.internal === b.internal &&
    (a.network === undefined) === (b.network === undefined) &&
    sorted(a.subnetIds) === sorted(b.subnetIds) &&
    sorted(a.securityGroupIds) === sorted(b.securityGroupIds)
  );
}
