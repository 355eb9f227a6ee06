import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket/index.js';
import { S3BucketLifecycleConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration/index.js';
import { S3BucketPolicy } from '@cdktf/provider-aws/lib/s3-bucket-policy/index.js';
import type { Account } from './account.ts';
import { Construct, type ITerraformDependable } from './cdktf.ts';
import { ABANDONED_AFTER_DAYS, BUCKET_PREFIX, makePrivate } from './private-bucket.ts';
import { type NumberRule, PropCheck } from './prop-check.ts';

/** How long logs may be kept: up to ten years. */
export const LOG_DAYS: NumberRule = { min: 1, max: 3653, unit: 'days' };

export interface LogBucketProps {
  /** Start of the name; AWS adds the rest. 1–37 lower-case letters, digits and hyphens. */
  readonly namePrefix: string;
  readonly account: Account;
  /** Logs go after so many days, 1–3653. @default 90 */
  readonly keepDays?: number;
  /** Delete the logs with the bucket. @default false */
  readonly forceDestroy?: boolean;
}

/** Takes the access logs of the account's load balancers in its region (ELB enable-access-logging). */
export class LogBucket extends Construct {
  readonly name: string;
  /** ELB tries to write before it turns logging on. */
  readonly writable: ITerraformDependable;

  constructor(scope: Construct, id: string, props: LogBucketProps) {
    super(scope, id);
    const { account, keepDays = 90 } = props;
    new PropCheck(scope, id)
      .matches('namePrefix', props.namePrefix, BUCKET_PREFIX)
      .range('keepDays', keepDays, LOG_DAYS)
      .done();
    const bucket = new S3Bucket(this, 'bucket', {
      bucketPrefix: props.namePrefix,
      forceDestroy: props.forceDestroy ?? false,
    });
    // Server-side encryption with S3's keys is the only one that ELB writes with.
    const shut = makePrivate(this, bucket);
    new S3BucketLifecycleConfiguration(this, 'expiry', {
      bucket: bucket.id,
      rule: [
        {
          id: 'expire',
          status: 'Enabled',
          filter: [{ prefix: '' }],
          expiration: [{ days: keepDays }],
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: ABANDONED_AFTER_DAYS }],
        },
      ],
    });
    this.writable = new S3BucketPolicy(this, 'policy', {
      bucket: bucket.id,
      policy: fromLoadBalancers(bucket.arn, account.accountId),
      dependsOn: [shut],
    });
    this.name = bucket.bucket;
  }
}

function fromLoadBalancers(bucketArn: string, accountId: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
        Action: 's3:PutObject',
        Resource: `${bucketArn}/AWSLogs/${accountId}/*`,
      },
      {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [bucketArn, `${bucketArn}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  });
}
