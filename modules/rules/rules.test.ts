import { readdir } from 'node:fs/promises';
import test from 'ava';
import { Estate, type Json } from './estate.ts';
import { HOUSE_RULES } from './index.ts';

type Resources = Record<string, Record<string, Json>>;

interface Case {
  /** Kept: nothing is found. */
  readonly kept: readonly Resources[];
  /** Broken: found at these addresses, behind `stack/`. */
  readonly broken: readonly (readonly [Resources, readonly string[]])[];
}

const one = (type: string, body: Json): Resources => ({ [type]: { x: body } });
const policy = (statement: Json): Resources =>
  one('aws_iam_role_policy', { policy: JSON.stringify({ Statement: [{ Effect: 'Allow', ...statement }] }) });
const trust = (Principal: Json): Resources =>
  one('aws_iam_role', { assume_role_policy: JSON.stringify({ Statement: { Effect: 'Allow', Principal } }) });
const container = (body: Json): Resources =>
  one('aws_ecs_task_definition', { container_definitions: JSON.stringify([{ name: 'c', ...body }]) });
const POLICY_AT = 'aws_iam_role_policy.x.policy.Statement[0]';
const CONTAINER_AT = 'aws_ecs_task_definition.x.container_definitions[0]';
const attachment = (policy_arn: string): Resources => ({
  aws_iam_role_policy_attachment: { a: { role: '${aws_iam_role.r.name}', policy_arn } },
});
const role = (service: string, extra: Resources = {}): Resources => ({
  aws_iam_role: {
    r: {
      assume_role_policy: JSON.stringify({
        Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
      }),
    },
  },
  ...extra,
});
/** Tasks of a role `r` that may do this; the container has an image of ECR, logs and a parameter. */
const executed = (actions: readonly string[], extra: Resources = {}): Resources => ({
  ...role('ecs-tasks.amazonaws.com'),
  aws_ecr_repository: { e: {} },
  aws_iam_role_policy: {
    p: {
      role: '${aws_iam_role.r.id}',
      policy: JSON.stringify({ Statement: { Effect: 'Allow', Action: actions, Resource: 'arn' } }),
    },
  },
  aws_ecs_task_definition: {
    x: {
      execution_role_arn: '${aws_iam_role.r.arn}',
      container_definitions: JSON.stringify([
        {
          image: '${aws_ecr_repository.e.repository_url}:latest',
          logConfiguration: { logDriver: 'awslogs' },
          secrets: [{ name: 'KEY', valueFrom: 'arn:aws:ssm:us-east-1:1:parameter/key' }],
        },
      ]),
    },
  },
  ...extra,
});
const PULL = [
  'ecr:GetAuthorizationToken',
  'ecr:BatchCheckLayerAvailability',
  'ecr:GetDownloadUrlForLayer',
  'ecr:BatchGetImage',
];
const LOG = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const EXECUTION_POLICY = 'arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy';
const queue = (statement: Json): Resources =>
  one('aws_sqs_queue_policy', {
    policy: JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 'sqs:SendMessage', ...statement }] }),
  });
const rules = (...priorities: readonly Json[]): Resources => ({
  aws_lb_listener_rule: Object.fromEntries(
    priorities.map((priority, index) => [`r${index}`, { listener_arn: '${aws_lb_listener.l.arn}', priority }]),
  ),
});
const served = (by: Resources): Resources => ({
  aws_lb_target_group: { g: {} },
  aws_ecs_service: { s: { load_balancer: [{ target_group_arn: '${aws_lb_target_group.g.arn}' }] } },
  ...by,
});
const forward = [{ type: 'forward', target_group_arn: '${aws_lb_target_group.g.arn}' }];
const HEALTH = { path: '/', interval: 6, timeout: 5, healthy_threshold: 2, unhealthy_threshold: 2, matcher: '200' };

const behindGroup = (stopTimeout: number | undefined, delay: string): Resources => ({
  ...container({ stopTimeout }),
  aws_lb_target_group: { g: { deregistration_delay: delay } },
  aws_ecs_service: {
    s: {
      task_definition: '${aws_ecs_task_definition.x.arn}',
      load_balancer: [{ container_name: 'c', target_group_arn: '${aws_lb_target_group.g.arn}' }],
    },
  },
});
const repository = (extra: Resources = {}): Resources => ({ ...one('aws_ecr_repository', { name: 'x' }), ...extra });
const scaled = (lifecycle: Json): Resources => ({
  aws_ecs_service: { s: { lifecycle } },
  aws_appautoscaling_target: { t: { resource_id: 'service/${aws_ecs_cluster.c.name}/${aws_ecs_service.s.name}' } },
});
const block = (on: boolean): Resources => ({
  aws_s3_bucket_public_access_block: {
    p: {
      bucket: '${aws_s3_bucket.x.id}',
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: on,
      restrict_public_buckets: true,
    },
  },
});
const ingress = (body: Json): Resources =>
  one('aws_vpc_security_group_ingress_rule', { ip_protocol: 'tcp', from_port: 80, to_port: 80, ...body });

const CASES: Readonly<Record<string, Case>> = {
  'iam-actions-named': {
    kept: [policy({ Action: ['s3:GetObject'] }), policy({ Effect: 'Deny', Action: '*' })],
    broken: [
      [policy({ Action: 's3:*' }), [`${POLICY_AT}.Action`]],
      [policy({ Action: ['s3:GetObject', 's3:Put*'] }), [`${POLICY_AT}.Action`]],
      [policy({ NotAction: 'iam:CreateUser' }), [`${POLICY_AT}.NotAction`]],
    ],
  },
  'iam-resources-named': {
    kept: [
      policy({ Action: 's3:GetObject', Resource: ['${aws_s3_bucket.b.arn}/*'] }),
      policy({ Action: 'ecr:GetAuthorizationToken', Resource: '*' }),
      policy({ Action: 'ecs:Poll', Resource: '*', Condition: { ArnEquals: { 'ecs:cluster': 'arn' } } }),
      policy({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::artifacts/*' }),
      policy({ Action: 'logs:PutLogEvents', Resource: 'arn:aws:logs:us-east-1:1:log-group:/ecs/x:*' }),
      policy({ Action: 'iam:PassRole', Resource: 'arn:${data.aws_partition.p.partition}:iam::1:role/forum-*' }),
    ],
    broken: [
      ...['arn:aws:s3:::*', 'arn:aws:s3:::*/*', 'arn:aws:sns:us-east-1:1:*', 'arn:aws:iam::*:role/*', '?*'].map(
        (Resource): [Resources, string[]] => [
          policy({ Action: 'x:Y', Resource: ['arn:aws:s3:::named/*', Resource] }),
          [`${POLICY_AT}.Resource`],
        ],
      ),
      [
        policy({
          Action: 'logs:PutLogEvents',
          Resource: 'arn:${data.aws_partition.p.partition}:logs:us-east-1:1:log-group:*:*',
        }),
        [`${POLICY_AT}.Resource`],
      ],
      [
        policy({ Action: 'ecs:Poll', Resource: '*', Condition: { ArnLike: { 'ecs:cluster': '*' } } }),
        [`${POLICY_AT}.Resource`],
      ],
      [
        one('aws_iam_role', {
          inline_policy: [{ policy: JSON.stringify({ Statement: { Effect: 'Allow', Action: 'x:Y', Resource: '*' } }) }],
        }),
        ['aws_iam_role.x.inline_policy[0].policy.Statement[0].Resource'],
      ],
      [
        policy({ Action: ['ecr:GetAuthorizationToken', 'ecr:BatchGetImage'], Resource: ['*'] }),
        [`${POLICY_AT}.Resource`],
      ],
      [policy({ Action: 's3:GetObject', NotResource: 'arn' }), [`${POLICY_AT}.Resource`]],
      [
        policy({ Action: 's3:GetObject', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'true' } } }),
        [`${POLICY_AT}.Resource`],
      ],
    ],
  },
  'iam-trust-named': {
    kept: [trust({ Service: 'ecs-tasks.amazonaws.com' }), trust({ AWS: 'arn:aws:iam::1:root' })],
    broken: [
      [trust('*'), ['aws_iam_role.x.assume_role_policy.Statement[0].Principal']],
      [trust({ AWS: ['*'] }), ['aws_iam_role.x.assume_role_policy.Statement[0].Principal']],
    ],
  },
  'iam-managed-policies-narrow': {
    kept: [one('aws_iam_role_policy_attachment', { policy_arn: 'arn:aws:iam::aws:policy/AWSCodeDeployRoleForECS' })],
    broken: [
      [
        one('aws_iam_role_policy_attachment', { policy_arn: 'arn:aws:iam::aws:policy/AmazonS3FullAccess' }),
        ['aws_iam_role_policy_attachment.x.policy_arn'],
      ],
    ],
  },
  'iam-policies-readable': {
    kept: [
      policy({ Action: 's3:GetObject', Resource: '${aws_s3_bucket.b.arn}/*' }),
      trust({ Service: 'ec2.amazonaws.com' }),
      one('aws_sns_topic', { name: 'without a policy of its own' }),
    ],
    broken: [
      [one('aws_iam_policy', { policy: '${data.aws_iam_policy_document.d.json}' }), ['aws_iam_policy.x.policy']],
      [one('aws_iam_role', { name: 'r' }), ['aws_iam_role.x.assume_role_policy']],
      [one('aws_s3_bucket_policy', { policy: '{"Version":"2012-10-17"}' }), ['aws_s3_bucket_policy.x.policy']],
    ],
  },
  'resource-policies-closed': {
    kept: [
      queue({ Principal: { Service: 'sns.amazonaws.com' } }),
      queue({ Principal: '*', Condition: { ArnEquals: { 'aws:SourceArn': 'arn' } } }),
      queue({ Principal: '*', Effect: 'Deny' }),
    ],
    broken: [
      [queue({ Principal: '*' }), ['aws_sqs_queue_policy.x.policy.Statement[0].Principal']],
      [queue({ Principal: { AWS: ['*'] } }), ['aws_sqs_queue_policy.x.policy.Statement[0].Principal']],
      [queue({ NotPrincipal: { AWS: '1' } }), ['aws_sqs_queue_policy.x.policy.Statement[0].Principal']],
    ],
  },
  'roles-trust-their-users': {
    kept: [
      role('ecs-tasks.amazonaws.com', one('aws_ecs_task_definition', { task_role_arn: '${aws_iam_role.r.arn}' })),
      role('ec2.amazonaws.com', one('aws_iam_instance_profile', { role: '${aws_iam_role.r.name}' })),
      one('aws_lambda_function', { role: 'arn:aws:iam::1:role/of-elsewhere' }),
    ],
    broken: [
      [
        role('ec2.amazonaws.com', one('aws_ecs_task_definition', { execution_role_arn: '${aws_iam_role.r.arn}' })),
        ['aws_ecs_task_definition.x.execution_role_arn'],
      ],
      [
        role(
          'ecs-tasks.amazonaws.com',
          one('aws_codedeploy_deployment_group', {
            service_role_arn: '${aws_iam_role.r.arn}',
            auto_rollback_configuration: { events: ['DEPLOYMENT_FAILURE'] },
          }),
        ),
        ['aws_codedeploy_deployment_group.x.service_role_arn'],
      ],
      [
        role('ecs-tasks.amazonaws.com', one('aws_lambda_function', { role: '${aws_iam_role.r.arn}' })),
        ['aws_lambda_function.x.role'],
      ],
    ],
  },
  'execution-roles-suffice': {
    kept: [
      executed([...PULL, ...LOG, 'ssm:GetParameters']),
      executed(['ssm:Get*'], attachment(EXECUTION_POLICY)),
      executed(['s3:GetObject'], {
        aws_iam_policy: {
          own: {
            policy: JSON.stringify({
              Statement: [{ Effect: 'Allow', Action: [...PULL, ...LOG, 'ssm:GetParameters'], Resource: 'arn' }],
            }),
          },
        },
        ...attachment('${aws_iam_policy.own.arn}'),
      }),
      container({ image: 'public.ecr.aws/nginx', logConfiguration: { logDriver: 'awslogs' } }),
    ],
    broken: [
      [executed(['dynamodb:PutItem']), ['aws_ecs_task_definition.x.execution_role_arn']],
      [executed([...PULL, ...LOG]), ['aws_ecs_task_definition.x.execution_role_arn']],
      [
        executed([...PULL, ...LOG, 'ssm:GetParameters'], { aws_iam_role_policy: {} }),
        ['aws_ecs_task_definition.x.execution_role_arn'],
      ],
    ],
  },
  'targets-reached': {
    kept: [
      served({ aws_lb_listener: { l: { default_action: forward } } }),
      served({ aws_lb_listener_rule: { r: { action: forward } } }),
      one('aws_ecs_service', { load_balancer: [{ target_group_arn: 'arn:of:elsewhere' }] }),
      one('aws_ecs_service', {}),
    ],
    broken: [
      [
        served({ aws_lb_listener: { l: { default_action: [{ type: 'fixed-response' }] } } }),
        ['aws_ecs_service.s.load_balancer[0].target_group_arn'],
      ],
    ],
  },
  'priorities-differ': {
    kept: [rules(10, 20), rules(10, undefined, undefined), rules('${var.first}', '${var.first}')],
    broken: [
      [rules(10, 20, 10), ['aws_lb_listener_rule.r2.priority']],
      [rules(10, '10', 10), ['aws_lb_listener_rule.r1.priority', 'aws_lb_listener_rule.r2.priority']],
    ],
  },
  'no-plain-secrets': {
    kept: [
      container({ environment: [{ name: 'ORDERS_TABLE', value: 'orders' }], secrets: [{ name: 'API_KEY' }] }),
      one('aws_lambda_function', { environment: { variables: { TargetUrl: 'http://x' } } }),
    ],
    broken: [
      [container({ environment: [{ name: 'API_KEY', value: 'abc' }] }), [`${CONTAINER_AT}.environment`]],
      [
        container({ environment: [{ name: 'dbPassword', value: '${aws_ssm_parameter.p.value}' }] }),
        [`${CONTAINER_AT}.environment`],
      ],
      [
        container({ environment: [{ name: 'PEM', value: '-----BEGIN PRIVATE KEY-----' }] }),
        [`${CONTAINER_AT}.environment`],
      ],
      [
        one('aws_lambda_function', { environment: { variables: { token: 'abc' } } }),
        ['aws_lambda_function.x.environment'],
      ],
    ],
  },
  'parameters-encrypted': {
    kept: [
      one('aws_ssm_parameter', { name: '/i/api-key', type: 'SecureString', value: '${data.x.y.random_password}' }),
      one('aws_ssm_parameter', { name: '/i/endpoint', type: 'String', value: 'http://x' }),
    ],
    broken: [
      [one('aws_ssm_parameter', { name: '/i/api-key', type: 'String', value: 'abc' }), ['aws_ssm_parameter.x.type']],
      [one('aws_ssm_parameter', { name: '/i/x', type: 'SecureString', value: 'abc' }), ['aws_ssm_parameter.x.value']],
    ],
  },
  'ports-closed': {
    kept: [
      ingress({ cidr_ipv4: '0.0.0.0/0' }),
      ingress({ cidr_ipv4: '10.0.0.0/16', from_port: 22, to_port: 22 }),
      ingress({ referenced_security_group_id: 'sg', from_port: 32768, to_port: 65535 }),
    ],
    broken: [
      [ingress({ cidr_ipv4: '0.0.0.0/0', from_port: 22, to_port: 22 }), ['aws_vpc_security_group_ingress_rule.x']],
      [ingress({ cidr_ipv6: '::/0', from_port: 80, to_port: 443 }), ['aws_vpc_security_group_ingress_rule.x']],
      [
        ingress({ cidr_ipv4: '0.0.0.0/0', ip_protocol: '-1', from_port: undefined, to_port: undefined }),
        ['aws_vpc_security_group_ingress_rule.x'],
      ],
    ],
  },
  'instances-guard-credentials': {
    kept: [
      one('aws_launch_template', { metadata_options: { http_tokens: 'required', http_put_response_hop_limit: 1 } }),
      one('aws_launch_template', { metadata_options: { http_endpoint: 'disabled' } }),
    ],
    broken: [
      [one('aws_launch_template', {}), ['aws_launch_template.x.metadata_options']],
      [
        one('aws_launch_template', { metadata_options: { http_tokens: 'required', http_put_response_hop_limit: 2 } }),
        ['aws_launch_template.x.metadata_options'],
      ],
    ],
  },
  'volumes-encrypted': {
    kept: [one('aws_launch_template', { block_device_mappings: [{ ebs: { encrypted: 'true' } }, { no_device: '' }] })],
    broken: [
      [
        one('aws_launch_template', { block_device_mappings: [{ ebs: { volume_size: 30 } }] }),
        ['aws_launch_template.x.block_device_mappings[0].ebs.encrypted'],
      ],
      [one('aws_launch_template', {}), ['aws_launch_template.x.block_device_mappings']],
    ],
  },
  'buckets-private': {
    kept: [{ ...one('aws_s3_bucket', {}), ...block(true) }],
    broken: [
      [one('aws_s3_bucket', {}), ['aws_s3_bucket.x']],
      [{ ...one('aws_s3_bucket', {}), ...block(false) }, ['aws_s3_bucket.x']],
    ],
  },
  'log-groups-expire': {
    kept: [one('aws_cloudwatch_log_group', { retention_in_days: 7 })],
    broken: [
      [one('aws_cloudwatch_log_group', {}), ['aws_cloudwatch_log_group.x.retention_in_days']],
      [one('aws_cloudwatch_log_group', { retention_in_days: 0 }), ['aws_cloudwatch_log_group.x.retention_in_days']],
    ],
  },
  'containers-readable': {
    kept: [container({ image: '${aws_ecr_repository.e.repository_url}:latest' })],
    broken: [
      [
        one('aws_ecs_task_definition', { container_definitions: '${jsonencode([{ name = "c" }])}' }),
        ['aws_ecs_task_definition.x.container_definitions'],
      ],
    ],
  },
  'containers-log': {
    kept: [container({ logConfiguration: { logDriver: 'awslogs' } })],
    broken: [[container({}), [`${CONTAINER_AT}.logConfiguration`]]],
  },
  'containers-stop-in-time': {
    kept: [behindGroup(30, '30'), behindGroup(undefined, '20'), container({ stopTimeout: 2 })],
    broken: [
      [behindGroup(10, '20'), [`${CONTAINER_AT}.stopTimeout`]],
      [behindGroup(undefined, '300'), [`${CONTAINER_AT}.stopTimeout`]],
    ],
  },
  'target-groups-drain': {
    kept: [one('aws_lb_target_group', { deregistration_delay: '20' })],
    broken: [
      [one('aws_lb_target_group', {}), ['aws_lb_target_group.x.deregistration_delay']],
      [one('aws_lb_target_group', { deregistration_delay: '0' }), ['aws_lb_target_group.x.deregistration_delay']],
    ],
  },
  'health-checks-explicit': {
    kept: [one('aws_lb_target_group', { health_check: HEALTH })],
    broken: [
      [one('aws_lb_target_group', {}), ['aws_lb_target_group.x.health_check']],
      [one('aws_lb_target_group', { health_check: { path: '/' } }), ['aws_lb_target_group.x.health_check']],
    ],
  },
  'load-balancers-drop-invalid-headers': {
    kept: [one('aws_lb', { drop_invalid_header_fields: true }), one('aws_lb', { load_balancer_type: 'network' })],
    broken: [[one('aws_lb', {}), ['aws_lb.x.drop_invalid_header_fields']]],
  },
  'deployments-roll-back': {
    kept: [
      one('aws_ecs_service', { deployment_circuit_breaker: { enable: true, rollback: true } }),
      one('aws_ecs_service', { deployment_controller: { type: 'CODE_DEPLOY' } }),
      one('aws_codedeploy_deployment_group', {
        auto_rollback_configuration: { enabled: true, events: ['DEPLOYMENT_FAILURE'] },
      }),
    ],
    broken: [
      [one('aws_ecs_service', {}), ['aws_ecs_service.x.deployment_circuit_breaker']],
      [
        one('aws_ecs_service', { deployment_circuit_breaker: { enable: true, rollback: false } }),
        ['aws_ecs_service.x.deployment_circuit_breaker'],
      ],
      [one('aws_codedeploy_deployment_group', {}), ['aws_codedeploy_deployment_group.x.auto_rollback_configuration']],
    ],
  },
  'scaled-counts-left-alone': {
    kept: [scaled({ ignore_changes: ['desired_count'] }), scaled({ ignore_changes: 'all' })],
    broken: [
      [scaled(undefined), ['aws_ecs_service.s.lifecycle']],
      [scaled({ ignore_changes: ['task_definition'] }), ['aws_ecs_service.s.lifecycle']],
    ],
  },
  'images-scanned': {
    kept: [one('aws_ecr_repository', { image_scanning_configuration: { scan_on_push: true } })],
    broken: [[repository(), ['aws_ecr_repository.x.image_scanning_configuration']]],
  },
  'images-expire': {
    kept: [repository({ aws_ecr_lifecycle_policy: { p: { repository: '${aws_ecr_repository.x.name}' } } })],
    broken: [
      [
        repository({ aws_ecr_lifecycle_policy: { p: { repository: '${aws_ecr_repository.y.name}' } } }),
        ['aws_ecr_repository.x'],
      ],
    ],
  },
  'image-tags-stay': {
    kept: [one('aws_ecr_repository', { image_tag_mutability: 'IMMUTABLE' })],
    broken: [[repository(), ['aws_ecr_repository.x.image_tag_mutability']]],
  },
  'subscriptions-keep-undelivered': {
    kept: [
      one('aws_sns_topic_subscription', { protocol: 'http', redrive_policy: '{"deadLetterTargetArn":"arn"}' }),
      one('aws_sns_topic_subscription', { protocol: 'email' }),
    ],
    broken: [
      [one('aws_sns_topic_subscription', { protocol: 'https' }), ['aws_sns_topic_subscription.x.redrive_policy']],
    ],
  },
  'tables-recoverable': {
    kept: [one('aws_dynamodb_table', { point_in_time_recovery: { enabled: true } })],
    broken: [[one('aws_dynamodb_table', {}), ['aws_dynamodb_table.x.point_in_time_recovery']]],
  },
};

test('every rule has a file of its name, a kept and a broken case', async (t) => {
  const ids = HOUSE_RULES.map(({ id }) => id);
  t.deepEqual(Object.keys(CASES).sort(), [...ids].sort());
  const files = await readdir(import.meta.dirname);
  for (const id of ids) t.true(files.includes(`${id}.ts`), id);
  for (const [id, { kept, broken }] of Object.entries(CASES)) t.true(kept.length > 0 && broken.length > 0, id);
});

for (const { id, rule, check } of HOUSE_RULES) {
  test(id, (t) => {
    t.regex(rule, /\([A-Z]/, 'it names the page that it comes from');
    const found = (resource: Resources) =>
      check(new Estate({ stack: { resource: JSON.parse(JSON.stringify(resource)) } }));
    for (const resources of CASES[id]!.kept) t.deepEqual(found(resources), []);
    for (const [resources, addresses] of CASES[id]!.broken) {
      const findings = found(resources);
      t.deepEqual(
        findings.map(({ address }) => address),
        addresses.map((address) => `stack/${address}`),
      );
      for (const { fix, value } of findings) t.true(fix.length > 5 && value !== undefined);
    }
  });
}

test('a reference is followed into another stack', (t) => {
  const remote = 'data.terraform_remote_state.cross-stack-reference-input-edge.outputs';
  const estate = new Estate({
    edge: {
      resource: { aws_lb_target_group: { g: { deregistration_delay: '60' } } },
      output: { 'cross-stack-output-g': { value: '${aws_lb_target_group.g.arn}' } },
    },
    services: {
      resource: {
        ...container({ stopTimeout: 30 }),
        aws_ecs_service: {
          s: {
            task_definition: '${aws_ecs_task_definition.x.arn}',
            load_balancer: [{ container_name: 'c', target_group_arn: `\${${remote}.cross-stack-output-g}` }],
          },
        },
      },
    },
  });
  const rule = HOUSE_RULES.find(({ id }) => id === 'containers-stop-in-time')!;
  t.deepEqual(
    rule.check(estate).map(({ address, value }) => [address, value]),
    [[`services/${CONTAINER_AT}.stopTimeout`, { stopSeconds: 30, deregistrationDelaySeconds: 60 }]],
  );
});
