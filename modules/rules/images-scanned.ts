import type { HouseRule } from './rule.ts';

export const imagesScanned: HouseRule = {
  id: 'images-scanned',
  rule: 'an image is scanned when it is pushed (ECR image-scanning)',
  check: (estate) =>
    estate
      .all('aws_ecr_repository')
      .filter(({ body }) => body.image_scanning_configuration?.scan_on_push !== true)
      .map(({ address, body }) => ({
        address: `${address}.image_scanning_configuration`,
        value: body.image_scanning_configuration ?? null,
        fix: 'set scan_on_push',
      })),
};
