/** aws_lambda_function (Lambda CreateFunction). Functions are what deployments call between their steps. */
import { block, COMMON, inert, map, number, only, refused, schema, text } from '../schema.ts';

const IMAGES = 'functions packaged as images are not run here; package it as a zip file';
const RIGHTS = 'functions on one machine have the rights and the network of whoever started them';
const ENCRYPTION = 'nothing is encrypted at rest here';
const VERSIONS = 'the newest code runs, whatever version is asked for';
const LOG_FORMAT = 'log lines are kept as the function writes them';

export const FUNCTION = schema(['aws_lambda_function'], {
  function_name: text({
    required: true,
    pattern: /^[A-Za-z0-9_-]{1,64}$/,
    rule: '1 to 64 letters, digits, hyphens and underscores (Lambda CreateFunction)',
  }),
  package_type: only(['Zip'], IMAGES),
  filename: text(),
  s3_bucket: text(),
  s3_key: text(),
  handler: text({ pattern: /^[^\s]{1,128}$/, rule: '<file>.<export>, at most 128 characters' }),
  runtime: text({ pattern: /^nodejs\d+\.x$/, rule: 'nodejs22.x or another Node.js runtime; others are not run here' }),
  role: text({ required: true }),
  timeout: number({ fallback: 3, min: 1, max: 900 }),
  memory_size: number({ fallback: 128, min: 128, max: 10_240 }),
  environment: block({ variables: map() }),
  logging_config: block({
    log_group: text(),
    log_format: inert(LOG_FORMAT),
    application_log_level: inert(LOG_FORMAT),
    system_log_level: inert(LOG_FORMAT),
  }),
  source_code_hash: inert('the bytes of the package are compared themselves'),
  s3_object_version: inert('the newest object is taken'),
  publish: inert(VERSIONS),
  publish_to: inert(VERSIONS),
  description: inert('for people'),
  architectures: inert('functions run on this machine’s processor'),
  ephemeral_storage: inert('functions share this machine’s /tmp'),
  vpc_config: inert(RIGHTS),
  replace_security_groups_on_destroy: inert(RIGHTS),
  replacement_security_group_ids: inert(RIGHTS),
  tracing_config: inert('there is no X-Ray here'),
  reserved_concurrent_executions: inert('invocations are not throttled'),
  kms_key_arn: inert(ENCRYPTION),
  source_kms_key_arn: inert(ENCRYPTION),
  code_signing_config_arn: inert('signatures of packages are not checked'),
  snap_start: inert('not of Node.js'),
  skip_destroy: inert('functions go with the plane'),
  image_uri: refused(IMAGES),
  image_config: refused(IMAGES),
  layers: refused('layers are not unpacked here; bundle what the function needs'),
  file_system_config: refused('there is no EFS here'),
  dead_letter_config: refused('failed invocations go to nobody here'),
  durable_config: refused('durable functions are not run here'),
  tenancy_config: refused('there are no tenants here'),
  capacity_provider_config: refused('managed instances are not run here'),
  ...COMMON,
});
