import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket/index.js';
import { S3BucketVersioningA } from '@cdktf/provider-aws/lib/s3-bucket-versioning/index.js';
import { Construct } from './cdktf.ts';
import { BUCKET_PREFIX, makePrivate } from './private-bucket.ts';
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
    new PropCheck(scope, id).matches('namePrefix', props.namePrefix, BUCKET_PREFIX).done();
    const bucket = new S3Bucket(this, 'bucket', {
      bucketPrefix: props.namePrefix,
      forceDestroy: props.forceDestroy ?? false,
    });
    makePrivate(this, bucket);
    new S3BucketVersioningA(this, 'versions', { bucket: bucket.id, versioningConfiguration: { status: 'Enabled' } });
    this.arn = bucket.arn;
    this.name = bucket.bucket;
  }
}
