import type { HouseRule } from './rule.ts';

const BLOCKS = ['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets'];

export const bucketsPrivate: HouseRule = {
  id: 'buckets-private',
  rule: 'a bucket blocks public access in all four ways (S3 access-control-block-public-access)',
  check: (estate) =>
    estate.all('aws_s3_bucket').flatMap((bucket) => {
      const [block] = estate.referring(bucket, 'aws_s3_bucket_public_access_block');
      const open = BLOCKS.filter((name) => block?.body[name] !== true);
      if (open.length === 0) return [];
      return [{ address: bucket.address, value: { open }, fix: 'add a public access block with all four' }];
    }),
};
