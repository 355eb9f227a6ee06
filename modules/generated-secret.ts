import { DataAwsSsmParameter } from '@cdktf/provider-aws/lib/data-aws-ssm-parameter/index.js';
import { SsmParameter } from '@cdktf/provider-aws/lib/ssm-parameter/index.js';
import { Construct } from './cdktf.ts';
import { EphemeralBlock } from './ephemeral-block.ts';
import { PropCheck } from './prop-check.ts';
import { requireTerraform, type Version } from './terraform-version.ts';
import { PARAMETER_NAME } from './text-parameter.ts';

export interface GeneratedSecretProps {
  /** Path with its leading slash. */
  readonly name: string;
  readonly description: string;
  /** 16–4096 characters. @default 40 */
  readonly length?: number;
}

/** Terraform language/resources/ephemeral/write-only; the provider knows them since 5.88. */
const TERRAFORM_WITH_WRITE_ONLY: Version = [1, 11];

/**
 * A secret that AWS draws at the first deployment and Parameter Store keeps encrypted. It is in no source file, no
 * synthesized JSON, no plan, no log and no state: the draw is ephemeral, and the attribute that takes it write-only. To
 * rotate it, write a new value to the parameter and redeploy the services that take it: Terraform leaves the value alone.
 */
export class GeneratedSecret extends Construct {
  readonly arn: string;
  readonly name: string;
  #read: DataAwsSsmParameter | undefined;

  constructor(scope: Construct, id: string, props: GeneratedSecretProps) {
    super(scope, id);
    new PropCheck(scope, id)
      .matches('name', props.name, PARAMETER_NAME)
      .range('length', props.length, { min: 16, max: 4096, source: 'Secrets Manager GetRandomPassword: at most 4096' })
      .done();
    const drawn = new EphemeralBlock(this, 'drawn', 'aws_secretsmanager_random_password', {
      password_length: props.length ?? 40,
      exclude_punctuation: true,
    });
    const parameter = new SsmParameter(this, 'parameter', {
      name: props.name,
      description: props.description,
      type: 'SecureString',
      valueWo: drawn.reference('random_password'),
      // Each draw is another: only a new version is written.
      valueWoVersion: 1,
    });
    requireTerraform(this, TERRAFORM_WITH_WRITE_ONLY);
    this.arn = parameter.arn;
    this.name = parameter.name;
  }

  /**
   * Reference to what the parameter holds, for a resource that must be given the secret itself. The state then holds it:
   * keep that private, and prefer the ARN wherever AWS reads the parameter by itself.
   */
  get value(): string {
    this.#read ??= new DataAwsSsmParameter(this, 'value', { name: this.name, withDecryption: true });
    return this.#read.value;
  }
}
