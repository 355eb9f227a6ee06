/** Roles there are: those of the stacks, with what the stacks attach to them, and those made through the endpoint. */
import type { InertResource } from '../../../topology.ts';
import { ApiError } from '../../contracts.ts';
import { globalArnAt } from '../../place.ts';
import type { MadeRole } from '../made.ts';
import type { Call } from '../operation.ts';

/**
 * Service-linked roles that ECS's world has (IAM using-service-linked-roles). Any other service has none here.
 */
export const LINKED_ROLES: Readonly<Record<string, string>> = {
  'ecs.amazonaws.com': 'AWSServiceRoleForECS',
  'autoscaling.amazonaws.com': 'AWSServiceRoleForAutoScaling',
  'elasticloadbalancing.amazonaws.com': 'AWSServiceRoleForElasticLoadBalancing',
  'ecs.application-autoscaling.amazonaws.com': 'AWSServiceRoleForApplicationAutoScaling_ECSService',
};

/** AWS's managed policies whose path is often mistaken. Others are taken as they are given. */
const MANAGED_PATHS: Readonly<Record<string, string>> = {
  AWSCodeDeployRole: 'service-role/',
  AWSCodeDeployRoleForECS: '',
  AWSCodeDeployRoleForECSLimited: '',
  AWSLambdaBasicExecutionRole: 'service-role/',
  AmazonECSTaskExecutionRolePolicy: 'service-role/',
  AmazonEC2ContainerServiceforEC2Role: 'service-role/',
  AmazonEC2ContainerRegistryReadOnly: '',
  AmazonSSMManagedInstanceCore: '',
};

export function allRoles(call: Call): readonly MadeRole[] {
  return [...stackRoles(call), ...call.made.roles.values()];
}

/** @throws ApiError NoSuchEntity */
export function needRole(name: string, call: Call): MadeRole {
  const found = allRoles(call).find((role) => same(role.name, name));
  if (!found) throw new ApiError('NoSuchEntity', `The role with name ${name} cannot be found.`, 404);
  return found;
}

/** A role that may be changed here. @throws ApiError NoSuchEntity | UnmodifiableEntity */
export function needMade(name: string, call: Call): MadeRole {
  const found = needRole(name, call);
  if (call.made.roles.get(key(name)) !== found)
    throw new ApiError('UnmodifiableEntity', `The role ${found.name} is made by the stacks: change it there.`);
  if (isLinked(found))
    throw new ApiError('UnmodifiableEntity', `Cannot perform the operation on the protected role '${found.name}'`);
  return found;
}

export const isLinked = ({ path }: MadeRole): boolean => path.startsWith('/aws-service-role/');

export function key(name: string): string {
  return name.toLowerCase();
}

const same = (a: string, b: string): boolean => key(a) === key(b);

/** @throws ApiError NoSuchEntity where it is known that there is no such policy */
export function checkManaged(arn: string, call: Call): void {
  const [, account = '', path = ''] = /^arn:aws[\w-]*:iam::(aws|\d{12}):policy\/(.+)$/.exec(arn) ?? [];
  const missing = (more = ''): ApiError =>
    new ApiError('NoSuchEntity', `Policy ${arn} does not exist or is not attachable.${more}`, 404);
  if (path === '') throw new ApiError('InvalidInput', `ARN ${arn} is not valid.`);
  if (account !== 'aws') {
    if (!call.resources().inert.some(({ type, id }) => type === 'aws_iam_policy' && id === arn)) throw missing();
    return;
  }
  const name = path.slice(path.lastIndexOf('/') + 1);
  const known = Object.hasOwn(MANAGED_PATHS, name) ? `${MANAGED_PATHS[name]}${name}` : path;
  if (known !== path) throw missing(` AWS has it as arn:aws:iam::aws:policy/${known}.`);
}

function stackRoles(call: Call): readonly MadeRole[] {
  const { inert } = call.resources();
  const roles = inert.filter(({ type }) => type === 'aws_iam_role');
  const linked = inert.filter(({ type }) => type === 'aws_iam_service_linked_role');
  return [...roles.map((role) => stackRole(role, inert, call)), ...linked.map((role) => linkedRole(role, call))];
}

function stackRole(role: InertResource, inert: readonly InertResource[], call: Call): MadeRole {
  const { attributes } = role;
  const path = textOf(attributes['path'], '/');
  const attached = inert
    .filter(({ type, attributes: a }) => type === 'aws_iam_role_policy_attachment' && a['role'] === role.id)
    .map(({ attributes: a }) => textOf(a['policy_arn']));
  const inline = inert
    .filter(({ type, attributes: a }) => type === 'aws_iam_role_policy' && a['role'] === role.id)
    .map(({ id, attributes: a }) => [textOf(a['name'], id.slice(id.indexOf(':') + 1)), textOf(a['policy'])] as const);
  return {
    arn: globalArnAt(call, 'iam', `role${path}${role.id}`),
    name: role.id,
    path,
    id: idOf(role.address),
    description: textOf(attributes['description']),
    trust: textOf(attributes['assume_role_policy']),
    maxSessionSeconds: Number(attributes['max_session_duration'] ?? 3600),
    tags: role.tags,
    attached,
    inline: Object.fromEntries(inline),
    createdAtMs: 0,
  };
}

function linkedRole(role: InertResource, call: Call): MadeRole {
  const service = textOf(role.attributes['aws_service_name']);
  return {
    ...newLinkedRole(service, role.id.slice(role.id.lastIndexOf('/') + 1), call),
    id: idOf(role.address),
    tags: role.tags,
    createdAtMs: 0,
  };
}

/** A role that only its service may assume. */
export function newLinkedRole(service: string, name: string, call: Call): MadeRole {
  const Statement = [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }];
  return {
    arn: globalArnAt(call, 'iam', `role/aws-service-role/${service}/${name}`),
    name,
    path: `/aws-service-role/${service}/`,
    id: newId(call),
    description: '',
    trust: JSON.stringify({ Version: '2012-10-17', Statement }),
    maxSessionSeconds: 3600,
    tags: {},
    attached: [],
    inline: {},
    createdAtMs: call.clock.now(),
  };
}

export function newId(call: Call): string {
  return `AROA${call.random.hex(16).toUpperCase()}`;
}

/** The stacks' roles keep theirs: the address in hexadecimal digits, as far as it goes. */
function idOf(address: string): string {
  return `AROA${Buffer.from(address).toString('hex').slice(-16).toUpperCase().padStart(16, '0')}`;
}

function textOf(value: unknown, other = ''): string {
  return typeof value === 'string' && value !== '' ? value : other;
}
