import { DataAwsSecretsmanagerRandomPassword } from '@cdktf/provider-aws/lib/data-aws-secretsmanager-random-password/index.js';
import { SsmParameter } from '@cdktf/provider-aws/lib/ssm-parameter/index.js';
import { Construct } from './cdktf.ts';
import { PropCheck } from './prop-check.ts';
import { PARAMETER_NAME } from './text-parameter.ts';

export interface GeneratedSecretProps {
  /** Path with its leading slash. */
  readonly name: string;
  readonly description: string;
  /** 16–4096 characters. @default 40 */
  readonly length?: number;
}

/**
 * A secret that AWS draws at the first deployment and Parameter Store keeps encrypted. It is in no source file and no
 * synthesized JSON (the state does hold it, and the log of the first deployment, as the data source's id: keep both private). To rotate it, write a new value to the parameter
 * and redeploy the services that take it: Terraform leaves the value alone.
 */
export class GeneratedSecret extends Construct {
  readonly arn: string;
  readonly name: string;
  /** Reference to what the parameter holds, for a resource that is given the secret itself; sensitive to Terraform. */
  readonly value: string;

  constructor(scope: Construct, id: string, props: GeneratedSecretProps) {
    super(scope, id);
    new PropCheck(scope, id)
      .matches('name', props.name, PARAMETER_NAME)
      .range('length', props.length, { min: 16, max: 4096, source: 'Secrets Manager GetRandomPassword: at most 4096' })
      .done();
    const drawn = new DataAwsSecretsmanagerRandomPassword(this, 'value', {
      passwordLength: props.length ?? 40,
      excludePunctuation: true,
    });
    const parameter = new SsmParameter(this, 'parameter', {
      name: props.name,
      description: props.description,
      type: 'SecureString',
      value: drawn.randomPassword,
      // The data source draws a new one at every plan.
      lifecycle: { ignoreChanges: ['value'] },
    });
    this.arn = parameter.arn;
    this.name = parameter.name;
    this.value = parameter.value;
  }
}
