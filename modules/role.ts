import { IamRole } from '@cdktf/provider-aws/lib/iam-role/index.js';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy/index.js';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment/index.js';
import { Construct, type ITerraformDependable } from './cdktf.ts';
import { type PolicyStatement, policyJson, trustJson } from './policy.ts';
import { PropCheck } from './prop-check.ts';

export interface RoleProps {
  /** 1–64 characters (IAM reference_iam-quotas). */
  readonly name: string;
  readonly description: string;
  /** Who assumes it, e.g. `ecs-tasks.amazonaws.com`. */
  readonly servicePrincipal: string;
  /** @default no permission at all */
  readonly statements?: readonly PolicyStatement[];
  /** AWS's own policies, by ARN, where AWS keeps the list of actions itself. @default none */
  readonly managedPolicyArns?: readonly string[];
}

/** A role for one AWS service, with one inline policy and AWS's own. */
export class Role extends Construct {
  readonly arn: string;
  readonly name: string;
  /** Wait for it where the permissions must be there first: a role's ARN exists before its policy does. */
  readonly policy: IamRolePolicy | undefined;
  /** The same for AWS's own policies. */
  readonly attachments: readonly ITerraformDependable[];
  /** Both: all that the role may do from the start. */
  readonly permissions: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, props: RoleProps) {
    super(scope, id);
    new PropCheck(scope, id)
      .matches('name', props.name, { pattern: /^[\w+=,.@-]{1,64}$/, rule: '1–64 of A–Z a–z 0–9 _+=,.@- (IAM quotas)' })
      .done();

    const role = new IamRole(this, 'role', {
      name: props.name,
      description: props.description,
      assumeRolePolicy: trustJson(props.servicePrincipal),
    });
    if (props.statements?.length) {
      this.policy = new IamRolePolicy(this, 'policy', {
        name: 'permissions',
        role: role.id,
        policy: policyJson(props.statements),
      });
    }
    this.attachments = (props.managedPolicyArns ?? []).map(
      (policyArn, index) => new IamRolePolicyAttachment(this, `managed-${index}`, { role: role.name, policyArn }),
    );
    this.permissions = [...(this.policy ? [this.policy] : []), ...this.attachments];
    this.arn = role.arn;
    this.name = role.name;
  }

  /**
   * Adds to what the role may do, for whoever shares it.
   * @param name of the inline policy, unique in the role
   * @returns the policy as a dependency
   */
  allow(name: string, statements: readonly PolicyStatement[]): ITerraformDependable {
    return new IamRolePolicy(this, `allow-${name}`, { name, role: this.name, policy: policyJson(statements) });
  }
}
