import { containersOf } from './containers.ts';
import type { Estate, Resource } from './estate.ts';
import { attachedPolicies } from './managed-policies.ts';
import { once } from './once.ts';
import { identityDocuments } from './policy-documents.ts';
import { readPolicy } from './policy-text.ts';
import type { Finding, HouseRule } from './rule.ts';
import { type Json, several } from './values.ts';

const PULL = [
  'ecr:GetAuthorizationToken',
  'ecr:BatchCheckLayerAvailability',
  'ecr:GetDownloadUrlForLayer',
  'ecr:BatchGetImage',
];
const LOG = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const READ_PARAMETERS = ['ssm:GetParameters'];
const READ_SECRETS = ['secretsmanager:GetSecretValue'];

/** What AWS's own policy for this allows (ECS task_execution_IAM_role). */
const MANAGED = { name: 'AmazonECSTaskExecutionRolePolicy', actions: [...PULL, ...LOG] };

export const executionRolesSuffice: HouseRule = {
  id: 'execution-roles-suffice',
  severity: 'error',
  rule: 'an execution role may fetch the image, write the logs and read the secrets of its tasks: with a wrong one they never start (ECS task_execution_IAM_role)',
  check: (estate) => estate.all('aws_ecs_task_definition').flatMap((definition) => lacking(estate, definition)),
};

function lacking(estate: Estate, definition: Resource): Finding[] {
  const role = estate.follow(definition, definition.body.execution_role_arn);
  if (role?.type !== 'aws_iam_role') return [];
  const granted = grantedTo(estate, role);
  // What cannot be read may be what is missing: another rule tells of it.
  if (granted === undefined) return [];
  const missing = [...neededBy(estate, definition)].filter(
    (action) => !granted.some((pattern) => pattern.test(action)),
  );
  if (missing.length === 0) return [];
  return [
    {
      address: `${definition.address}.execution_role_arn`,
      value: { role: role.address, missing },
      fix: 'name the execution role of these tasks, or let this one do what is missing',
    },
  ];
}

function neededBy(estate: Estate, definition: Resource): ReadonlySet<string> {
  return new Set(
    (containersOf(estate, definition) ?? []).flatMap((container) => [
      ...(isFromEcr(estate, definition, container.image) ? PULL : []),
      ...(container.logConfiguration?.logDriver === 'awslogs' ? LOG : []),
      ...several<Json>(container.secrets).flatMap(({ valueFrom }) =>
        isOfSecretsManager(estate, definition, valueFrom) ? READ_SECRETS : READ_PARAMETERS,
      ),
    ]),
  );
}

function isFromEcr(estate: Estate, definition: Resource, image: unknown): boolean {
  return /\.dkr\.ecr\./.test(String(image)) || estate.follow(definition, image)?.type === 'aws_ecr_repository';
}

function isOfSecretsManager(estate: Estate, definition: Resource, from: unknown): boolean {
  if (/^arn:[^:]*:secretsmanager:/.test(String(from))) return true;
  return estate.follow(definition, from)?.type.startsWith('aws_secretsmanager_') ?? false;
}

/** Patterns of the actions that the role's policies name, of its own and attached ones; undefined where one is not seen. */
function grantedTo(estate: Estate, role: Resource): readonly RegExp[] | undefined {
  const attached = attachments(estate, role).flatMap((resource) => attachedBy(estate).get(resource.address) ?? []);
  const unknown = attached.some(({ arn }) => arn !== undefined && !arn.endsWith(`/${MANAGED.name}`));
  const managed = attached.some(({ arn }) => arn?.endsWith(`/${MANAGED.name}`));
  const holders = new Set([
    role.address,
    ...estate.referring(role, 'aws_iam_role_policy').map(({ address }) => address),
    ...attached.map(({ resource, value }) => estate.follow(resource, value)?.address ?? ''),
  ]);
  const read = [...holders]
    .flatMap((address) => documentsOf(estate).get(address) ?? [])
    .map(({ resource, text }) => readPolicy(estate, resource.stack, text));
  const allowed = read.flatMap(({ statements }) => statements).filter(({ Effect }) => Effect === 'Allow');
  if (unknown || read.some(({ isWhole }) => !isWhole) || allowed.some(({ NotAction }) => NotAction)) return undefined;
  const named = allowed.flatMap(({ Action }) => several<string>(Action));
  return [...named, ...(managed ? MANAGED.actions : [])].map(asPattern);
}

const attachedBy = once((estate) => byAddress(attachedPolicies(estate)));
const documentsOf = once((estate) => byAddress(identityDocuments(estate)));

/** By hand: cdktf may run the app with Node 20, which has no Map.groupBy. */
function byAddress<T extends { readonly resource: Resource }>(found: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of found) {
    const group = groups.get(one.resource.address);
    if (group) group.push(one);
    else groups.set(one.resource.address, [one]);
  }
  return groups;
}

/** What attaches policies to a role: itself, and resources that name it. */
function attachments(estate: Estate, role: Resource): readonly Resource[] {
  const types = [
    'aws_iam_policy_attachment',
    'aws_iam_role_policy_attachment',
    'aws_iam_role_policy_attachments_exclusive',
  ];
  return [role, ...types.flatMap((type) => estate.referring(role, type))];
}

function asPattern(action: string): RegExp {
  const escaped = action.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
}
