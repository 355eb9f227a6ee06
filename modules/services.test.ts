import test from 'ava';
import type { TerraformStack } from './cdktf.ts';
import { Ec2Service, type Ec2ServiceProps } from './ec2-service.ts';
import { FargateService, type FargateServiceProps } from './fargate-service.ts';
import { refuses, synth } from './testing/synth.ts';

const COMMON = {
  clusterArn: 'arn:cluster',
  repository: { arn: 'arn:aws:ecr:us-east-1:1:repository/r', url: 'registry/r' },
  imageTag: 'latest',
  region: 'us-east-1',
  desiredCount: 2,
};
const ec2 = (stack: TerraformStack, props: Partial<Ec2ServiceProps> = {}) =>
  new Ec2Service(stack, 'monolith', {
    ...COMMON,
    name: 'interstella-monolith',
    containerPort: 5000,
    capacityProviderName: 'interstella',
    route: { defaultTargetGroup: { arn: 'arn:tg', arnSuffix: 'targetgroup/tg/1' } },
    ...props,
  });
const fargate = (stack: TerraformStack, props: Partial<FargateServiceProps> = {}) =>
  new FargateService(stack, 'iridium', {
    ...COMMON,
    name: 'interstella-iridium',
    containerPort: 80,
    subnetIds: ['subnet-1'],
    securityGroupIds: ['sg-1'],
    route: {
      listenerArn: 'arn:listener',
      priority: 1,
      pathPatterns: ['/iridium*'],
      targetGroup: { name: 'interstella-iridium', vpcId: 'vpc-1', port: 80, targetType: 'ip', healthPath: '/iridium/' },
    },
    ...props,
  });

test('every service rolls with circuit breaker and roll-back, and Terraform waits for it', (t) => {
  for (const build of [ec2, fargate]) {
    t.like(synth((stack) => void build(stack)).one('aws_ecs_service'), {
      deployment_minimum_healthy_percent: 100,
      deployment_maximum_percent: 200,
      deployment_circuit_breaker: { enable: true, rollback: true },
      wait_for_steady_state: true,
      desired_count: 2,
    });
  }
});

test('EC2: on the capacity provider, spread over zones and instances, behind the default action', (t) => {
  const out = synth((stack) => void ec2(stack));
  const service = out.one('aws_ecs_service');
  t.is(service.launch_type, undefined);
  t.is(service.capacity_provider_strategy[0].capacity_provider, 'interstella');
  t.deepEqual(
    service.ordered_placement_strategy.map((strategy: { field: string }) => strategy.field),
    ['attribute:ecs.availability-zone', 'instanceId'],
  );
  t.deepEqual(service.load_balancer, [
    { container_name: 'interstella-monolith', container_port: 5000, target_group_arn: 'arn:tg' },
  ]);
  t.is(out.one('aws_cloudwatch_log_group').name, 'interstella-monolith');
});

test('FARGATE: own rule and target group, log group under /ecs, private by default', (t) => {
  const out = synth((stack) => void fargate(stack));
  const service = out.one('aws_ecs_service');
  t.is(service.launch_type, 'FARGATE');
  t.deepEqual(service.network_configuration, {
    assign_public_ip: false,
    security_groups: ['sg-1'],
    subnets: ['subnet-1'],
  });
  t.is(out.one('aws_cloudwatch_log_group').name, '/ecs/interstella-iridium');
  t.is(out.one('aws_lb_target_group').target_type, 'ip');
  t.like(out.one('aws_lb_listener_rule'), { priority: 1, listener_arn: 'arn:listener' });
});

test('a service waits for its rule, and for whatever it is told to wait for', (t) => {
  const out = synth((stack) => void ec2(stack, { after: [fargate(stack).steady] }));
  const [iridium, monolith] = out.all('aws_ecs_service');
  t.regex(iridium.depends_on.join(), /^aws_lb_listener_rule\./);
  t.regex(monolith.depends_on.join(), /^aws_ecs_service\.iridium/);
});

test('percentages that leave no room to deploy are refused', (t) => {
  for (const bad of [
    { minimumHealthyPercent: 100, maximumPercent: 100 },
    { minimumHealthyPercent: 60, maximumPercent: 149, desiredCount: 1 },
  ]) {
    refuses(t, ['minimumHealthyPercent, maximumPercent'], (stack) => void ec2(stack, bad));
  }
  t.notThrows(() => synth((stack) => void ec2(stack, { minimumHealthyPercent: 50, maximumPercent: 100 })));
});

test('counts out of bounds are refused', (t) => {
  refuses(
    t,
    ['desiredCount', 'maximumPercent'],
    (stack) => void fargate(stack, { desiredCount: -1, maximumPercent: 250 }),
  );
});

test('WHEN something else scales a service THEN its desired count is left alone', (t) => {
  for (const build of [ec2, fargate]) {
    t.is(synth((stack) => void build(stack)).one('aws_ecs_service').lifecycle, undefined);
    const out = synth((stack) => {
      const { scalable } = build(stack, { autoscaled: true });
      t.like(scalable, { controller: 'ECS', autoscaled: true, desiredCount: 2 });
    });
    t.deepEqual(out.one('aws_ecs_service').lifecycle.ignore_changes, ['desired_count']);
  }
});

test('what a task reserves is known to whoever scales it', (t) => {
  synth((stack) => {
    t.is(ec2(stack).scalable.cpuUnits, 0);
    t.is(fargate(stack).scalable.cpuUnits, 256);
  });
  synth((stack) => {
    t.is(ec2(stack, { cpuUnits: 512 }).scalable.cpuUnits, 512);
    t.is(fargate(stack, { taskCpuUnits: 1024, taskMemoryMiB: 2048 }).scalable.cpuUnits, 1024);
  });
});

test('EC2: packed onto few instances, and only onto some', (t) => {
  const expression = 'attribute:ecs.instance-type =~ t3.*';
  const service = synth((stack) => {
    ec2(stack, {
      placementStrategies: [{ type: 'binpack', field: 'memory' }, { type: 'random' }],
      placementConstraints: [{ type: 'memberOf', expression }, { type: 'distinctInstance' }],
    });
  }).one('aws_ecs_service');
  t.deepEqual(service.ordered_placement_strategy, [{ type: 'binpack', field: 'memory' }, { type: 'random' }]);
  t.deepEqual(service.placement_constraints, [{ type: 'memberOf', expression }, { type: 'distinctInstance' }]);
});

test('placement that ECS refuses is refused', (t) => {
  const build = (props: Partial<Ec2ServiceProps>) => (stack: TerraformStack) => void ec2(stack, props);
  refuses(
    t,
    ['placementStrategies', 'placementStrategies[0].field'],
    build({
      placementStrategies: [
        { type: 'spread', field: 'zone' },
        ...Array.from({ length: 5 }, () => ({ type: 'random' }) as const),
      ],
    }),
  );
  refuses(
    t,
    ['placementConstraints', 'placementConstraints[2].expression'],
    build({
      placementConstraints: [
        { type: 'distinctInstance' },
        { type: 'distinctInstance' },
        { type: 'memberOf', expression: ' ' },
      ],
    }),
  );
});
