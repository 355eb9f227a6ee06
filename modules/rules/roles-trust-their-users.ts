import type { Estate, Json, Resource } from './estate.ts';
import { parsed, several } from './estate.ts';
import type { Finding, HouseRule } from './rule.ts';

interface Use {
  readonly type: string;
  readonly attribute: string;
  /** Who assumes the role that stands there. */
  readonly principal: string;
}

const TASKS = 'ecs-tasks.amazonaws.com';
const USES: readonly Use[] = [
  { type: 'aws_ecs_task_definition', attribute: 'execution_role_arn', principal: TASKS },
  { type: 'aws_ecs_task_definition', attribute: 'task_role_arn', principal: TASKS },
  { type: 'aws_codedeploy_deployment_group', attribute: 'service_role_arn', principal: 'codedeploy.amazonaws.com' },
  { type: 'aws_lambda_function', attribute: 'role', principal: 'lambda.amazonaws.com' },
  { type: 'aws_iam_instance_profile', attribute: 'role', principal: 'ec2.amazonaws.com' },
  { type: 'aws_flow_log', attribute: 'iam_role_arn', principal: 'vpc-flow-logs.amazonaws.com' },
  { type: 'aws_api_gateway_account', attribute: 'cloudwatch_role_arn', principal: 'apigateway.amazonaws.com' },
];

export const rolesTrustTheirUsers: HouseRule = {
  id: 'roles-trust-their-users',
  rule: 'a role trusts the service that it is given to: with the role of another, tasks, functions and deployments do not start (IAM id_roles_create_for-service)',
  check: (estate) => USES.flatMap((use) => estate.all(use.type).flatMap((user) => misplaced(estate, user, use))),
};

function misplaced(estate: Estate, user: Resource, { attribute, principal }: Use): Finding[] {
  const role = estate.follow(user, user.body[attribute]);
  if (role?.type !== 'aws_iam_role') return [];
  const trusted = trustedBy(role);
  // A document that cannot be read is another rule's.
  if (trusted === undefined || trusted.includes(principal)) return [];
  return [
    {
      address: `${user.address}.${attribute}`,
      value: { role: role.address, trusts: trusted },
      fix: `give it a role that ${principal} may assume`,
    },
  ];
}

function trustedBy({ body }: Resource): readonly string[] | undefined {
  const document = parsed(body.assume_role_policy);
  if (document === undefined) return undefined;
  return several<Json>(document.Statement)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Principal }) => several<string>(Principal?.Service));
}
