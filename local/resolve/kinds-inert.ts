/** Resource types that exist, can be referred to, and have no local effect as a whole. */
import { arn, type Kind, nameOf, text } from './kind.ts';

type Computed = Kind['computed'];

const inert = (noEffect: string, computed: Computed): Kind => ({ acts: ['*'], inert: {}, noEffect, computed });

/** `prefix-` and 17 hex digits, as EC2 makes ids. */
const ec2 =
  (prefix: string, more: Computed = () => ({})): Computed =>
  (names, block, attribute) => {
    const id = `${prefix}-${names.hex(block.address, 17)}`;
    return { id, arn: arn(names, 'ec2', `${prefix}/${id}`), ...more(names, block, attribute) };
  };
const plain: Computed = (names, block) => ({ id: names.hex(block.address, 16) });
const iam =
  (kind: string): Computed =>
  (names, block, attribute) => {
    const name = nameOf(names, block, attribute);
    const path = text(attribute('path'), '/');
    return {
      id: name,
      name,
      arn: `arn:aws:iam::${names.accountId}:${kind}${path}${name}`,
      unique_id: `AROA${names.hex(block.address, 16).toUpperCase()}`,
    };
  };

const NETWORK = 'addresses on one machine need no network of their own';
const IAM = 'processes on one machine have the rights of whoever started them';
const SECRET = 'the value is taken from the configuration';

export const INERT_KINDS: Readonly<Record<string, Kind>> = {
  aws_vpc: inert(
    NETWORK,
    ec2('vpc', (names, block) => ({
      default_security_group_id: `sg-${names.hex(`${block.address}/default`, 17)}`,
      main_route_table_id: `rtb-${names.hex(`${block.address}/main`, 17)}`,
      default_network_acl_id: `acl-${names.hex(block.address, 17)}`,
      default_route_table_id: `rtb-${names.hex(`${block.address}/main`, 17)}`,
    })),
  ),
  aws_internet_gateway: inert(NETWORK, ec2('igw')),
  aws_eip: inert(
    NETWORK,
    ec2('eipalloc', (names, block) => ({
      allocation_id: `eipalloc-${names.hex(block.address, 17)}`,
      public_ip: '203.0.113.1',
      public_dns: 'ec2-203-0-113-1.compute-1.amazonaws.com',
    })),
  ),
  aws_nat_gateway: inert(
    NETWORK,
    ec2('nat', () => ({ public_ip: '203.0.113.1' })),
  ),
  aws_route_table: inert(NETWORK, ec2('rtb')),
  aws_default_route_table: inert(NETWORK, ec2('rtb')),
  aws_route: inert(NETWORK, plain),
  aws_route_table_association: inert(NETWORK, ec2('rtbassoc')),
  aws_main_route_table_association: inert(NETWORK, ec2('rtbassoc')),
  aws_vpc_endpoint: inert(
    NETWORK,
    ec2('vpce', () => ({ dns_entry: [], prefix_list_id: 'pl-00000000' })),
  ),
  aws_vpc_endpoint_route_table_association: inert(NETWORK, plain),
  aws_network_acl: inert(NETWORK, ec2('acl')),
  aws_default_security_group: inert(NETWORK, ec2('sg')),
  aws_flow_log: inert(NETWORK, ec2('fl')),
  aws_key_pair: inert('there is no host to log in to', (names, block, a) => ({
    id: text(a('key_name'), names.hex(block.address, 8)),
    key_name: text(a('key_name')),
    key_pair_id: `key-${names.hex(block.address, 17)}`,
  })),
  aws_iam_role: inert(IAM, iam('role')),
  aws_iam_policy: inert(IAM, (n, b, a) => ({
    ...iam('policy')(n, b, a),
    id: iam('policy')(n, b, a)['arn'],
    policy_id: n.hex(b.address, 16),
  })),
  aws_iam_role_policy: inert(IAM, (n, b, a) => ({
    id: `${text(a('role'))}:${nameOf(n, b, a)}`,
    name: nameOf(n, b, a),
  })),
  aws_iam_role_policy_attachment: inert(IAM, plain),
  aws_iam_role_policies_exclusive: inert(IAM, plain),
  aws_iam_role_policy_attachments_exclusive: inert(IAM, plain),
  aws_iam_policy_attachment: inert(IAM, plain),
  aws_iam_instance_profile: inert(IAM, iam('instance-profile')),
  aws_iam_service_linked_role: inert(IAM, (names, _b, a) => ({
    id: text(a('aws_service_name')),
    name: 'AWSServiceRole',
    arn: `arn:aws:iam::${names.accountId}:role/aws-service-role/${text(a('aws_service_name'))}/AWSServiceRole`,
  })),
  aws_ecr_lifecycle_policy: inert('images are built from the services here', plain),
  aws_ecr_repository_policy: inert(IAM, plain),
  aws_sns_topic_policy: inert(IAM, plain),
  aws_sqs_queue_policy: inert(IAM, plain),
  aws_kms_key: inert('nothing is encrypted at rest here', (names, block) => {
    const id = names.hex(block.address, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    return { id, key_id: id, arn: arn(names, 'kms', `key/${id}`) };
  }),
  aws_kms_alias: inert('nothing is encrypted at rest here', (names, _b, a) => ({
    id: text(a('name')),
    arn: arn(names, 'kms', text(a('name'))),
  })),
  aws_ssm_document: inert('there is no host to run it on', plain),
  random_id: inert(SECRET, (names, block) => ({
    id: names.hex(block.address, 16),
    hex: names.hex(block.address, 16),
    dec: '1',
  })),
  random_string: inert(SECRET, (names, block) => ({
    id: names.hex(block.address, 16),
    result: names.hex(block.address, 16),
  })),
  random_password: inert(SECRET, (names, block) => ({
    id: 'none',
    result: names.random(block.address),
    bcrypt_hash: '',
  })),
  random_pet: inert(SECRET, (names, block) => ({ id: `pet-${names.hex(block.address, 6)}` })),
  random_uuid: inert(SECRET, (names, block) => ({
    id: names.hex(block.address, 32),
    result: names.hex(block.address, 32),
  })),
};

/** Data sources: what they answer. */
export const DATA_KINDS: Readonly<Record<string, Computed>> = {
  aws_region: (names) => ({
    id: names.region,
    name: names.region,
    region: names.region,
    description: names.region,
    endpoint: `ec2.${names.region}.amazonaws.com`,
  }),
  aws_caller_identity: (names) => ({
    id: names.accountId,
    account_id: names.accountId,
    arn: `arn:aws:iam::${names.accountId}:root`,
    user_id: names.accountId,
  }),
  aws_partition: () => ({
    id: 'aws',
    partition: 'aws',
    dns_suffix: 'amazonaws.com',
    reverse_dns_prefix: 'com.amazonaws',
  }),
  aws_availability_zones: (names) => {
    const zones = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => `${names.region}${letter}`);
    return {
      id: names.region,
      names: zones,
      zone_ids: zones.map((_, i) => `use1-az${i + 1}`),
      group_names: [names.region],
    };
  },
  aws_secretsmanager_random_password: (names, block) => ({
    id: names.hex(block.address, 16),
    random_password: names.random(block.address),
  }),
  aws_iam_policy_document: (names, block, attribute) => ({
    id: names.hex(block.address, 10),
    json: policyJson(attribute),
    minified_json: policyJson(attribute),
  }),
  aws_ami: (names, block) => ({
    id: `ami-${names.hex(block.address, 17)}`,
    image_id: `ami-${names.hex(block.address, 17)}`,
  }),
  aws_elb_service_account: (names) => ({
    id: '127311923021',
    arn: 'arn:aws:iam::127311923021:root',
    region: names.region,
  }),
  aws_ssm_parameter: (names, _block, attribute) => {
    const name = text(attribute('name'));
    const image = `ami-${names.hex(name, 17)}`;
    const value = name.startsWith('/aws/service/')
      ? name.endsWith('image_id')
        ? image
        : JSON.stringify({ image_id: image })
      : undefined;
    return {
      id: name,
      arn: arn(names, 'ssm', `parameter${name.startsWith('/') ? '' : '/'}${name}`),
      type: 'String',
      version: 1,
      ...(value ? { value, insecure_value: value } : {}),
    };
  },
};

function policyJson(attribute: (name: string) => unknown): string {
  const statements = [attribute('statement') ?? []].flat() as Record<string, unknown>[];
  const list = (value: unknown): unknown => (Array.isArray(value) && value.length === 1 ? value[0] : value);
  const Statement = statements.map((s) => ({
    ...(s['sid'] ? { Sid: s['sid'] } : {}),
    Effect: s['effect'] ?? 'Allow',
    ...(s['actions'] ? { Action: list(s['actions']) } : {}),
    ...(s['resources'] ? { Resource: list(s['resources']) } : {}),
    ...(s['principals']
      ? {
          Principal: Object.fromEntries(
            ([s['principals']].flat() as Record<string, unknown>[]).map((p) => [
              String(p['type']),
              list(p['identifiers']),
            ]),
          ),
        }
      : {}),
  }));
  return JSON.stringify({ Version: '2012-10-17', Statement });
}
