import { type Json, several } from './estate.ts';
import type { HouseRule } from './rule.ts';

export const volumesEncrypted: HouseRule = {
  id: 'volumes-encrypted',
  rule: 'volumes that a launch template names are encrypted (EBS ebs-encryption)',
  check: (estate) =>
    estate.all('aws_launch_template').flatMap(({ address, body }) =>
      several<Json>(body.block_device_mappings).flatMap(({ ebs }, index) => {
        if (ebs === undefined || String(ebs.encrypted) === 'true') return [];
        const at = `${address}.block_device_mappings[${index}].ebs.encrypted`;
        return [{ address: at, value: ebs.encrypted ?? null, fix: 'set it to true' }];
      }),
    ),
};
