import test from 'ava';
import type { TerraformStack } from './cdktf.ts';
import { describeFargateSizes, FARGATE_SIZES, isFargateSize } from './fargate-sizes.ts';
import { ServiceLogs } from './service-logs.ts';
import { TaskDefinition, type TaskDefinitionProps } from './task-definition.ts';
import { type Json, refuses, synth } from './testing/synth.ts';

const add = (stack: TerraformStack, props: Partial<TaskDefinitionProps> = {}): void => {
  new TaskDefinition(stack, 'task', {
    family: 'interstella-monolith',
    launchType: 'EC2',
    repository: {
      arn: 'arn:aws:ecr:us-east-1:1:repository/interstella-monolith',
      url: 'registry/interstella-monolith',
    },
    imageTag: 'latest',
    containerPort: 5000,
    logs: new ServiceLogs(stack, 'logs', { name: 'interstella-monolith' }),
    region: 'us-east-1',
    ...props,
  });
};
const definition = (props: Partial<TaskDefinitionProps> = {}): { task: Json; container: Json; policies: Json[] } => {
  const out = synth((stack) => add(stack, props));
  const task = out.one('aws_ecs_task_definition');
  const policies = out.all('aws_iam_role_policy').map((policy) => JSON.parse(policy.policy));
  return { task, container: JSON.parse(task.container_definitions)[0], policies };
};

test('EC2: bridge network, dynamic host port, soft limit of 128 MiB', (t) => {
  const { task, container } = definition();
  t.like(task, { network_mode: 'bridge', requires_compatibilities: ['EC2'] });
  t.deepEqual([task.cpu, task.memory], [undefined, undefined]);
  t.deepEqual(container.portMappings, [{ containerPort: 5000, hostPort: 0, protocol: 'tcp' }]);
  t.is(container.memoryReservation, 128);
  t.is(container.memory, undefined);
});

test('FARGATE: awsvpc, 256/512, host port equals container port', (t) => {
  const { task, container } = definition({ launchType: 'FARGATE', containerPort: 80 });
  t.like(task, { network_mode: 'awsvpc', requires_compatibilities: ['FARGATE'], cpu: '256', memory: '512' });
  t.deepEqual(container.portMappings, [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }]);
});

test('the container has the family as its name and awslogs to its group', (t) => {
  const { container } = definition();
  t.is(container.name, 'interstella-monolith');
  t.is(container.image, 'registry/interstella-monolith:latest');
  t.regex(container.logConfiguration.options['awslogs-group'], /aws_cloudwatch_log_group/);
});

test('settings come sorted, PORT among them; secrets by reference', (t) => {
  const { container, policies } = definition({
    environment: { Z: '1', A: '2' },
    secrets: { KEY: 'arn:aws:ssm:us-east-1:1:parameter/key' },
  });
  t.deepEqual(
    container.environment.map((entry: Json) => entry.name),
    ['A', 'PORT', 'Z'],
  );
  t.deepEqual(container.secrets, [{ name: 'KEY', valueFrom: 'arn:aws:ssm:us-east-1:1:parameter/key' }]);
  const read = policies[0].Statement.find((statement: Json) => statement.Action.includes('ssm:GetParameters'));
  t.deepEqual(read.Resource, ['arn:aws:ssm:us-east-1:1:parameter/key']);
});

test('without secrets the execution role may read no parameter', (t) => {
  const actions = definition().policies[0].Statement.flatMap((statement: Json) => statement.Action);
  t.false(actions.some((action: string) => action.startsWith('ssm:')));
});

test('a service whose code calls nothing has no task role', (t) => {
  t.is(definition().task.task_role_arn, undefined);
  const { task, policies } = definition({
    taskStatements: [{ actions: ['dynamodb:PutItem'], resources: ['arn:aws:dynamodb:us-east-1:1:table/orders'] }],
  });
  t.regex(task.task_role_arn, /task-role/);
  t.is(policies.length, 2);
  t.is(task.depends_on.length, 2);
});

test('the new revision comes before the old one goes', (t) => {
  t.true(definition().task.lifecycle.create_before_destroy);
});

test('published Fargate sizes, and no others', (t) => {
  t.true(
    isFargateSize(256, 512) &&
      isFargateSize(512, 4096) &&
      isFargateSize(4096, 30_720) &&
      isFargateSize(16_384, 122_880),
  );
  t.false(isFargateSize(256, 4096) || isFargateSize(300, 512) || isFargateSize(8192, 17_408));
  t.is(FARGATE_SIZES.size, 7);
  t.regex(describeFargateSizes(), /^256: 512–2048, 512: 1024–4096/);
});

test('every bad prop is told at once', (t) => {
  refuses(t, ['environment, secrets', 'imageTag', 'memoryReservationMiB', 'taskCpuUnits, taskMemoryMiB'], (stack) => {
    add(stack, {
      launchType: 'FARGATE',
      imageTag: '.bad',
      taskCpuUnits: 256,
      taskMemoryMiB: 600,
      memoryReservationMiB: 601,
      environment: { KEY: 'plain' },
      secrets: { KEY: 'arn' },
    });
  });
});

test('a container on an instance reserves CPU when told to, on Fargate its task does', (t) => {
  t.is(definition().container.cpu, undefined);
  t.is(definition({ cpuUnits: 256 }).container.cpu, 256);
  refuses(t, ['cpuUnits'], (stack) => add(stack, { launchType: 'FARGATE', cpuUnits: 256 }));
  refuses(t, ['cpuUnits'], (stack) => add(stack, { cpuUnits: 1 }));
});
