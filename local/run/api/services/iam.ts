/**
 * AWS IAM: roles and their policies, as records. Nobody is asked for rights here, so a role allows nothing and forbids
 * nothing; but what a workshop makes is there to be read, refused and removed as on AWS. Rules: IAM API reference.
 */
import { ApiError } from '../../contracts.ts';
import { globalArnAt } from '../../place.ts';
import type { MadeRole } from '../made.ts';
import { type Call, operation, type ServiceTable } from '../operation.ts';
import { paginate } from '../pages.ts';
import {
  attachedInput,
  attachInput,
  checkPolicy,
  createRoleInput,
  DEFAULT_SESSION_SECONDS,
  inlineInput,
  inlinesInput,
  linkedRoleInput,
  putInlineInput,
  roleInput,
  rolesInput,
} from './iam-input.ts';
import {
  allRoles,
  checkManaged,
  isLinked,
  key,
  LINKED_ROLES,
  needMade,
  needRole,
  newId,
  newLinkedRole,
} from './iam-roles.ts';

/** IAM's quota of managed policies a role. */
const MAX_ATTACHED = 10;

export const iam: ServiceTable = {
  name: 'iam',
  version: '2010-05-08',
  xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  validationError: 'ValidationError',
  operations: {
    GetRole: operation(roleInput, ({ RoleName }, call) => ({ Role: roleShape(needRole(RoleName, call)) })),
    ListRoles: operation(rolesInput, ({ PathPrefix = '/', Marker, MaxItems = 100 }, call) => {
      const found = allRoles(call).filter(({ path }) => path.startsWith(PathPrefix));
      return page('Roles', found, ({ name }) => name, { Marker, MaxItems, shape: roleShape });
    }),
    CreateRole: operation(createRoleInput, (input, call) => {
      const { RoleName, Path = '/', AssumeRolePolicyDocument: trust } = input;
      if (Path.startsWith('/aws-service-role/'))
        throw new ApiError('InvalidInput', 'Cannot create a role with a path that starts with /aws-service-role/');
      if (allRoles(call).some(({ name }) => key(name) === key(RoleName)))
        throw new ApiError('EntityAlreadyExists', `Role with name ${RoleName} already exists.`, 409);
      checkPolicy(trust, 'trust');
      const role: MadeRole = {
        arn: globalArnAt(call, 'iam', `role${Path}${RoleName}`),
        name: RoleName,
        path: Path,
        id: newId(call),
        description: input.Description ?? '',
        trust,
        maxSessionSeconds: input.MaxSessionDuration ?? DEFAULT_SESSION_SECONDS,
        tags: Object.fromEntries((input.Tags ?? []).map(({ Key, Value }) => [Key, Value])),
        attached: [],
        inline: {},
        createdAtMs: call.clock.now(),
      };
      call.made.roles.set(key(RoleName), role);
      return { Role: roleShape(role) };
    }),
    CreateServiceLinkedRole: operation(linkedRoleInput, ({ AWSServiceName: service, Description = '' }, call) => {
      const name = Object.hasOwn(LINKED_ROLES, service) ? LINKED_ROLES[service] : undefined;
      if (name === undefined) {
        const there = Object.keys(LINKED_ROLES).join(', ');
        throw new ApiError('InvalidInput', `${service} has no service-linked role here; there are those of ${there}.`);
      }
      if (allRoles(call).some((role) => key(role.name) === key(name)))
        throw new ApiError(
          'InvalidInput',
          `Service role name ${name} has been taken in this account, please try a different suffix.`,
        );
      const role = { ...newLinkedRole(service, name, call), description: Description };
      call.made.roles.set(key(name), role);
      return { Role: roleShape(role) };
    }),
    DeleteRole: operation(roleInput, ({ RoleName }, call) => {
      const role = needMade(RoleName, call);
      if (role.attached.length > 0)
        throw new ApiError('DeleteConflict', 'Cannot delete entity, must detach all policies first.', 409);
      if (Object.keys(role.inline).length > 0)
        throw new ApiError('DeleteConflict', 'Cannot delete entity, must delete policies first.', 409);
      call.made.roles.delete(key(RoleName));
      return null;
    }),
    DeleteServiceLinkedRole: operation(roleInput, deleteLinkedRole),
    AttachRolePolicy: operation(attachInput, ({ RoleName, PolicyArn }, call) => {
      const role = needMade(RoleName, call);
      checkManaged(PolicyArn, call);
      const attached = [...new Set([...role.attached, PolicyArn])];
      if (attached.length > MAX_ATTACHED)
        throw new ApiError('LimitExceeded', `Cannot exceed quota for PoliciesPerRole: ${MAX_ATTACHED}`, 409);
      return change(role, { attached }, call);
    }),
    DetachRolePolicy: operation(attachInput, ({ RoleName, PolicyArn }, call) => {
      const role = needMade(RoleName, call);
      if (!role.attached.includes(PolicyArn)) throw notFound(`Policy ${PolicyArn} was not found.`);
      return change(role, { attached: role.attached.filter((arn) => arn !== PolicyArn) }, call);
    }),
    ListAttachedRolePolicies: operation(
      attachedInput,
      ({ RoleName, PathPrefix = '/', Marker, MaxItems = 100 }, call) => {
        const found = needRole(RoleName, call).attached.filter((arn) => pathOf(arn).startsWith(PathPrefix));
        const shape = (PolicyArn: string) => ({ PolicyName: lastOf(PolicyArn), PolicyArn });
        return page('AttachedPolicies', found, (arn) => arn, { Marker, MaxItems, shape });
      },
    ),
    PutRolePolicy: operation(putInlineInput, ({ RoleName, PolicyName, PolicyDocument }, call) => {
      const role = needMade(RoleName, call);
      checkPolicy(PolicyDocument, 'permission');
      return change(role, { inline: { ...role.inline, [PolicyName]: PolicyDocument } }, call);
    }),
    GetRolePolicy: operation(inlineInput, ({ RoleName, PolicyName }, call) => {
      const role = needRole(RoleName, call);
      const PolicyDocument = encode(needInline(role, PolicyName));
      return { RoleName: role.name, PolicyName, PolicyDocument };
    }),
    DeleteRolePolicy: operation(inlineInput, ({ RoleName, PolicyName }, call) => {
      const role = needMade(RoleName, call);
      needInline(role, PolicyName);
      const rest = Object.entries(role.inline).filter(([name]) => name !== PolicyName);
      return change(role, { inline: Object.fromEntries(rest) }, call);
    }),
    ListRolePolicies: operation(inlinesInput, ({ RoleName, Marker, MaxItems = 100 }, call) => {
      const found = Object.keys(needRole(RoleName, call).inline);
      return page('PolicyNames', found, (name) => name, { Marker, MaxItems, shape: (name) => name });
    }),
  },
};

function deleteLinkedRole({ RoleName }: { RoleName: string }, call: Call): object {
  const role = needRole(RoleName, call);
  if (!isLinked(role)) throw new ApiError('InvalidInput', `${role.name} is not a service-linked role.`);
  if (!call.made.roles.delete(key(RoleName)))
    throw new ApiError('UnmodifiableEntity', `The role ${role.name} is made by the stacks: change it there.`);
  return { DeletionTaskId: `task${role.path}${role.name}/${call.random.uuid()}` };
}

function change(role: MadeRole, next: Partial<MadeRole>, call: Call): null {
  call.made.roles.set(key(role.name), { ...role, ...next });
  return null;
}

/** @throws ApiError NoSuchEntity */
function needInline(role: MadeRole, name: string): string {
  const found = Object.hasOwn(role.inline, name) ? role.inline[name] : undefined;
  if (found === undefined) throw notFound(`The role policy with name ${name} cannot be found.`);
  return found;
}

const notFound = (message: string): ApiError => new ApiError('NoSuchEntity', message, 404);
const pathOf = (policyArn: string): string => /:policy(\/.*\/|\/)[^/]+$/.exec(policyArn)?.[1] ?? '/';
const lastOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

interface PageOptions<T> {
  readonly Marker: string | undefined;
  readonly MaxItems: number;
  readonly shape: (item: T) => unknown;
}

function page<T>(field: string, all: readonly T[], keyOf: (item: T) => string, options: PageOptions<T>): object {
  const { items, next } = paginate(all, keyOf, {
    token: options.Marker,
    max: options.MaxItems,
    errorCode: 'ValidationError',
  });
  return { [field]: items.map(options.shape), IsTruncated: next !== undefined, Marker: next };
}

function roleShape(role: MadeRole): object {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: new Date(role.createdAtMs),
    AssumeRolePolicyDocument: encode(role.trust),
    Description: role.description === '' ? undefined : role.description,
    MaxSessionDuration: role.maxSessionSeconds,
    Tags: Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value })),
  };
}

/** IAM writes policies percent-encoded after RFC 3986. */
function encode(document: string): string {
  return encodeURIComponent(document).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
