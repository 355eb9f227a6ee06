import { AwsProvider } from '@cdktf/provider-aws/lib/provider/index.js';
import { type Construct, LocalBackend, S3Backend, TerraformOutput, TerraformStack } from '../modules/cdktf.ts';
import { requireTerraform, type Version } from '../modules/terraform-version.ts';
import type { Environment } from './environments.ts';

export interface StackProps {
  readonly environment: Environment;
  /** `logistics` or `forum`, for the tags. */
  readonly system: string;
  /** @default the prebuilt bindings' own */
  readonly providerVersion?: string | undefined;
}

/** Terraform language/backend/s3: use_lockfile, experimental in 1.10. */
const TERRAFORM_WITH_LOCK_FILES: Version = [1, 10];

/** What every stack has: the AWS provider with default tags, and an explicit backend. */
export class BaseStack extends TerraformStack {
  readonly environment: Environment;
  /** What the provider puts on everything; for what it does not reach. */
  readonly defaultTags: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id);
    this.environment = props.environment;
    this.defaultTags = {
      Project: 'cutover',
      System: props.system,
      Environment: props.environment.name,
      ManagedBy: 'cdktf',
    };
    new AwsProvider(this, 'aws', {
      region: props.environment.region,
      defaultTags: [{ tags: { ...this.defaultTags } }],
    });
    if (props.providerVersion) this.addOverride('terraform.required_providers.aws.version', props.providerVersion);
    this.#keepStateIn(id);
  }

  /** An output of the stack, by the name it has in `cdktf output` and in the plane's outputs block. */
  output(name: string, value: unknown, description: string): void {
    new TerraformOutput(this, name, { value, description });
  }

  #keepStateIn(id: string): void {
    const { backend, key } = this.environment;
    if (backend.type === 's3') {
      const { bucket, region } = backend;
      new S3Backend(this, { bucket, region, key: `cutover/${key}/${id}.tfstate`, encrypt: true });
      // Younger than the bindings: S3's own lock instead of a DynamoDB table, which an older Terraform does not know.
      this.addOverride('terraform.backend.s3.use_lockfile', true);
      requireTerraform(this, TERRAFORM_WITH_LOCK_FILES);
      return;
    }
    // Relative to the folder that Terraform runs in, <out>/stacks/<stack>: beside <out>, and the same text on every machine.
    new LocalBackend(this, { path: `../../../terraform-state/${key}/${id}.tfstate` });
  }
}
