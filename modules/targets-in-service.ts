import { Construct, DataResource, type ITerraformDependable } from './cdktf.ts';

export interface TargetsInServiceProps {
  readonly targetGroupArn: string;
  readonly region: string;
  /** Waits again when this changes: the ARN of the service that brings the targets. */
  readonly of: string;
  /** What brings the targets. */
  readonly after: readonly ITerraformDependable[];
}

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
