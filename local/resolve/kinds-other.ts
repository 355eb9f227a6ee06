/** Security groups, subnets, topics, subscriptions, queues, parameters, logs, tables, repositories. */
import type {
  LogGroup,
  Parameter,
  Queue,
  Repository,
  SecurityGroup,
  Subnet,
  Subscription,
  Table,
  Topic,
  TrafficRule,
} from '../topology.ts';
import { arn, COMMON_INERT, type Kind, nameOf, text } from './kind.ts';
import { Reader } from './reader.ts';

const NETWORK = 'addresses on one machine need no network of their own';
const ENCRYPTION = 'nothing is encrypted at rest here';
const id =
  (prefix: string): Kind['computed'] =>
  (names, block) => {
    const value = `${prefix}-${names.hex(block.address, 17)}`;
    return { id: value, arn: arn(names, 'ec2', `${prefix}/${value}`) };
  };

const subnet: Kind = {
  collection: 'subnets',
  acts: ['availability_zone', 'availability_zone_id'],
  inert: {
    ...COMMON_INERT,
    vpc_id: NETWORK,
    cidr_block: NETWORK,
    map_public_ip_on_launch: NETWORK,
    assign_ipv6_address_on_creation: NETWORK,
    ipv6_cidr_block: NETWORK,
    enable_dns64: NETWORK,
    private_dns_hostname_type_on_launch: NETWORK,
    enable_resource_name_dns_a_record_on_launch: NETWORK,
  },
  computed: (names, block, attribute) => ({
    ...id('subnet')(names, block, attribute),
    availability_zone: `${names.region}a`,
    owner_id: names.accountId,
  }),
  build: (base, r): Subnet => ({ ...base, id: r.text('id'), zone: r.text('availability_zone') }),
};

function trafficOf(r: Reader): TrafficRule {
  const protocol = r.has('ip_protocol') ? r.text('ip_protocol') : r.text('protocol', '-1');
  const all = protocol === '-1' || protocol === 'all';
  const single = [r.textOrNull('referenced_security_group_id'), r.textOrNull('source_security_group_id')].filter(
    (x) => x !== null,
  );
  return {
    protocol: all ? '-1' : protocol,
    fromPort: all ? 0 : r.number('from_port', 0, { min: -1, max: 65_535 }),
    toPort: all ? 65_535 : r.number('to_port', 65_535, { min: -1, max: 65_535 }),
    cidrBlocks: [...r.texts('cidr_blocks'), ...(r.has('cidr_ipv4') ? [r.text('cidr_ipv4')] : [])],
    securityGroupIds: [...r.texts('security_groups'), ...single, ...(r.bool('self', false) ? ['self'] : [])],
  };
}

const securityGroup: Kind = {
  collection: 'securityGroups',
  acts: ['name', 'name_prefix', 'ingress', 'egress'],
  inert: {
    ...COMMON_INERT,
    vpc_id: NETWORK,
    description: 'for people',
    revoke_rules_on_delete: 'rules go with their group',
  },
  computed: (names, block, attribute) => ({
    ...id('sg')(names, block, attribute),
    name: nameOf(names, block, attribute),
    owner_id: names.accountId,
  }),
  build(base, r, context): SecurityGroup {
    const own = r.text('id');
    const readers = (types: string[], wanted: (json: Record<string, unknown>) => boolean): Reader[] =>
      context
        .all(...types)
        .filter(({ json }) => json['security_group_id'] === own && wanted(json))
        .map(({ block, json }) => new Reader(block.address, json, r.problems));
    const rules = (way: 'ingress' | 'egress'): TrafficRule[] =>
      [
        ...r.blocks(way),
        ...readers(['aws_security_group_rule'], (json) => json['type'] === way),
        ...readers([`aws_vpc_security_group_${way}_rule`], () => true),
      ]
        .map(trafficOf)
        .map((rule) => ({ ...rule, securityGroupIds: rule.securityGroupIds.map((g) => (g === 'self' ? own : g)) }));
    return { ...base, id: own, name: r.text('name'), ingress: rules('ingress'), egress: rules('egress') };
  },
};

const groupRule: Kind = {
  acts: [
    'security_group_id',
    'type',
    'protocol',
    'ip_protocol',
    'from_port',
    'to_port',
    'cidr_blocks',
    'cidr_ipv4',
    'source_security_group_id',
    'referenced_security_group_id',
    'self',
  ],
  inert: {
    ...COMMON_INERT,
    description: 'for people',
    cidr_ipv6: 'loopback is IPv4',
    ipv6_cidr_blocks: 'loopback is IPv4',
    prefix_list_id: NETWORK,
    prefix_list_ids: NETWORK,
  },
  computed: (names, block) => ({
    id: `sgr-${names.hex(block.address, 17)}`,
    security_group_rule_id: `sgr-${names.hex(block.address, 17)}`,
    arn: arn(names, 'ec2', `security-group-rule/sgr-${names.hex(block.address, 17)}`),
  }),
};

const topic: Kind = {
  collection: 'topics',
  acts: ['name', 'name_prefix', 'display_name', 'delivery_policy', 'signature_version'],
  inert: {
    ...COMMON_INERT,
    policy: 'anybody on this machine may publish',
    kms_master_key_id: ENCRYPTION,
    tracing_config: 'there is no X-Ray here',
    archive_policy: 'of FIFO topics only',
  },
  computed: (names, block, attribute) => {
    const name = nameOf(names, block, attribute);
    return { name, arn: arn(names, 'sns', name), id: arn(names, 'sns', name), owner: names.accountId };
  },
  build(base, r): Topic {
    if (r.bool('fifo_topic', false)) r.bad('fifo_topic', 'FIFO topics cannot deliver to HTTP endpoints', 'false');
    return {
      ...base,
      arn: r.text('arn'),
      name: r.text('name'),
      displayName: r.text('display_name', ''),
      deliveryPolicy: r.json('delivery_policy'),
      signatureVersion: r.number('signature_version', 1, { min: 1, max: 2 }) === 2 ? 2 : 1,
    };
  },
};

const subscription: Kind = {
  collection: 'subscriptions',
  acts: [
    'topic_arn',
    'protocol',
    'endpoint',
    'raw_message_delivery',
    'filter_policy',
    'filter_policy_scope',
    'delivery_policy',
    'redrive_policy',
    'confirmation_timeout_in_minutes',
    'endpoint_auto_confirms',
  ],
  inert: { ...COMMON_INERT, subscription_role_arn: 'of Firehose only', replay_policy: 'of FIFO topics only' },
  computed: (names, block, attribute) => {
    const value = `${text(attribute('topic_arn'))}:${names.hex(block.address, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}`;
    return { arn: value, id: value, owner_id: names.accountId, pending_confirmation: false };
  },
  build(base, r): Subscription {
    const protocol = r.oneOf('protocol', ['http', 'https', 'sqs']);
    const endpoint = r.text('endpoint');
    if (protocol !== 'sqs' && !endpoint.startsWith(`${protocol}://`))
      r.bad('endpoint', 'the endpoint does not fit the protocol', `${protocol}://…`);
    const redrive = r.json('redrive_policy') as { deadLetterTargetArn?: string } | null;
    return {
      ...base,
      topicArn: r.text('topic_arn'),
      protocol,
      endpoint,
      rawMessageDelivery: r.bool('raw_message_delivery', false),
      filterPolicy: r.json('filter_policy'),
      filterPolicyScope: r.oneOf('filter_policy_scope', ['MessageAttributes', 'MessageBody'], 'MessageAttributes'),
      deliveryPolicy: r.json('delivery_policy'),
      deadLetterTargetArn: redrive?.deadLetterTargetArn ?? null,
      confirmationTimeoutMinutes: r.number('confirmation_timeout_in_minutes', 1, { min: 0 }),
    };
  },
};

const queue: Kind = {
  collection: 'queues',
  acts: ['name', 'name_prefix'],
  inert: {
    ...COMMON_INERT,
    message_retention_seconds: 'a plane lives for hours at most',
    visibility_timeout_seconds: 'messages are shown until they are deleted',
    delay_seconds: 'messages are there at once',
    receive_wait_time_seconds: 'calls answer at once',
    max_message_size: 'the topic’s limit holds',
    kms_master_key_id: ENCRYPTION,
    kms_data_key_reuse_period_seconds: ENCRYPTION,
    sqs_managed_sse_enabled: ENCRYPTION,
    policy: 'anybody on this machine may read',
    redrive_policy: 'only topics redrive here',
    redrive_allow_policy: 'only topics redrive here',
    fifo_queue: 'dead letters have no order',
  },
  computed: (names, block, attribute) => {
    const name = nameOf(names, block, attribute);
    const url = `https://sqs.${names.region}.amazonaws.com/${names.accountId}/${name}`;
    return { name, arn: arn(names, 'sqs', name), id: url, url };
  },
  build: (base, r): Queue => ({ ...base, arn: r.text('arn'), name: r.text('name'), url: r.text('url') }),
};

const parameter: Kind = {
  collection: 'parameters',
  acts: ['name', 'type', 'value', 'insecure_value', 'value_wo'],
  inert: {
    ...COMMON_INERT,
    description: 'for people',
    key_id: ENCRYPTION,
    tier: 'there is one tier',
    allowed_pattern: 'checked by AWS when it is set',
    data_type: 'text',
    overwrite: 'the newest value holds',
    value_wo_version: 'the newest value holds',
  },
  computed: (names, _block, attribute) => {
    const name = text(attribute('name'));
    return { id: name, arn: arn(names, 'ssm', `parameter${name.startsWith('/') ? '' : '/'}${name}`), version: 1 };
  },
  build(base, r): Parameter {
    const source = ['value', 'insecure_value', 'value_wo'].find((n) => r.has(n));
    if (!source) r.missing('value');
    return {
      ...base,
      arn: r.text('arn'),
      name: r.text('name'),
      parameterType: r.oneOf('type', ['String', 'StringList', 'SecureString']),
      value: r.text(source ?? 'value', ''),
    };
  },
};

const logGroup: Kind = {
  collection: 'logGroups',
  acts: ['name', 'name_prefix', 'retention_in_days'],
  inert: {
    ...COMMON_INERT,
    kms_key_id: ENCRYPTION,
    skip_destroy: 'groups go with the plane',
    log_group_class: 'there is one class',
    deletion_protection_enabled: 'nothing here asks before deleting',
  },
  computed: (names, block, attribute) => {
    const name = nameOf(names, block, attribute);
    return { name, id: name, arn: arn(names, 'logs', `log-group:${name}`) };
  },
  build: (base, r): LogGroup => ({
    ...base,
    arn: r.text('arn'),
    name: r.text('name'),
    retentionDays: r.number('retention_in_days', 0, { min: 0, max: 3653 }),
  }),
};

const table: Kind = {
  collection: 'tables',
  acts: ['name', 'hash_key', 'range_key', 'attribute', 'global_secondary_index'],
  inert: {
    ...COMMON_INERT,
    billing_mode: 'nothing is billed',
    read_capacity: 'nothing is throttled',
    write_capacity: 'nothing is throttled',
    on_demand_throughput: 'nothing is throttled',
    point_in_time_recovery: 'there are no backups',
    server_side_encryption: ENCRYPTION,
    ttl: 'items do not expire',
    deletion_protection_enabled: 'nothing here asks before deleting',
    table_class: 'there is one class',
    stream_enabled: 'there are no streams',
    stream_view_type: 'there are no streams',
  },
  computed: (names, _block, attribute) => {
    const name = text(attribute('name'));
    return { id: name, arn: arn(names, 'dynamodb', `table/${name}`) };
  },
  build(base, r): Table {
    const keys = r.blocks('attribute').map((a) => ({ name: a.text('name'), type: a.oneOf('type', ['S', 'N', 'B']) }));
    const indexes = r.blocks('global_secondary_index').map((g) => ({
      name: g.text('name'),
      hashKey: g.text('hash_key'),
      rangeKey: g.textOrNull('range_key'),
      projectionType: g.oneOf('projection_type', ['ALL', 'KEYS_ONLY', 'INCLUDE']),
      nonKeyAttributes: g.texts('non_key_attributes'),
    }));
    const used = [
      r.text('hash_key'),
      r.textOrNull('range_key'),
      ...indexes.flatMap((i) => [i.hashKey, i.rangeKey]),
    ].filter((k) => k !== null);
    for (const k of used)
      if (!keys.some((a) => a.name === k))
        r.bad('attribute', `the key ${k} has no attribute block`, 'every key has an attribute block with its type', k);
    return {
      ...base,
      arn: r.text('arn'),
      name: r.text('name'),
      hashKey: r.text('hash_key'),
      rangeKey: r.textOrNull('range_key'),
      keyAttributes: keys,
      globalSecondaryIndexes: indexes,
    };
  },
};

const repository: Kind = {
  collection: 'repositories',
  acts: ['name'],
  inert: {
    ...COMMON_INERT,
    image_tag_mutability: 'images are built from the services here',
    image_tag_mutability_exclusion_filter: 'images are built from the services here',
    image_scanning_configuration: 'images are built from the services here',
    encryption_configuration: ENCRYPTION,
    force_delete: 'repositories go at once',
  },
  computed: (names, _block, attribute) => {
    const name = text(attribute('name'));
    return {
      id: name,
      arn: arn(names, 'ecr', `repository/${name}`),
      repository_url: `${names.accountId}.dkr.ecr.${names.region}.amazonaws.com/${name}`,
      registry_id: names.accountId,
    };
  },
  build: (base, r): Repository => ({
    ...base,
    arn: r.text('arn'),
    name: r.text('name'),
    url: r.text('repository_url'),
  }),
};

export const OTHER_KINDS: Readonly<Record<string, Kind>> = {
  aws_subnet: subnet,
  aws_security_group: securityGroup,
  aws_security_group_rule: groupRule,
  aws_vpc_security_group_ingress_rule: groupRule,
  aws_vpc_security_group_egress_rule: groupRule,
  aws_sns_topic: topic,
  aws_sns_topic_subscription: subscription,
  aws_sqs_queue: queue,
  aws_ssm_parameter: parameter,
  aws_cloudwatch_log_group: logGroup,
  aws_dynamodb_table: table,
  aws_ecr_repository: repository,
};
