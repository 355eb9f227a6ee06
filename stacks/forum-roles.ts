import type { Account } from '../modules/account.ts';
import { Construct } from '../modules/cdktf.ts';
import { Role } from '../modules/role.ts';
import { type ForumEnvironmentNames, forumNames } from './forum-names.ts';

/**
 * The workshop's roles. Task definitions add to the execution role what their own image and log group need. The task role
 * may do nothing, since the services call no AWS API; the workshop's lets every task write to any bucket.
 */
export class ForumRoles extends Construct {
  readonly task: Role;
  readonly execution: Role;
  readonly #account: Account;
  readonly #names: ForumEnvironmentNames['roles'];
  #codeDeploy: Role | undefined;

  constructor(scope: Construct, id: string, props: { readonly account: Account; readonly environmentName: string }) {
    super(scope, id);
    this.#account = props.account;
    this.#names = forumNames(props.environmentName).roles;
    this.task = new Role(this, 'task', {
      name: this.#names.task,
      description: "What the forum's own code may call",
      servicePrincipal: 'ecs-tasks.amazonaws.com',
    });
    this.execution = new Role(this, 'execution', {
      name: this.#names.execution,
      description: "ECS starts the forum's tasks: images, logs",
      servicePrincipal: 'ecs-tasks.amazonaws.com',
    });
  }

  /** CodeDeploy's own role, where something is deployed by it. */
  codeDeploy(): Role {
    this.#codeDeploy ??= new Role(this, 'code-deploy', {
      name: this.#names.codeDeploy,
      description: 'CodeDeploy moves ECS services: task sets, listeners, hooks, alarms',
      servicePrincipal: 'codedeploy.amazonaws.com',
      // The workshop's ARN has service-role/ in it; AWS's has not (aws-managed-policy AWSCodeDeployRoleForECS).
      managedPolicyArns: [this.#account.managedPolicyArn('AWSCodeDeployRoleForECS')],
    });
    return this.#codeDeploy;
  }
}
