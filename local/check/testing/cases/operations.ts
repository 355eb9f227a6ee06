import type { Case } from '../case.ts';
import { add, container, type Stack, the } from '../system.ts';

const addRole = (stack: Stack, name: string, service: string): void =>
  add(stack, 'aws_iam_role', name, {
    name,
    assume_role_policy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
    }),
  });

export const OPERATIONS: readonly Case[] = [
  {
    rule: 'image-tag-moves',
    falls: (s) => {
      container(s, 'api')['image'] = 'registry.example:5000/api';
    },
    at: 'container_definitions[api].image',
    spares: (s) => {
      container(s, 'api')['image'] = `registry.example:5000/api@sha256:${'0'.repeat(64)}`;
    },
  },
  {
    rule: 'image-tag-moves',
    falls: (s) => {
      container(s, 'orders')['image'] = '${aws_ecr_repository.orders.repository_url}:latest';
    },
    at: 'container_definitions[orders].image',
    severity: 'error',
    spares: (s) => {
      container(s, 'orders')['image'] = '${aws_ecr_repository.orders.repository_url}:v2';
    },
  },
  {
    rule: 'log-retention',
    falls: (s) => delete the(s, 'aws_cloudwatch_log_group', 'all')['retention_in_days'],
    at: 'aws_cloudwatch_log_group.all.retention_in_days',
    spares: (s) => {
      the(s, 'aws_cloudwatch_log_group', 'all')['retention_in_days'] = 3653;
    },
  },
  {
    rule: 'log-group-missing',
    falls: (s) => {
      const options = { 'awslogs-group': 'nowhere', 'awslogs-stream-prefix': 'x' };
      container(s, 'api')['logConfiguration'] = { logDriver: 'awslogs', options };
    },
    at: 'container_definitions[api].logConfiguration',
    spares: (s) => {
      const options = { 'awslogs-group': 'nowhere', 'awslogs-stream-prefix': 'x', 'awslogs-create-group': 'true' };
      container(s, 'api')['logConfiguration'] = { logDriver: 'awslogs', options };
    },
  },
  {
    rule: 'no-logs',
    falls: (s) => delete container(s, 'api')['logConfiguration'],
    at: 'container_definitions[api].logConfiguration',
    spares: (s) => {
      container(s, 'api')['logConfiguration'] = { logDriver: 'awsfirelens' };
    },
  },
  {
    rule: 'execution-role-missing',
    falls: (s) => delete the(s, 'aws_ecs_task_definition', 'api')['execution_role_arn'],
    at: 'aws_ecs_task_definition.api.execution_role_arn',
    // On EC2 the instance's role fetches image and sends logs.
    spares: (s) => delete the(s, 'aws_ecs_task_definition', 'orders')['execution_role_arn'],
  },
  {
    rule: 'role-untrusted',
    falls: (s) => {
      addRole(s, 'deploy', 'codedeploy.amazonaws.com');
      the(s, 'aws_ecs_task_definition', 'api')['execution_role_arn'] = '${aws_iam_role.deploy.arn}';
    },
    at: 'aws_ecs_task_definition.api.execution_role_arn',
    spares: (s) => {
      addRole(s, 'tasks', 'ecs-tasks.amazonaws.com');
      the(s, 'aws_ecs_task_definition', 'api')['execution_role_arn'] = '${aws_iam_role.tasks.arn}';
    },
  },
  {
    rule: 'role-untrusted',
    falls: (s) => {
      addRole(s, 'tasks', 'ecs-tasks.amazonaws.com');
      for (const group of Object.values(s['aws_codedeploy_deployment_group'] ?? {}))
        group['service_role_arn'] = '${aws_iam_role.tasks.arn}';
    },
    at: '.service_role_arn',
    spares: (s) => {
      addRole(s, 'deploy', 'codedeploy.amazonaws.com');
      for (const group of Object.values(s['aws_codedeploy_deployment_group'] ?? {}))
        group['service_role_arn'] = '${aws_iam_role.deploy.arn}';
    },
  },
  {
    rule: 'role-untrusted',
    falls: (s) => {
      addRole(s, 'tasks', 'ecs-tasks.amazonaws.com');
      add(s, 'aws_iam_instance_profile', 'instances', { role: '${aws_iam_role.tasks.name}' });
    },
    at: 'aws_iam_instance_profile.instances.role',
    // A role of elsewhere may trust whom it likes.
    spares: (s) => add(s, 'aws_iam_instance_profile', 'instances', { role: 'ecsInstanceRole' }),
  },
];
