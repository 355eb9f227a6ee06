import { Construct, DataResource, type ITerraformDependable } from './cdktf.ts';
import { requireTerraform, type Version } from './terraform-version.ts';

export interface TargetsInServiceProps {
  readonly targetGroupArn: string;
  readonly region: string;
  /** Waits again when this changes: the ARN of the service that brings the targets. */
  readonly of: string;
  /** What brings the targets. */
  readonly after: readonly ITerraformDependable[];
}

/** Terraform language/resources/terraform-data: instead of a provider of its own. */
const TERRAFORM_WITH_DATA: Version = [1, 4];

/**
 * Waits, when it is created, until every target of a group is healthy and there is one at least; AWS's waiter asks every
 * 15 s for ten minutes. For services whose steady state Terraform cannot wait for: under CODE_DEPLOY they have task sets,
 * no deployments. The machine that runs Terraform needs the AWS CLI.
 */
export class TargetsInService extends Construct {
  /** Done when the targets are healthy. */
  readonly done: ITerraformDependable;

  constructor(scope: Construct, id: string, props: TargetsInServiceProps) {
    super(scope, id);
    requireTerraform(this, TERRAFORM_WITH_DATA);
    this.done = new DataResource(this, 'wait', {
      triggersReplace: { service: props.of },
      provisioners: [
        {
          type: 'local-exec',
          command: `aws elbv2 wait target-in-service --target-group-arn ${props.targetGroupArn} --region ${props.region}`,
        },
      ],
      dependsOn: [...props.after],
    });
  }
}
