/** The delivery side of the tests' topology: `threads` under CodeDeploy, its pair of groups, hook and alarm. */
import type {
  Alarm,
  CodeDeployApplication,
  DeploymentGroup,
  LambdaFunction,
  Listener,
  TargetGroup,
  TaskDefinition,
} from '../../../topology.ts';
import type { ServiceState, TargetHealth } from '../../contracts.ts';
import type { BlueGreenDeployment, CreateDeploymentInput, TaskSetState } from '../../contracts-delivery.ts';
import { arn, base, listener, loadBalancer, START_MS, serviceState, targetGroup, taskDefinition } from './builders.ts';

const group = (name: string, digit: string): TargetGroup => ({
  ...targetGroup,
  ...base('aws_lb_target_group', name),
  name,
  arn: arn('elasticloadbalancing', `targetgroup/${name}/${digit.repeat(16)}`),
  arnSuffix: `targetgroup/${name}/${digit.repeat(16)}`,
  port: 3000,
  targetType: 'ip',
});

export const blueGroup = group('threads-tg', '1');
export const greenGroup = group('threads-tg-2', '2');

export const testListener: Listener = {
  ...listener,
  ...base('aws_lb_listener', 'test'),
  arn: `${loadBalancer.arn.replace(':loadbalancer/', ':listener/')}/cccc`,
  port: 8080,
  defaultActions: [{ type: 'forward', targetGroups: [{ arn: greenGroup.arn, weight: 1 }], stickinessSeconds: null }],
};

export const targetHealth: TargetHealth = {
  target: {
    id: 'i-1',
    port: 32769,
    endpoint: { host: '127.20.0.1', port: 32769 },
    zone: 'us-east-1a',
    securityGroupIds: [],
  },
  state: 'unhealthy',
  reason: 'Target.ResponseCodeMismatch',
  description: 'Health checks failed with these codes: [500]',
};

const container = taskDefinition.containers[0]!;
export const threadsDefinition: TaskDefinition = {
  ...taskDefinition,
  ...base('aws_ecs_task_definition', 'threads'),
  arn: arn('ecs', 'task-definition/threads:1'),
  family: 'threads',
  networkMode: 'awsvpc',
  requiresCompatibilities: ['FARGATE'],
  cpuUnits: 256,
  memoryMiB: 512,
  containers: [
    {
      ...container,
      name: 'threads-cntr',
      image: container.image.replace('shop-orders', 'forum-threads').replace('latest', 'v1'),
      portMappings: [{ containerPort: 3000, hostPort: 3000, protocol: 'tcp', name: null }],
    },
  ],
};

/** `threads` of the cluster `shop`, one task set, PRIMARY. */
export function blueGreenService(): ServiceState {
  const state = serviceState();
  return {
    ...state,
    deployments: [],
    desiredCount: 1,
    runningCount: 1,
    definition: {
      ...state.definition,
      ...base('aws_ecs_service', 'threads'),
      arn: arn('ecs', 'service/shop/threads'),
      name: 'threads',
      taskDefinitionArn: threadsDefinition.arn,
      desiredCount: 1,
      launchType: 'FARGATE',
      deploymentController: 'CODE_DEPLOY',
      loadBalancers: [{ targetGroupArn: blueGroup.arn, containerName: 'threads-cntr', containerPort: 3000 }],
      subnetIds: ['subnet-1', 'subnet-2'],
      securityGroupIds: ['sg-1'],
    },
  };
}

export function taskSetState(change: Partial<TaskSetState> = {}): TaskSetState {
  const { definition } = blueGreenService();
  return {
    id: 'ecs-svc/1111111111111111111',
    arn: arn('ecs', 'task-set/shop/threads/ecs-svc/1111111111111111111'),
    serviceArn: definition.arn,
    clusterArn: definition.clusterArn,
    externalId: null,
    startedBy: 'ecs',
    status: 'PRIMARY',
    taskDefinitionArn: threadsDefinition.arn,
    computedDesiredCount: 1,
    runningCount: 1,
    pendingCount: 0,
    scalePercent: 100,
    stability: 'STEADY_STATE',
    targetGroupArn: blueGroup.arn,
    containerName: 'threads-cntr',
    containerPort: 3000,
    failedTasks: 0,
    createdAtMs: START_MS,
    updatedAtMs: START_MS,
    ...change,
  };
}

export const application: CodeDeployApplication = {
  ...base('aws_codedeploy_app', 'threadsApp'),
  name: 'threadsApp',
  computePlatform: 'ECS',
};

export const deploymentGroup: DeploymentGroup = {
  ...base('aws_codedeploy_deployment_group', 'threadsDG'),
  arn: arn('codedeploy', 'deploymentgroup:threadsApp/threadsDG'),
  name: 'threadsDG',
  applicationName: 'threadsApp',
  deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce',
  serviceRoleArn: 'arn:aws:iam::123456789012:role/ecsCodeDeployServiceRole',
  clusterName: 'shop',
  serviceName: 'threads',
  targetGroupNames: ['threads-tg', 'threads-tg-2'],
  productionListenerArns: [listener.arn],
  testListenerArns: [testListener.arn],
  autoRollback: { enabled: true, events: ['DEPLOYMENT_FAILURE'] },
  alarms: { enabled: false, ignorePollAlarmFailure: true, names: [] },
  blueTermination: { action: 'TERMINATE', waitMinutes: 5 },
  ready: { actionOnTimeout: 'CONTINUE_DEPLOYMENT', waitMinutes: 0 },
};

/** A deployment that has begun: green is up, its hook before the shift is running. */
export function deployment(number: number, input: CreateDeploymentInput): BlueGreenDeployment {
  const green = taskSetState({ id: 'ecs-svc/2222222222222222222', status: 'ACTIVE', targetGroupArn: greenGroup.arn });
  const done = { status: 'Succeeded' as const, startedAtMs: START_MS, endedAtMs: START_MS + 1000, message: null };
  const hook = { functionName: 'CodeDeployHook_pre-traffic-hook', executionId: `execution-${number}` };
  return {
    id: `d-${String(number).padStart(9, 'A')}`,
    applicationName: input.applicationName,
    groupName: input.groupName,
    configName: input.configName ?? 'CodeDeployDefault.ECSAllAtOnce',
    routing: { type: 'AllAtOnce' },
    description: input.description ?? '',
    creator: 'user',
    status: 'InProgress',
    createdAtMs: START_MS + number * 60_000,
    startedAtMs: START_MS + number * 60_000,
    completedAtMs: null,
    appSpec: {
      taskDefinition: 'threads:2',
      containerName: 'threads-cntr',
      containerPort: 3000,
      platformVersion: null,
      network: null,
      hooks: { BeforeAllowTraffic: hook.functionName },
    },
    revision: { content: input.content, sha256: input.sha256 ?? `sha-${number}` },
    error: null,
    rollback: { rollbackDeploymentId: null, triggeringDeploymentId: null, message: null },
    lifecycleEvents: [
      { ...done, name: 'Install', hook: null },
      { name: 'BeforeAllowTraffic', status: 'InProgress', startedAtMs: START_MS, endedAtMs: null, hook, message: null },
      { name: 'AllowTraffic', status: 'Pending', startedAtMs: null, endedAtMs: null, hook: null, message: null },
    ],
    clusterName: 'shop',
    serviceName: 'threads',
    blue: {
      targetGroupArn: blueGroup.arn,
      targetGroupName: blueGroup.name,
      taskSet: taskSetState(),
      trafficPercent: 100,
    },
    green: { targetGroupArn: greenGroup.arn, targetGroupName: greenGroup.name, taskSet: green, trafficPercent: 0 },
    readyUntilMs: null,
    blueEndsAtMs: null,
  };
}

export const hookFunction: LambdaFunction = {
  ...base('aws_lambda_function', 'hook'),
  arn: arn('lambda', 'function:CodeDeployHook_pre-traffic-hook'),
  name: 'CodeDeployHook_pre-traffic-hook',
  handler: 'index.handler',
  runtime: 'nodejs22.x',
  timeoutSeconds: 60,
  memoryMiB: 128,
  environment: { TargetUrl: 'http://shop-1.us-east-1.elb.amazonaws.com:8080/api/threads' },
  roleArn: 'arn:aws:iam::123456789012:role/hook',
  packageFile: '/nowhere/hook.zip',
  packageDigest: 'ab'.repeat(32),
  logGroupName: '/aws/lambda/CodeDeployHook_pre-traffic-hook',
};

export const alarm: Alarm = {
  ...base('aws_cloudwatch_metric_alarm', 'threads-5xx'),
  arn: arn('cloudwatch', 'alarm:threads-5xx'),
  name: 'threads-5xx',
  description: '5xx of green',
  namespace: 'AWS/ApplicationELB',
  metricName: 'HTTPCode_Target_5XX_Count',
  dimensions: { LoadBalancer: loadBalancer.arnSuffix },
  statistic: 'Sum',
  periodSeconds: 60,
  evaluationPeriods: 1,
  datapointsToAlarm: 1,
  threshold: 5,
  comparison: 'GreaterThanThreshold',
  treatMissingData: 'notBreaching',
  actionsEnabled: true,
  alarmActions: [],
  okActions: [],
  insufficientDataActions: [],
};
