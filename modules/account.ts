import { DataAwsCallerIdentity } from '@cdktf/provider-aws/lib/data-aws-caller-identity/index.js';
import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition/index.js';
import { Construct } from './cdktf.ts';

export interface AccountProps {
  readonly region: string;
}

/** Names resources of the account by ARN where no reference is wanted, such as the parameters of another team's stack. */
export class Account extends Construct {
  readonly accountId: string;
  readonly #prefix: { readonly partition: string; readonly region: string; readonly accountId: string };

  constructor(scope: Construct, id: string, props: AccountProps) {
    super(scope, id);
    this.accountId = new DataAwsCallerIdentity(this, 'caller').accountId;
    this.#prefix = {
      partition: new DataAwsPartition(this, 'partition').partition,
      region: props.region,
      accountId: this.accountId,
    };
  }

  /** @param name parameter name with its leading slash */
  parameterArn(name: string): string {
    return this.arn('ssm', `parameter${name}`);
  }

  /** @param path of AWS's own policy, e.g. `service-role/AWSLambdaBasicExecutionRole` */
  managedPolicyArn(path: string): string {
    return `arn:${this.#prefix.partition}:iam::aws:policy/${path}`;
  }

  arn(service: string, resource: string): string {
    const { partition, region, accountId } = this.#prefix;
    return `arn:${partition}:${service}:${region}:${accountId}:${resource}`;
  }
}
