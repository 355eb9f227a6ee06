import type { Estate, Resource } from './estate.ts';
import { readPolicy } from './policy-text.ts';
import type { Finding, HouseRule } from './rule.ts';
import { isReference, several } from './values.ts';

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
  { type: 'aws_codebuild_project', attribute: 'service_role', principal: 'codebuild.amazonaws.com' },
  { type: 'aws_cloudwatch_event_target', attribute: 'role_arn', principal: 'events.amazonaws.com' },
  { type: 'aws_sfn_state_machine', attribute: 'role_arn', principal: 'states.amazonaws.com' },
  { type: 'aws_flow_log', attribute: 'iam_role_arn', principal: 'vpc-flow-logs.amazonaws.com' },
  { type: 'aws_api_gateway_account', attribute: 'cloudwatch_role_arn', principal: 'apigateway.amazonaws.com' },
];

export const rolesTrustTheirUsers: HouseRule = {
  id: 'roles-trust-their-users',
  severity: 'error',
  rule: 'a role trusts the service that it is given to: with the role of another, tasks, functions and deployments do not start (IAM id_roles_create_for-service)',
  check: (estate) => USES.flatMap((use) => estate.all(use.type).flatMap((user) => misplaced(estate, user, use))),
};

function misplaced(estate: Estate, user: Resource, { attribute, principal }: Use): Finding[] {
  const role = estate.follow(user, user.body[attribute]);
  if (role?.type !== 'aws_iam_role') return [];
  const trusted = trustedBy(estate, role);
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

/** Undefined where only Terraform can tell. */
function trustedBy(estate: Estate, role: Resource): readonly string[] | undefined {
  const { statements, isWhole } = readPolicy(estate, role.stack, role.body.assume_role_policy);
  const services = statements
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Principal }) => several<string>(Principal?.Service));
  return isWhole && !services.some(isReference) ? services : undefined;
}
