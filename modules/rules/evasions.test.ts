/** Ways around the house rules, as somebody may write them by hand or find them in a module: each is seen nevertheless. */
import test from 'ava';
import { Estate, type Json } from './estate.ts';
import { HOUSE_RULES } from './index.ts';

type Stack = Record<string, Json>;

const allow = (statement: Json): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', ...statement } });
const resource = (type: string, body: Json, rest: Stack = {}): Stack => ({
  resource: { [type]: { x: body } },
  ...rest,
});
const policy = (statement: Json, rest: Stack = {}): Stack =>
  resource('aws_iam_role_policy', { policy: allow(statement) }, rest);
const resources = (Resource: Json, rest: Stack = {}): Stack => policy({ Action: 's3:GetObject', Resource }, rest);
const source = (statement: Json, more: Json = {}): Stack => ({
  data: { aws_iam_policy_document: { d: { statement, ...more } } },
  resource: { aws_iam_policy: { x: { policy: '${data.aws_iam_policy_document.d.json}' } } },
});
const open = (Condition: Json): Stack =>
  resource('aws_sqs_queue_policy', { policy: allow({ Principal: '*', Action: 'sqs:SendMessage', Condition }) });
const containers = (body: Json): Stack =>
  resource('aws_ecs_task_definition', { container_definitions: JSON.stringify([{ name: 'c', ...body }]) });

/** Rule → stacks that break it, in a way of their own. */
const EVADING: Readonly<Record<string, Readonly<Record<string, Stack>>>> = {
  'iam-actions-named': {
    'a wildcard in the middle': policy({ Action: ['s3:Get*Object'] }),
    'a question mark': policy({ Action: 's3:?etObject' }),
    'elements in lower case': resource('aws_iam_policy', {
      policy: JSON.stringify({ statement: [{ effect: 'Allow', action: 's3:*', resource: 'arn:aws:s3:::b' }] }),
    }),
    'all but some': policy({ NotAction: ['iam:*'], Resource: 'arn:aws:s3:::b' }),
    'a local': policy({ Action: '${local.all}' }, { locals: { all: 's3:*' } }),
    'a local of a local, in a list of sections': policy(
      { Action: '${local.a}' },
      { locals: [{ a: '${local.b}' }, { b: '*' }] },
    ),
    'a variable without a value': policy({ Action: '${var.action}' }, { variable: { action: {} } }),
    'a policy document': source({ actions: ['s3:*'], resources: ['arn:aws:s3:::b'] }),
    'a list of statements of a policy document': source([
      { actions: ['s3:GetObject'] },
      { not_actions: ['iam:PassRole'] },
    ]),
    'a dynamic statement': source(undefined, {
      dynamic: {
        statement: { for_each: '${var.all}', content: { actions: ['s3:*'], resources: ['${statement.value}'] } },
      },
    }),
    'a document made of another': {
      data: {
        aws_iam_policy_document: {
          d: { source_policy_documents: ['${data.aws_iam_policy_document.e.json}'] },
          e: { statement: { actions: ['dynamodb:*'] } },
        },
      },
      resource: { aws_iam_policy: { x: { policy: '${data.aws_iam_policy_document.d.json}' } } },
    },
    'the inline policy of a role': resource('aws_iam_role', { inline_policy: { policy: allow({ Action: '*' }) } }),
    'a dynamic inline policy': resource('aws_iam_role', {
      dynamic: { inline_policy: { for_each: ['a'], content: [{ policy: allow({ Action: 's3:*' }) }] } },
    }),
    'a group’s policy': resource('aws_iam_group_policy', { policy: allow({ Action: 's3:*' }) }),
    'a body in a list': { resource: [{ aws_iam_policy: [{ x: [{ policy: allow({ Action: 's3:*' }) }] }] }] },
  },
  'iam-resources-named': {
    'arn:*': resources('arn:*'),
    'arn:aws:*': resources(['arn:aws:*']),
    'a service': resources('arn:aws:s3*'),
    'the beginning of a kind': policy({ Action: 'dynamodb:GetItem', Resource: 'arn:aws:dynamodb:us-east-1:1:t*' }),
    'every index of every table': policy({
      Action: 'dynamodb:Query',
      Resource: 'arn:aws:dynamodb:us-east-1:1:table/*/index/*',
    }),
    'a wildcard in a reference': resources('arn:aws:s3:::${"*"}'),
    'a local': resources('${local.any}', { locals: { any: '*' } }),
    'a part of it in a local': resources('arn:aws:s3:::${local.any}', { locals: { any: '*' } }),
    'a variable’s default': resources('${var.any}', { variable: { any: { default: '*' } } }),
    'a variable without a value': resources('${var.any}', { variable: { any: {} } }),
    'all but one': policy({ Action: 's3:GetObject', NotResource: ['arn:aws:s3:::b'] }),
    'a condition on who asks': policy({
      Action: 's3:GetObject',
      Resource: '*',
      Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::1:role/x' } },
    }),
    'a condition that is true without the key': policy({
      Action: 'ecs:Poll',
      Resource: '*',
      Condition: { ArnEqualsIfExists: { 'ecs:cluster': 'arn:aws:ecs:us-east-1:1:cluster/x' } },
    }),
    'a condition with an open ARN': policy({
      Action: 'ecs:Poll',
      Resource: '*',
      Condition: { ArnLike: { 'ecs:cluster': 'arn:aws:ecs:*:*:cluster/*' } },
    }),
    'a policy document': source({ actions: ['s3:GetObject'], resources: ['*'] }),
  },
  'iam-trust-named': {
    'a list with everybody': resource('aws_iam_role', {
      assume_role_policy: allow({ Principal: { AWS: ['1', '*'] } }),
    }),
    'another provider’s everybody': resource('aws_iam_role', {
      assume_role_policy: allow({
        Principal: { Federated: 'arn:aws:iam::1:oidc-provider/token.actions.githubusercontent.com' },
      }),
    }),
    'any account': resource('aws_iam_role', {
      assume_role_policy: allow({ Principal: { AWS: 'arn:aws:iam::*:root' } }),
    }),
    'everybody who knows a number': resource('aws_iam_role', {
      assume_role_policy: allow({ Principal: '*', Condition: { StringEquals: { 'sts:ExternalId': 'x' } } }),
    }),
    'its subjects as a wildcard': resource('aws_iam_role', {
      assume_role_policy: allow({ Principal: { Federated: 'arn' }, Condition: { StringLike: { 'x:sub': '*' } } }),
    }),
    'a policy document': {
      data: { aws_iam_policy_document: { t: { statement: [{ principals: [{ type: '*', identifiers: ['*'] }] }] } } },
      resource: { aws_iam_role: { x: { assume_role_policy: '${data.aws_iam_policy_document.t.json}' } } },
    },
  },
  'iam-managed-policies-narrow': {
    'a version of one': resource('aws_iam_role_policy_attachment', {
      policy_arn: 'arn:aws:iam::aws:policy/CloudWatchFullAccessV2',
    }),
    'a job’s': resource('aws_iam_role_policy_attachment', {
      policy_arn: 'arn:aws:iam::aws:policy/job-function/SystemAdministrator',
    }),
    'of another partition': resource('aws_iam_user_policy_attachment', {
      policy_arn: 'arn:${data.aws_partition.p.partition}:iam::aws:policy/AdministratorAccess',
    }),
    'in the role': resource('aws_iam_role', { managed_policy_arns: ['arn:aws:iam::aws:policy/PowerUserAccess'] }),
    'of a group': resource('aws_iam_group_policy_attachment', { policy_arn: 'arn:aws:iam::aws:policy/IAMFullAccess' }),
    exclusively: resource('aws_iam_role_policy_attachments_exclusive', {
      policy_arns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
    }),
    'by name, in a data source': resource(
      'aws_iam_role_policy_attachment',
      { policy_arn: '${data.aws_iam_policy.admin.arn}' },
      { data: { aws_iam_policy: { admin: { name: 'AdministratorAccess' } } } },
    ),
    'one of a list': resource('aws_iam_role_policy_attachment', {
      for_each: '${toset(var.all)}',
      policy_arn: '${each.value}',
    }),
  },
  'iam-policies-readable': {
    'a function': resource('aws_iam_policy', { policy: '${jsonencode({ Statement = [] })}' }),
    'a document made of what is not seen': source(
      { actions: ['s3:GetObject'] },
      { override_policy_documents: ['${var.more}'] },
    ),
  },
  'resource-policies-closed': {
    'a condition that asks for TLS only': open({ Bool: { 'aws:SecureTransport': 'true' } }),
    'a condition on what is not the case': open({ StringNotEquals: { 'aws:SourceAccount': '1' } }),
    'a source that is anything': open({ ArnLike: { 'aws:SourceArn': 'arn:aws:sns:*:*:*' } }),
    'any account': open({ StringLike: { 'aws:SourceAccount': '*' } }),
    'any address': open({ IpAddress: { 'aws:SourceIp': ['0.0.0.0/0'] } }),
    'where the key is there': open({ StringEqualsIfExists: { 'aws:SourceAccount': '1' } }),
    'a function’s permission': resource('aws_lambda_permission', { principal: '*', action: 'lambda:InvokeFunction' }),
    'the policy inside a queue': resource('aws_sqs_queue', { policy: allow({ Principal: { AWS: '*' } }) }),
    'a key': resource('aws_kms_key_policy', { policy: allow({ Principal: '*', Action: 'kms:Decrypt' }) }),
  },
  'no-plain-secrets': {
    'a password in a URL': containers({
      environment: [{ name: 'DATABASE_URL', value: 'postgres://app:hunter2@db:5432/x' }],
    }),
    'a password of a database': containers({ environment: [{ name: 'PGPASSWORD', value: 'hunter2' }] }),
    'a command': containers({ command: ['serve', '--key', 'AKIAABCDEFGHIJKLMNOP'] }),
    'a list of one block': resource('aws_lambda_function', { environment: [{ variables: { API_KEY: 'x' } }] }),
    'an option of the log driver': containers({ logConfiguration: { options: { 'splunk-token': 'aaaa-bbbb' } } }),
    'a label': containers({ dockerLabels: { db: 'postgres://app:hunter2@db/x' } }),
    'text that an instance starts with': resource('aws_launch_template', {
      user_data: Buffer.from('export KEY=AKIAABCDEFGHIJKLMNOP').toString('base64'),
    }),
    'a build': resource('aws_codebuild_project', {
      environment: [{ environment_variable: [{ name: 'NPM_TOKEN', value: 'x' }] }],
    }),
    'a database': resource('aws_db_instance', { password: 'hunter2' }),
    'a version of a secret': resource('aws_secretsmanager_secret_version', { secret_string: 'hunter2' }),
    'a default': resource('aws_db_instance', { password: '${var.p}' }, { variable: { p: { default: 'hunter2' } } }),
  },
  'parameters-encrypted': {
    'written only': resource('aws_ssm_parameter', { name: '/x', type: 'SecureString', value_wo: 'hunter2' }),
    'a local': resource(
      'aws_ssm_parameter',
      { name: '/x', type: 'SecureString', value: '${local.v}' },
      { locals: { v: 'hunter2' } },
    ),
    'a key under another name': resource('aws_ssm_parameter', {
      name: '/x',
      type: 'String',
      value: 'AKIAABCDEFGHIJKLMNOP',
    }),
  },
  'ports-closed': {
    'half of the world': resource('aws_vpc_security_group_ingress_rule', {
      ip_protocol: 'tcp',
      from_port: 22,
      to_port: 22,
      cidr_ipv4: '128.0.0.0/1',
    }),
    'a rule of the earlier kind': resource('aws_security_group_rule', {
      type: 'ingress',
      protocol: 'tcp',
      from_port: 22,
      to_port: 22,
      cidr_blocks: ['0.0.0.0/0'],
    }),
    'a rule inside the group': resource('aws_security_group', {
      ingress: [{ protocol: 'tcp', from_port: 3306, to_port: 3306, cidr_blocks: ['0.0.0.0/0'] }],
    }),
    'every protocol': resource('aws_vpc_security_group_ingress_rule', {
      ip_protocol: '-1',
      from_port: 80,
      to_port: 80,
      cidr_ipv6: '::/0',
    }),
    'a local': resource(
      'aws_vpc_security_group_ingress_rule',
      { ip_protocol: 'tcp', from_port: 22, to_port: 22, cidr_ipv4: '${local.all}' },
      { locals: { all: '0.0.0.0/0' } },
    ),
  },
  'containers-readable': {
    'a function': resource('aws_ecs_task_definition', { container_definitions: '${jsonencode([])}' }),
  },
  'containers-log': { 'a driver that keeps nothing': containers({ logConfiguration: { logDriver: 'none' } }) },
  'deployments-roll-back': {
    'events that are not enabled': resource('aws_codedeploy_deployment_group', {
      auto_rollback_configuration: { enabled: false, events: ['DEPLOYMENT_FAILURE'] },
    }),
    'a list of one block': resource('aws_ecs_service', {
      deployment_circuit_breaker: [{ enable: true, rollback: 'false' }],
    }),
  },
  'log-groups-expire': {
    'zero as text': resource('aws_cloudwatch_log_group', { retention_in_days: '0' }),
    'zero in a local': resource('aws_cloudwatch_log_group', { retention_in_days: '${local.d}' }, { locals: { d: 0 } }),
  },
  'load-balancers-drop-invalid-headers': { 'its earlier name': resource('aws_alb', {}) },
  'target-groups-drain': { 'its earlier name': resource('aws_alb_target_group', { deregistration_delay: 0 }) },
  'instances-guard-credentials': { 'an instance by itself': resource('aws_instance', {}) },
  'volumes-encrypted': {
    'a volume': resource('aws_ebs_volume', {}),
    'the root of an instance': resource('aws_instance', { root_block_device: [{ volume_size: 8 }] }),
  },
  'subscriptions-keep-undelivered': {
    'a policy without a queue': resource('aws_sns_topic_subscription', { protocol: 'https', redrive_policy: '{}' }),
  },
};

/** Rule → stacks that keep it, though they are written in a way of their own. */
const KEEPING: Readonly<Record<string, Readonly<Record<string, Stack>>>> = {
  'iam-resources-named': {
    'actions that take no ARN': policy({
      Action: ['ec2:DescribeInstances', 'ssmmessages:OpenDataChannel'],
      Resource: '*',
    }),
    'a tag': policy({
      Action: 'ec2:StopInstances',
      Resource: '*',
      Condition: { StringEquals: { 'aws:ResourceTag/System': 'forum' } },
    }),
    'a reference and what is below it': resources('${aws_s3_bucket.b.arn}/*'),
  },
  'iam-trust-named': {
    'an organization': resource('aws_iam_role', {
      assume_role_policy: allow({ Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } }),
    }),
    'certain subjects of a provider': resource('aws_iam_role', {
      assume_role_policy: allow({
        Principal: { Federated: 'arn' },
        Condition: { StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:house/project:*' } },
      }),
    }),
  },
  'iam-policies-readable': {
    'a policy document': source({ actions: ['s3:GetObject'] }),
    'an empty inline policy': resource('aws_iam_role', {
      assume_role_policy: allow({ Principal: { Service: 'ec2.amazonaws.com' } }),
      inline_policy: [{}],
    }),
  },
  'iam-managed-policies-narrow': {
    'a policy of the stacks': resource('aws_iam_role_policy_attachment', { policy_arn: '${aws_iam_policy.own.arn}' }),
    'one made for a task': resource('aws_iam_role', {
      managed_policy_arns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
    }),
  },
  'resource-policies-closed': { 'an organization': open({ StringEquals: { 'AWS:PrincipalOrgID': 'o-1' } }) },
  'no-plain-secrets': {
    'a value that Terraform draws': resource('aws_db_instance', { password: '${random_password.p.result}' }),
    'where a secret is': containers({
      environment: [{ name: 'DB_SECRET', value: '${aws_secretsmanager_secret.db.arn}' }],
    }),
    'a key of data': containers({ environment: [{ name: 'PARTITION_KEY', value: 'id' }] }),
  },
  'ports-closed': {
    'a private block of addresses': resource('aws_security_group_rule', {
      type: 'ingress',
      protocol: 'tcp',
      from_port: 22,
      to_port: 22,
      cidr_blocks: ['10.0.0.0/8'],
    }),
  },
  'load-balancers-drop-invalid-headers': {
    'a switch as text': resource('aws_lb', { drop_invalid_header_fields: 'true' }),
  },
  'tables-recoverable': {
    'a list of one block': resource('aws_dynamodb_table', { point_in_time_recovery: [{ enabled: true }] }),
  },
  'target-groups-drain': { 'a group of functions': resource('aws_lb_target_group', { target_type: 'lambda' }) },
  'health-checks-explicit': {
    'a check without HTTP': resource('aws_lb_target_group', {
      protocol: 'TCP',
      health_check: [{ protocol: 'TCP', interval: 10, timeout: 5, healthy_threshold: 2, unhealthy_threshold: 2 }],
    }),
  },
  'volumes-encrypted': {
    'the account’s default': {
      resource: { aws_ebs_volume: { x: {} }, aws_ebs_encryption_by_default: { d: { enabled: true } } },
    },
  },
  'images-scanned': {
    'the registry scans': {
      resource: {
        aws_ecr_repository: { x: {} },
        aws_ecr_registry_scanning_configuration: {
          r: { rule: [{ scan_frequency: 'SCAN_ON_PUSH', repository_filter: [{ filter: '*' }] }] },
        },
      },
    },
  },
  'buckets-private': {
    'the account blocks': {
      resource: {
        aws_s3_bucket: { x: {} },
        aws_s3_account_public_access_block: {
          a: {
            block_public_acls: true,
            block_public_policy: 'true',
            ignore_public_acls: true,
            restrict_public_buckets: true,
          },
        },
      },
    },
    'a block that names it by its name': {
      resource: {
        aws_s3_bucket: { x: { bucket: 'logs-of-house' } },
        aws_s3_bucket_public_access_block: {
          b: {
            bucket: 'logs-of-house',
            block_public_acls: true,
            block_public_policy: true,
            ignore_public_acls: true,
            restrict_public_buckets: true,
          },
        },
      },
    },
  },
};

const found = (id: string, stack: Stack): readonly string[] =>
  HOUSE_RULES.find((rule) => rule.id === id)!
    .check(new Estate({ stack: JSON.parse(JSON.stringify(stack)) }))
    .map(({ address }) => address);

for (const [id, ways] of Object.entries(EVADING)) {
  for (const [way, stack] of Object.entries(ways))
    test(`${id} sees ${way}`, (t) => t.true(found(id, stack).length > 0));
}
for (const [id, ways] of Object.entries(KEEPING)) {
  for (const [way, stack] of Object.entries(ways))
    test(`${id} spares ${way}`, (t) => t.deepEqual(found(id, stack), []));
}

test('an execution role of which a policy is not seen is not said to lack anything', (t) => {
  const stack = (policies: Json): Stack => ({
    resource: {
      aws_iam_role: { r: { assume_role_policy: '{}' } },
      aws_ecs_task_definition: {
        x: {
          execution_role_arn: '${aws_iam_role.r.arn}',
          container_definitions: JSON.stringify([{ logConfiguration: { logDriver: 'awslogs' } }]),
        },
      },
      ...policies,
    },
  });
  t.is(found('execution-roles-suffice', stack({})).length, 1);
  const role = '${aws_iam_role.r.name}';
  const unseen = [
    { aws_iam_role_policy: { p: { role, policy: '${jsonencode({})}' } } },
    { aws_iam_role_policy_attachment: { a: { role, policy_arn: '${var.of_the_house}' } } },
    { aws_iam_policy_attachment: { a: { roles: [role], policy_arn: 'arn:aws:iam::1:policy/of-elsewhere' } } },
  ];
  for (const policies of unseen) t.deepEqual(found('execution-roles-suffice', stack(policies)), []);
});

test('a circle of locals ends', (t) => {
  const stack = resource('aws_iam_policy', { policy: '${local.a}' }, { locals: { a: '${local.b}', b: '${local.a}' } });
  t.is(found('iam-policies-readable', stack).length, 1);
});
