import test from 'ava';
import { ArtifactBucket } from './artifact-bucket.ts';
import type { TerraformStack } from './cdktf.ts';
import { InstanceFleet, type InstanceFleetProps } from './instance-fleet.ts';
import { refuses, synth } from './testing/synth.ts';

const add = (stack: TerraformStack, props: Partial<InstanceFleetProps> = {}) =>
  new InstanceFleet(stack, 'fleet', {
    name: 'interstella-forum',
    userData: '#!/bin/bash\n',
    subnetIds: ['subnet-1'],
    securityGroupIds: ['sg-1'],
    targetGroupArn: 'arn:tg',
    instances: 2,
    statements: [{ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::bucket/api/*'] }],
    ...props,
  });

test('instances register with the target group and are judged by its health checks', (t) => {
  const out = synth((stack) => add(stack));
  t.like(out.one('aws_autoscaling_group'), { target_group_arns: ['arn:tg'], health_check_type: 'ELB', min_size: 2 });
  t.regex(out.one('aws_launch_template').user_data, /^\$\{base64encode/);
  t.is(out.one('aws_launch_template').metadata_options.http_tokens, 'required');
  t.is(out.one('aws_launch_template').block_device_mappings[0].ebs.encrypted, 'true');
});

test('instances come when their role may fetch what user data asks for', (t) => {
  const { depends_on } = synth((stack) => add(stack)).one('aws_autoscaling_group');
  t.regex(depends_on.join(), /^aws_iam_role_policy\.[\w-]*role_policy_\w+$/);
});

test('a fleet can be kept at zero', (t) => {
  t.is(synth((stack) => add(stack, { instances: 0 })).one('aws_autoscaling_group').max_size, 0);
});

test('bad props are told at once', (t) => {
  refuses(t, ['instances', 'name', 'userData'], (stack) =>
    add(stack, { name: 'a b', instances: -1, userData: 'x'.repeat(16_385) }),
  );
});

test('the bucket is private, encrypted and versioned', (t) => {
  const out = synth((stack) => new ArtifactBucket(stack, 'b', { namePrefix: 'interstella-forum-' }));
  t.true(out.one('aws_s3_bucket_public_access_block').restrict_public_buckets);
  t.is(out.one('aws_s3_bucket_versioning').versioning_configuration.status, 'Enabled');
  refuses(t, ['namePrefix'], (stack) => new ArtifactBucket(stack, 'b', { namePrefix: 'Upper' }));
});
