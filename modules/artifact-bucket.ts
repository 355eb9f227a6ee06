import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket/index.js';
import { S3BucketPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-bucket-public-access-block/index.js';
import { S3BucketServerSideEncryptionConfigurationA } from '@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration/index.js';
import { S3BucketVersioningA } from '@cdktf/provider-aws/lib/s3-bucket-versioning/index.js';
import { Construct } from './cdktf.ts';
import { PropCheck } from './prop-check.ts';

export interface ArtifactBucketProps {
  /** Start of the name; AWS adds the rest, since bucket names are unique in the world. 1–37 characters. */
  readonly namePrefix: string;
  /** @default false */
  readonly forceDestroy?: boolean;
}

/** A private, encrypted, versioned bucket for applications that run without containers: `<application>/<tag>.cjs`. */
export class ArtifactBucket extends Construct {
  readonly arn: string;
  readonly name: string;

  constructor(scope: Construct, id: string, props: ArtifactBucketProps) {
    super(scope, id);
    new PropCheck(scope, id)
      .matches('namePrefix', props.namePrefix, {
        pattern: /^[a-z0-9][a-z0-9-]{0,36}$/,
        rule: '1–37 lower-case letters, digits and hyphens (S3 bucketnamingrules)',
      })
      .done();
    const bucket = new S3Bucket(this, 'bucket', {
      bucketPrefix: props.namePrefix,
      forceDestroy: props.forceDestroy ?? false,
    });
    new S3BucketPublicAccessBlock(this, 'private', {
      bucket: bucket.id,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    new S3BucketServerSideEncryptionConfigurationA(this, 'encryption', {
      bucket: bucket.id,
      rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }],
    });
    new S3BucketVersioningA(this, 'versions', { bucket: bucket.id, versioningConfiguration: { status: 'Enabled' } });
    this.arn = bucket.arn;
    this.name = bucket.bucket;
  }
}
