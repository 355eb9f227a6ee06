import type { Resource } from './estate.ts';
import type { Finding, HouseRule } from './rule.ts';
import { blocks, isOn } from './values.ts';

/** Blocks of volumes that an instance starts with. */
const OF_INSTANCES = ['root_block_device', 'ebs_block_device'];

export const volumesEncrypted: HouseRule = {
  id: 'volumes-encrypted',
  severity: 'warning',
  rule: 'volumes are encrypted, each or by the account’s default; a launch template names its root volume, since that of an image is not (EBS ebs-encryption)',
  check: (estate) =>
    estate.all('aws_ebs_encryption_by_default').some(({ body }) => isOn(body.enabled ?? true))
      ? []
      : [
          ...estate.all('aws_launch_template').flatMap(inTemplate),
          ...estate.all('aws_instance', 'aws_launch_configuration').flatMap(atInstance),
          ...estate
            .all('aws_ebs_volume')
            .flatMap(({ address, body }) => unencrypted(`${address}.encrypted`, body.encrypted)),
        ],
};

function inTemplate({ address, body }: Resource): Finding[] {
  const mappings = blocks(body, 'block_device_mappings');
  if (mappings.length === 0) return unencrypted(`${address}.block_device_mappings`, null);
  return mappings.flatMap((mapping, index) =>
    blocks(mapping, 'ebs').flatMap(({ encrypted }) =>
      unencrypted(`${address}.block_device_mappings[${index}].ebs.encrypted`, encrypted),
    ),
  );
}

function atInstance({ address, body }: Resource): Finding[] {
  return OF_INSTANCES.flatMap((name) =>
    blocks(body, name).flatMap(({ encrypted }, index) =>
      unencrypted(`${address}.${name}[${index}].encrypted`, encrypted),
    ),
  );
}

function unencrypted(address: string, encrypted: unknown): Finding[] {
  return isOn(encrypted) ? [] : [{ address, value: encrypted ?? null, fix: 'name it with encrypted = true' }];
}
