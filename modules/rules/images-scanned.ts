import type { Estate } from './estate.ts';
import type { HouseRule } from './rule.ts';
import { block, blocks, isOn } from './values.ts';

export const imagesScanned: HouseRule = {
  id: 'images-scanned',
  severity: 'advice',
  rule: 'an image is scanned when it is pushed, by its repository or by the registry (ECR image-scanning)',
  check: (estate) =>
    isScannedByRegistry(estate)
      ? []
      : estate
          .all('aws_ecr_repository')
          .map(({ address, body }) => ({ address, scanning: block(body, 'image_scanning_configuration') }))
          .filter(({ scanning }) => !isOn(scanning?.scan_on_push))
          .map(({ address, scanning }) => ({
            address: `${address}.image_scanning_configuration`,
            value: scanning ?? null,
            fix: 'set scan_on_push',
          })),
};

/** Of every repository: a rule for some of them is not followed to their names. */
function isScannedByRegistry(estate: Estate): boolean {
  return estate
    .all('aws_ecr_registry_scanning_configuration')
    .flatMap(({ body }) => blocks(body, 'rule'))
    .some(
      (rule) =>
        rule.scan_frequency !== 'MANUAL' && blocks(rule, 'repository_filter').some(({ filter }) => filter === '*'),
    );
}
