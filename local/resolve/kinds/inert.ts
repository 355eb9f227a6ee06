/** Resource types that exist, can be referred to, and have no local effect as a whole. */
import { inertType } from '../kind.ts';
import { arnOf, type Computed, ec2Id, hex, nameOf, plain, textOf, uuid } from '../names.ts';
import { BESIDE_TYPES } from './inert-beside.ts';
import { GENERATED } from './inert-generated.ts';
import { RIGHTS } from './inert-rights.ts';

const NETWORK = 'addresses on one machine need no network of their own';
const IAM = 'processes on one machine have the rights of whoever started them';
const IMAGES = 'images are built from the services here';
const ENCRYPTION = 'nothing is encrypted at rest here';
const SECRETS = 'a secret is a name here; its value is that of its version';
const OBJECTS = 'a bucket is a name here; its objects are those of these stacks';
const MADE_ONCE = 'the value is made once and stays';

const ec2 =
  (prefix: string, resource: string, more: Computed = () => ({})): Computed =>
  (names, block, attribute) => {
    const id = ec2Id(prefix, block.address);
    return {
      id,
      arn: arnOf(names, 'ec2', `${resource}/${id}`),
      owner_id: names.accountId,
      ...more(names, block, attribute),
    };
  };

const publicAddress: Computed = (_names, block) => ({
  public_ip: `203.0.113.${Number.parseInt(hex(block.address, 2), 16)}`,
});

const vpc: Computed = (_names, block, attribute) => ({
  default_security_group_id: ec2Id('sg', `${block.address}/default`),
  main_route_table_id: ec2Id('rtb', `${block.address}/main`),
  default_route_table_id: ec2Id('rtb', `${block.address}/main`),
  default_network_acl_id: ec2Id('acl', `${block.address}/default`),
  ipv6_association_id: '',
  dhcp_options_id: ec2Id('dopt', `${block.address}/default`),
  enable_dns_hostnames: false,
  enable_dns_support: true,
  // Of the block for documentation (RFC 3849).
  ipv6_cidr_block: [true, 'true'].includes(attribute('assign_generated_ipv6_cidr_block') as string)
    ? `2001:db8:${hex(block.address, 4).replace(/^0+(?=.)/, '')}:100::/56`
    : '',
});

const key: Computed = (names, block) => {
  const id = uuid(block.address);
  return { id, key_id: id, arn: arnOf(names, 'kms', `key/${id}`) };
};

const bucket: Computed = (names, block, attribute) => {
  const name = nameOf(block, attribute, 'bucket');
  const domain = `${name}.s3.amazonaws.com`;
  return {
    id: name,
    bucket: name,
    arn: `arn:${names.partition}:s3:::${name}`,
    bucket_domain_name: domain,
    bucket_regional_domain_name: `${name}.s3.${names.region}.amazonaws.com`,
    hosted_zone_id: '',
  };
};

/** Settings of a bucket are named after it. */
const ofBucket: Computed = (_names, _block, attribute) => ({ id: textOf(attribute('bucket')) });

const secret: Computed = (names, block, attribute) => {
  const name = nameOf(block, attribute);
  const arn = arnOf(names, 'secretsmanager', `secret:${name}-${hex(block.address, 6)}`);
  return { id: arn, arn, name };
};

const IN_NETWORK: Readonly<Record<string, Computed>> = {
  aws_vpc: ec2('vpc', 'vpc', vpc),
  aws_default_vpc: ec2('vpc', 'vpc', vpc),
  aws_internet_gateway: ec2('igw', 'internet-gateway'),
  aws_egress_only_internet_gateway: ec2('eigw', 'egress-only-internet-gateway'),
  aws_eip: ec2('eipalloc', 'elastic-ip', (names, block, attribute) => ({
    allocation_id: ec2Id('eipalloc', block.address),
    private_ip: '',
    ...publicAddress(names, block, attribute),
  })),
  aws_eip_association: ec2('eipassoc', 'elastic-ip-association'),
  aws_nat_gateway: ec2('nat', 'natgateway', (names, block, attribute) => ({
    association_id: ec2Id('eipassoc', block.address),
    network_interface_id: ec2Id('eni', block.address),
    private_ip: '',
    ...publicAddress(names, block, attribute),
  })),
  aws_route_table: ec2('rtb', 'route-table'),
  aws_default_route_table: ec2('rtb', 'route-table'),
  aws_route: plain,
  aws_route_table_association: ec2('rtbassoc', 'route-table-association'),
  aws_main_route_table_association: ec2('rtbassoc', 'route-table-association'),
  aws_vpc_endpoint: ec2('vpce', 'vpc-endpoint', (_names, block) => ({
    dns_entry: [],
    network_interface_ids: [],
    prefix_list_id: `pl-${hex(block.address, 8)}`,
  })),
  aws_vpc_endpoint_route_table_association: plain,
  aws_vpc_endpoint_subnet_association: plain,
  aws_network_acl: ec2('acl', 'network-acl'),
  aws_network_acl_rule: plain,
  aws_default_network_acl: ec2('acl', 'network-acl'),
  aws_default_security_group: ec2('sg', 'security-group'),
  aws_vpc_dhcp_options: ec2('dopt', 'dhcp-options'),
  aws_vpc_dhcp_options_association: plain,
  aws_flow_log: ec2('fl', 'vpc-flow-log'),
};

const types = (table: Readonly<Record<string, Computed>>, reason: string) =>
  Object.entries(table).map(([type, computed]) => inertType([type], reason, computed));

export const INERT_TYPES = [
  ...BESIDE_TYPES,
  ...types(IN_NETWORK, NETWORK),
  ...types(RIGHTS, IAM),
  ...types(GENERATED, MADE_ONCE),
  inertType(['aws_ecr_lifecycle_policy'], IMAGES, (_names, _block, attribute) => ({
    id: textOf(attribute('repository')),
  })),
  inertType(['aws_s3_bucket'], OBJECTS, bucket),
  inertType(
    [
      'aws_s3_bucket_public_access_block',
      'aws_s3_bucket_server_side_encryption_configuration',
      'aws_s3_bucket_versioning',
      'aws_s3_bucket_policy',
      'aws_s3_bucket_ownership_controls',
      'aws_s3_bucket_lifecycle_configuration',
      'aws_s3_bucket_logging',
      'aws_s3_bucket_acl',
    ],
    OBJECTS,
    ofBucket,
  ),
  inertType(['aws_kms_key'], ENCRYPTION, key),
  inertType(['aws_kms_alias'], ENCRYPTION, (names, block, attribute) => {
    const name = nameOf(block, attribute);
    return {
      id: name,
      name,
      arn: arnOf(names, 'kms', name),
      target_key_arn: arnOf(names, 'kms', `key/${textOf(attribute('target_key_id'))}`),
    };
  }),
  inertType(['aws_secretsmanager_secret'], SECRETS, secret),
  inertType(['aws_secretsmanager_secret_policy', 'aws_secretsmanager_secret_rotation'], SECRETS, plain),
  inertType(
    ['aws_dynamodb_table_item', 'aws_dynamodb_resource_policy'],
    'tables start empty, and anybody may read',
    plain,
  ),
  inertType(
    ['aws_dynamodb_kinesis_streaming_destination', 'aws_dynamodb_contributor_insights'],
    'there are no streams',
    plain,
  ),
  inertType(['aws_key_pair'], 'there is no host to log in to', (names, block, attribute) => {
    const name = nameOf(block, attribute, 'key_name');
    return {
      id: name,
      key_name: name,
      key_pair_id: ec2Id('key', block.address),
      arn: arnOf(names, 'ec2', `key-pair/${name}`),
    };
  }),
  inertType(['aws_lambda_permission'], 'anybody on this machine may invoke', (_names, block, attribute) => ({
    id: textOf(attribute('statement_id'), `terraform-${hex(block.address, 16)}`),
    statement_id: textOf(attribute('statement_id'), `terraform-${hex(block.address, 16)}`),
  })),
  inertType(['aws_lambda_alias'], 'the newest code runs, whatever version is asked for', (names, _block, attribute) => {
    const name = textOf(attribute('function_name')).split(':function:').at(-1) ?? '';
    const arn = arnOf(names, 'lambda', `function:${name}:${textOf(attribute('name'))}`);
    return { id: arn, arn, invoke_arn: arn };
  }),
  inertType(['aws_lambda_function_event_invoke_config'], 'failed invocations are not tried again here', plain),
  inertType(
    ['aws_autoscaling_policy', 'aws_autoscaling_schedule'],
    'instances are scaled by capacity providers and by hand only',
    (names, block, attribute) => {
      const name = textOf(attribute('name'), textOf(attribute('scheduled_action_name')));
      const group = textOf(attribute('autoscaling_group_name'));
      const kind = block.type === 'aws_autoscaling_policy' ? 'scalingPolicy' : 'scheduledUpdateGroupAction';
      const last = block.type === 'aws_autoscaling_policy' ? 'policyName' : 'scheduledActionName';
      const resource = `${kind}:${uuid(block.address)}:autoScalingGroupName/${group}:${last}/${name}`;
      return { id: name, arn: arnOf(names, 'autoscaling', resource) };
    },
  ),
  inertType(
    ['aws_autoscaling_lifecycle_hook', 'aws_autoscaling_notification'],
    'only hooks put through the endpoint hold an instance',
    plain,
  ),
  inertType(['aws_cloudwatch_dashboard'], 'the console is the dashboard here', plain),
  inertType(['aws_cloudwatch_log_metric_filter', 'aws_cloudwatch_log_stream'], 'streams are made by tasks', plain),
];
