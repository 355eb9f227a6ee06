import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket/index.js';
import { S3BucketLifecycleConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration/index.js';
import { S3BucketVersioningA } from '@cdktf/provider-aws/lib/s3-bucket-versioning/index.js';
import { Construct } from './cdktf.ts';
import { ABANDONED_AFTER_DAYS, BUCKET_PREFIX, makePrivate } from './private-bucket.ts';
import { PropCheck } from './prop-check.ts';

/** What a tag was before it was built again: long enough to go back to it. */
const REPLACED_KEPT_DAYS = 90;

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
    const versions = new S3BucketVersioningA(this, 'versions', {
      bucket: bucket.id,
      versioningConfiguration: { status: 'Enabled' },
    });
    new S3BucketLifecycleConfiguration(this, 'expiry', {
      bucket: bucket.id,
      rule: [
        {
          id: 'replaced',
          status: 'Enabled',
          filter: [{ prefix: '' }],
          noncurrentVersionExpiration: [{ noncurrentDays: REPLACED_KEPT_DAYS }],
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: ABANDONED_AFTER_DAYS }],
        },
      ],
      // Rules of noncurrent versions want a bucket that has some (S3 intro-lifecycle-rules).
      dependsOn: [versions],
    });
    this.arn = bucket.arn;
    this.name = bucket.bucket;
  }
}
