import type { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket/index.js';
import { S3BucketPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-bucket-public-access-block/index.js';
import { S3BucketServerSideEncryptionConfigurationA } from '@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration/index.js';
import type { Construct } from './cdktf.ts';

/** Names that AWS completes, since bucket names are unique in the world (S3 bucketnamingrules). */
export const BUCKET_PREFIX = {
  pattern: /^[a-z0-9][a-z0-9-]{0,36}$/,
  rule: '1–37 lower-case letters, digits and hyphens (S3 bucketnamingrules)',
};

/** An upload in parts that is not finished by then is given up, and its parts are no longer paid for (S3 mpuoverview). */
export const ABANDONED_AFTER_DAYS = 7;

/**
 * Shuts a bucket to the public, and encrypts what is in it with S3's own keys.
 * @returns the public access block: S3 takes one change of a bucket's access at a time, so a policy waits for it
 */
export function makePrivate(scope: Construct, bucket: S3Bucket): S3BucketPublicAccessBlock {
  new S3BucketServerSideEncryptionConfigurationA(scope, 'encryption', {
    bucket: bucket.id,
    rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }],
  });
  return new S3BucketPublicAccessBlock(scope, 'private', {
    bucket: bucket.id,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
}
