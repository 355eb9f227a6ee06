import { type Estate, type Json, parsed, type Resource, several } from './estate.ts';
import { allowing } from './policy-documents.ts';
import type { Finding, HouseRule } from './rule.ts';

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
  rule: 'an execution role may fetch the image, write the logs and read the secrets of its tasks: with a wrong one they never start (ECS task_execution_IAM_role)',
  check: (estate) => estate.all('aws_ecs_task_definition').flatMap((definition) => lacking(estate, definition)),
};

function lacking(estate: Estate, definition: Resource): Finding[] {
  const role = estate.follow(definition, definition.body.execution_role_arn);
  if (role?.type !== 'aws_iam_role') return [];
  const granted = grantedTo(estate, role);
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
  const containers = several<Json>(parsed(definition.body.container_definitions));
  return new Set(
    containers.flatMap((container) => [
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

/** Patterns of the actions that the role's policies name, of its own and attached ones. */
function grantedTo(estate: Estate, role: Resource): readonly RegExp[] {
  const attachments = estate.referring(role, 'aws_iam_role_policy_attachment');
  const attached = attachments.map((attachment) => estate.follow(attachment, attachment.body.policy_arn)?.address);
  const holders = new Set([
    role.address,
    ...estate.referring(role, 'aws_iam_role_policy').map(({ address }) => address),
    ...attached,
  ]);
  const named = allowing(estate)
    .filter(({ resource }) => holders.has(resource.address))
    .flatMap(({ body }) => several<string>(body.Action));
  const managed = attachments.some(({ body }) => String(body.policy_arn).endsWith(`/${MANAGED.name}`));
  return [...named, ...(managed ? MANAGED.actions : [])].map(asPattern);
}

function asPattern(action: string): RegExp {
  const escaped = action.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
}
