import type { HouseRule } from './rule.ts';
import { isOn } from './values.ts';

const BLOCKS = ['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets'];

export const bucketsPrivate: HouseRule = {
  id: 'buckets-private',
  severity: 'warning',
  rule: 'a bucket blocks public access in all four ways, itself or through its account (S3 access-control-block-public-access)',
  check: (estate) => {
    const ofAccount = estate.all('aws_s3_account_public_access_block');
    return estate.all('aws_s3_bucket').flatMap((bucket) => {
      const blocks = [...estate.referring(bucket, 'aws_s3_bucket_public_access_block'), ...ofAccount];
      const open = BLOCKS.filter((name) => !blocks.some(({ body }) => isOn(body[name])));
      if (open.length === 0) return [];
      return [{ address: bucket.address, value: { open }, fix: 'add a public access block with all four' }];
    });
  },
};
