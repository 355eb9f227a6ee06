import { isObject, own } from '../../../read/json.ts';
import { type Block, collectBlocks } from '../../../resolve/world/blocks.ts';
import type { Found, Rule } from '../../contracts.ts';

const TASKS = 'ecs-tasks.amazonaws.com';

/** Type → attributes that name a role, and who assumes it there. */
const USES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  aws_ecs_task_definition: { execution_role_arn: TASKS, task_role_arn: TASKS },
  aws_codedeploy_deployment_group: { service_role_arn: 'codedeploy.amazonaws.com' },
  aws_lambda_function: { role: 'lambda.amazonaws.com' },
  aws_iam_instance_profile: { role: 'ec2.amazonaws.com' },
};

export const roleUntrusted: Rule = {
  id: 'role-untrusted',
  severity: 'error',
  text: 'a role is assumed by the service that it is given to, if its trust policy names that service: with the role of another, tasks, functions and deployments do not start',
  page: 'ECS task_execution_IAM_role, IAM id_roles_create_for-service',
  fix: 'give it a role that the service may assume, or let that role trust it',
  find: ({ raw }) => {
    const blocks = collectBlocks(raw, []);
    return blocks
      .filter(({ mode }) => mode === 'resource')
      .flatMap((user) =>
        Object.entries(own(USES, user.type) ?? {}).flatMap(([attribute, principal]) =>
          misplaced(blocks, user, { attribute, principal }),
        ),
      );
  },
};

function misplaced(
  blocks: readonly Block[],
  user: Block,
  { attribute, principal }: { readonly attribute: string; readonly principal: string },
): Found[] {
  const name = reference(user.body[attribute], /^\$\{aws_iam_role\.([\w-]+)\.(?:arn|id|name)\}$/);
  const role = find(blocks, user.home, 'aws_iam_role', name);
  const trusted = role && trustedBy(blocks, role);
  if (!trusted || trusted.includes(principal)) return [];
  return [
    {
      address: `${user.address}.${attribute}`,
      message: `${role.address} is not for ${principal}: it trusts ${trusted.join(', ') || 'no service'}`,
      value: user.body[attribute],
    },
  ];
}

/** Services that may assume the role; undefined where only Terraform can tell. */
function trustedBy(blocks: readonly Block[], role: Block): readonly string[] | undefined {
  const text = role.body['assume_role_policy'];
  const name = reference(text, /^\$\{data\.aws_iam_policy_document\.([\w-]+)\.json\}$/);
  const document = find(blocks, role.home, 'aws_iam_policy_document', name);
  const services = document ? namedByBlocks(document) : namedByText(text);
  // A name that is put together only when it is applied may be the one.
  return services?.some((service) => service.includes('${')) ? undefined : services;
}

function namedByText(text: unknown): readonly string[] | undefined {
  try {
    const json: unknown = JSON.parse(String(text));
    if (!isObject(json)) return undefined;
    return listOf(json['Statement'])
      .filter(isObject)
      .filter((statement) => statement['Effect'] === 'Allow')
      .flatMap(({ Principal: principal }) => (isObject(principal) ? listOf(principal['Service']) : []))
      .map(String);
  } catch {
    return undefined;
  }
}

function namedByBlocks({ body }: Block): readonly string[] | undefined {
  // Statements of other documents, or made by a loop, are not seen here.
  if (['dynamic', 'source_policy_documents', 'override_policy_documents'].some((key) => key in body)) return undefined;
  return listOf(body['statement'])
    .filter(isObject)
    .filter(({ effect }) => effect === undefined || effect === 'Allow')
    .flatMap(({ principals }) => listOf(principals).filter(isObject))
    .filter(({ type }) => type === 'Service')
    .flatMap(({ identifiers }) => listOf(identifiers))
    .map(String);
}

const find = (blocks: readonly Block[], home: string, type: string, name: string | undefined): Block | undefined =>
  name === undefined ? undefined : blocks.find((b) => b.home === home && b.type === type && b.name === name);

const reference = (value: unknown, pattern: RegExp): string | undefined => pattern.exec(String(value))?.[1];

const listOf = (value: unknown): readonly unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
