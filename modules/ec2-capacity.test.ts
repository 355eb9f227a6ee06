import test from 'ava';
import type { TerraformStack } from './cdktf.ts';
import { Ec2Capacity, type Ec2CapacityProps } from './ec2-capacity.ts';
import { EcsCluster } from './ecs-cluster.ts';
import { refuses, synth } from './testing/synth.ts';

const add = (stack: TerraformStack, props: Partial<Ec2CapacityProps> = {}): void => {
  const cluster = new EcsCluster(stack, 'cluster', { name: 'interstella' });
  const capacity = new Ec2Capacity(stack, 'capacity', {
    name: 'interstella',
    cluster,
    subnetIds: ['subnet-1', 'subnet-2'],
    securityGroupIds: ['sg-1'],
    minInstances: 2,
    maxInstances: 4,
    ...props,
  });
  cluster.useCapacityProviders([capacity.capacityProviderName, 'FARGATE']);
};

test('instances join the cluster by user data', (t) => {
  const template = synth((stack) => add(stack)).one('aws_launch_template');
  t.regex(template.user_data, /^\$\{base64encode\(/);
  t.regex(template.user_data, /ECS_CLUSTER=\$\{aws_ecs_cluster\.cluster_\w+\.name\}/);
  t.notRegex(template.user_data, /ip_local_port_range/);
  t.like(template, { instance_type: 't3.small', vpc_security_group_ids: ['sg-1'] });
});

test('WHEN a host port range is asked for THEN the kernel is told', (t) => {
  const out = synth((stack) => add(stack, { hostPorts: { from: 40_000, to: 41_000 } }));
  t.regex(out.one('aws_launch_template').user_data, /ip_local_port_range=40000 41000/);
});

test('containers cannot reach the instance credentials', (t) => {
  const template = synth((stack) => add(stack)).one('aws_launch_template');
  t.deepEqual(template.metadata_options, {
    http_endpoint: 'enabled',
    http_put_response_hop_limit: 1,
    http_tokens: 'required',
  });
});

test('a capacity provider scales the group, and the cluster knows it', (t) => {
  const out = synth((stack) => add(stack, { desiredInstances: 3, terminationProtection: true }));
  t.like(out.one('aws_autoscaling_group'), {
    min_size: 2,
    max_size: 4,
    desired_capacity: 3,
    protect_from_scale_in: true,
  });
  const provider = out.one('aws_ecs_capacity_provider').auto_scaling_group_provider;
  t.is(provider.managed_termination_protection, 'ENABLED');
  t.like(provider.managed_scaling, { status: 'ENABLED', target_capacity: 100 });
  t.is(out.one('aws_ecs_cluster_capacity_providers').capacity_providers.length, 2);
});

test('instances come when their role may register them, and go before it may no more', (t) => {
  const { depends_on } = synth((stack) => add(stack)).one('aws_autoscaling_group');
  t.regex(depends_on.join(), /^aws_iam_role_policy\.[\w-]*role_policy_\w+$/);
});

test('the instance role acts on its own cluster only', (t) => {
  const policy = JSON.parse(synth((stack) => add(stack)).one('aws_iam_role_policy').policy);
  for (const statement of policy.Statement) {
    for (const action of statement.Action) t.notRegex(action, /\*/);
    const scoped = !statement.Resource.includes('*') || statement.Condition?.ArnEquals?.['ecs:cluster'];
    t.true(Boolean(scoped) || statement.Action.join() === 'ecs:DiscoverPollEndpoint');
  }
});

test('sizes that contradict each other are refused together', (t) => {
  refuses(t, ['desiredInstances', 'hostPorts', 'name'], (stack) => {
    add(stack, { name: 'ecs-mine', minInstances: 3, desiredInstances: 1, hostPorts: { from: 1000, to: 2000 } });
  });
});

test('WHEN managed scaling is told how THEN it does so', (t) => {
  const managedScaling = { targetCapacityPercent: 80, minimumStep: 2, maximumStep: 4, warmupSeconds: 60 };
  const out = synth((stack) => add(stack, { managedScaling, managedDraining: false }));
  const provider = out.one('aws_ecs_capacity_provider').auto_scaling_group_provider;
  t.deepEqual(provider.managed_scaling, {
    status: 'ENABLED',
    target_capacity: 80,
    minimum_scaling_step_size: 2,
    maximum_scaling_step_size: 4,
    instance_warmup_period: 60,
  });
  t.is(provider.managed_draining, 'DISABLED');
  t.deepEqual(out.one('aws_autoscaling_group').lifecycle.ignore_changes, ['desired_capacity']);
});

test('WHEN managed scaling is off THEN the number of instances is Terraform’s', (t) => {
  const out = synth((stack) => add(stack, { managedScaling: 'off' }));
  t.deepEqual(out.one('aws_ecs_capacity_provider').auto_scaling_group_provider.managed_scaling, { status: 'DISABLED' });
  const group = out.one('aws_autoscaling_group');
  t.is(group.lifecycle, undefined);
  t.deepEqual(
    group.tag.map(({ key }: { key: string }) => key),
    ['Name'],
  );
});

test('steps that contradict each other, and protection without managed scaling, are refused', (t) => {
  refuses(t, ['managedScaling', 'managedScaling.targetCapacityPercent', 'managedScaling.warmupSeconds'], (stack) => {
    add(stack, { managedScaling: { targetCapacityPercent: 0, minimumStep: 5, maximumStep: 4, warmupSeconds: -1 } });
  });
  refuses(t, ['terminationProtection'], (stack) => {
    add(stack, { managedScaling: 'off', terminationProtection: true });
  });
});
