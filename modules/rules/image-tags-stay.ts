import type { HouseRule } from './rule.ts';

const STAYING = ['IMMUTABLE', 'IMMUTABLE_WITH_EXCLUSION'];

export const imageTagsStay: HouseRule = {
  id: 'image-tags-stay',
  severity: 'advice',
  rule: 'a tag stays with its image, so that a roll-back runs what ran before (ECR image-tag-mutability)',
  check: (estate) =>
    estate
      .all('aws_ecr_repository')
      .filter(({ body }) => !STAYING.includes(body.image_tag_mutability))
      .map(({ address, body }) => ({
        address: `${address}.image_tag_mutability`,
        value: body.image_tag_mutability ?? 'MUTABLE',
        fix: 'set it to IMMUTABLE',
      })),
};
