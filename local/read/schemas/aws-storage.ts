/** aws_ssm_parameter, aws_cloudwatch_log_group, aws_dynamodb_table, aws_ecr_repository. */
import { blocks, COMMON, inert, number, schema, text, texts, word } from '../schema.ts';

const ENCRYPTION = 'nothing is encrypted at rest here';
const THROTTLE = 'nothing is throttled';
const IMAGES = 'images are built from the services here';
const PROTECTION = 'nothing here asks before deleting';

export const PARAMETER = schema(['aws_ssm_parameter'], {
  name: text({
    required: true,
    pattern: /^[A-Za-z0-9_./-]{1,1011}$/,
    rule: 'letters, digits and _./- (SSM PutParameter)',
  }),
  type: word(['String', 'StringList', 'SecureString']),
  value: text(),
  insecure_value: text(),
  value_wo: text(),
  value_wo_version: inert('the newest value holds'),
  description: inert('for people'),
  key_id: inert(ENCRYPTION),
  tier: inert('there is one tier'),
  allowed_pattern: inert('checked by AWS when a value is set'),
  data_type: inert('a value is a text'),
  overwrite: inert('the newest value holds'),
  ...COMMON,
});

export const LOG_GROUP = schema(['aws_cloudwatch_log_group'], {
  name: text({ pattern: /^[.\-_/#A-Za-z0-9]{1,512}$/, rule: 'at most 512 letters, digits and .-_/#' }),
  name_prefix: text(),
  retention_in_days: number({ fallback: 0, min: 0, max: 3653 }),
  kms_key_id: inert(ENCRYPTION),
  skip_destroy: inert('groups go with the plane'),
  log_group_class: inert('there is one class'),
  deletion_protection_enabled: inert(PROTECTION),
  ...COMMON,
});

export const TABLE = schema(['aws_dynamodb_table'], {
  name: text({ required: true, pattern: /^[A-Za-z0-9_.-]{3,255}$/, rule: '3 to 255 letters, digits and _.-' }),
  hash_key: text({ required: true }),
  range_key: text(),
  attribute: blocks({ name: text({ required: true }), type: word(['S', 'N', 'B']) }, { min: 1 }),
  global_secondary_index: blocks(
    {
      name: text({ required: true }),
      hash_key: text({ required: true }),
      range_key: text(),
      projection_type: word(['ALL', 'KEYS_ONLY', 'INCLUDE']),
      non_key_attributes: texts(),
      read_capacity: inert(THROTTLE),
      write_capacity: inert(THROTTLE),
      on_demand_throughput: inert(THROTTLE),
      warm_throughput: inert(THROTTLE),
    },
    { max: 20, rule: 'at most 20 global secondary indexes a table' },
  ),
  local_secondary_index: inert('local secondary indexes are not made'),
  billing_mode: inert('nothing is billed'),
  read_capacity: inert(THROTTLE),
  write_capacity: inert(THROTTLE),
  on_demand_throughput: inert(THROTTLE),
  warm_throughput: inert(THROTTLE),
  point_in_time_recovery: inert('there are no backups'),
  server_side_encryption: inert(ENCRYPTION),
  ttl: inert('items do not expire'),
  deletion_protection_enabled: inert(PROTECTION),
  table_class: inert('there is one class'),
  stream_enabled: inert('there are no streams'),
  stream_view_type: inert('there are no streams'),
  replica: inert('the plane is one region'),
  global_table_witness: inert('the plane is one region'),
  import_table: inert('tables start empty'),
  restore_source_name: inert('tables start empty'),
  restore_source_table_arn: inert('tables start empty'),
  restore_to_latest_time: inert('tables start empty'),
  restore_date_time: inert('tables start empty'),
  ...COMMON,
});

export const REPOSITORY = schema(['aws_ecr_repository'], {
  name: text({
    required: true,
    pattern: /^(?=.{2,256}$)[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/,
    rule: '2 to 256 lower-case letters, digits and ._-/ (ECR CreateRepository)',
  }),
  image_tag_mutability: inert(IMAGES),
  image_tag_mutability_exclusion_filter: inert(IMAGES),
  image_scanning_configuration: inert(IMAGES),
  encryption_configuration: inert(ENCRYPTION),
  force_delete: inert('repositories go at once'),
  ...COMMON,
});
