/** Resources and records of tests: one service `threads` behind a pair of target groups, a production and a test listener. */
import type {
  Action,
  Alarm,
  CodeDeployApplication,
  DeploymentGroup,
  LambdaFunction,
  Listener,
  ListenerRule,
  ResourceBase,
  Service,
  TargetGroup,
  TaskDefinition,
} from '../../../topology.ts';
import { type DeploymentRecord, pendingEvents } from '../deployment.ts';

const REGION = 'us-east-1';
const ACCOUNT = '123456789012';
export const arn = (service: string, rest: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;

export function base(type: string, name: string): ResourceBase {
  const lists = { dependsOn: [], ignoreChanges: [], attributes: {}, tags: {} };
  return { address: `stack/${type}.${name}`, type, stack: 'stack', digest: `${type} ${name}`, ...lists };
}

export const targetGroup = (name: string): TargetGroup => ({
  ...base('aws_lb_target_group', name),
  arn: arn('elasticloadbalancing', `targetgroup/${name}/0123456789abcdef`),
  arnSuffix: `targetgroup/${name}/0123456789abcdef`,
  name,
  port: 3000,
  protocol: 'HTTP',
  targetType: 'ip',
  deregistrationDelaySeconds: 5,
  slowStartSeconds: 0,
  algorithm: 'round_robin',
  stickiness: null,
  healthCheck: {
    path: '/',
    port: 'traffic-port',
    intervalSeconds: 6,
    timeoutSeconds: 5,
    healthyThreshold: 2,
    unhealthyThreshold: 2,
    matcher: '200',
  },
});

export const BLUE = targetGroup('threads-tg');
export const GREEN = targetGroup('threads-tg-2');

export const forward = (weights: Readonly<Record<string, number>>): Action => ({
  type: 'forward',
  targetGroups: Object.entries(weights).map(([group, weight]) => ({ arn: group, weight })),
  stickinessSeconds: null,
});
export const TO_BLUE: readonly Action[] = [forward({ [BLUE.arn]: 1 })];

const listener = (name: string, port: number, defaultActions: readonly Action[]): Listener => ({
  ...base('aws_lb_listener', name),
  arn: arn('elasticloadbalancing', `listener/app/forum/0123456789abcdef/${name}`),
  loadBalancerArn: arn('elasticloadbalancing', 'loadbalancer/app/forum/0123456789abcdef'),
  port,
  protocol: 'HTTP',
  defaultActions,
});
const REFUSE: Action = { type: 'fixed-response', statusCode: 404, contentType: 'text/plain', body: '' };
export const PRODUCTION = listener('production', 80, [REFUSE]);
export const TEST = listener('test', 8080, TO_BLUE);
export const RULE: ListenerRule = {
  ...base('aws_lb_listener_rule', 'threads'),
  arn: arn('elasticloadbalancing', 'listener-rule/app/forum/0123456789abcdef/production/threads'),
  listenerArn: PRODUCTION.arn,
  priority: 3,
  conditions: [{ field: 'path-pattern', values: ['/api/threads*'] }],
  actions: TO_BLUE,
};

export const taskDefinition = (revision: number): TaskDefinition => ({
  ...base('aws_ecs_task_definition', `threads-${revision}`),
  arn: arn('ecs', `task-definition/threads:${revision}`),
  family: 'threads',
  revision,
  networkMode: 'awsvpc',
  requiresCompatibilities: ['FARGATE'],
  cpuUnits: 256,
  memoryMiB: 512,
  taskRoleArn: null,
  executionRoleArn: null,
  placementConstraints: [],
  containers: [
    {
      name: 'threads',
      image: `threads:v${revision}`,
      essential: true,
      cpuUnits: 0,
      memoryMiB: null,
      memoryReservationMiB: null,
      portMappings: [{ containerPort: 3000, hostPort: 3000, protocol: 'tcp', name: null }],
      environment: {},
      secrets: [],
      entryPoint: null,
      command: null,
      workingDirectory: null,
      healthCheck: null,
      dependsOn: [],
      stopTimeoutSeconds: 30,
      logConfiguration: null,
    },
  ],
});

export const SERVICE: Service = {
  ...base('aws_ecs_service', 'threads'),
  arn: arn('ecs', 'service/forum/threads'),
  name: 'threads',
  clusterArn: arn('ecs', 'cluster/forum'),
  clusterName: 'forum',
  taskDefinitionArn: taskDefinition(1).arn,
  desiredCount: 2,
  launchType: 'FARGATE',
  capacityProviderStrategy: [],
  schedulingStrategy: 'REPLICA',
  deploymentController: 'CODE_DEPLOY',
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  circuitBreaker: { enable: false, rollback: false },
  deploymentAlarms: { enable: false, rollback: false, names: [] },
  healthCheckGracePeriodSeconds: 0,
  loadBalancers: [{ targetGroupArn: BLUE.arn, containerName: 'threads', containerPort: 3000 }],
  subnetIds: ['subnet-1'],
  securityGroupIds: ['sg-1'],
  placementConstraints: [],
  placementStrategies: [],
  waitForSteadyState: false,
  forceNewDeployment: false,
  ignoreChanges: ['task_definition', 'load_balancer', 'desired_count'],
};

export const APPLICATION: CodeDeployApplication = {
  ...base('aws_codedeploy_app', 'threadsApp'),
  name: 'threadsApp',
  computePlatform: 'ECS',
};

export const ALL_ROLLBACKS = ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_REQUEST', 'DEPLOYMENT_STOP_ON_ALARM'] as const;

export const group = (change: Partial<DeploymentGroup> = {}): DeploymentGroup => ({
  ...base('aws_codedeploy_deployment_group', 'threadsDG'),
  arn: arn('codedeploy', 'deploymentgroup:threadsApp/threadsDG'),
  name: 'threadsDG',
  applicationName: 'threadsApp',
  deploymentConfigName: 'CodeDeployDefault.ECSAllAtOnce',
  serviceRoleArn: arn('iam', 'role/ecsCodeDeployServiceRole'),
  clusterName: 'forum',
  serviceName: 'threads',
  targetGroupNames: [BLUE.name, GREEN.name],
  productionListenerArns: [PRODUCTION.arn],
  testListenerArns: [TEST.arn],
  autoRollback: { enabled: true, events: ALL_ROLLBACKS },
  alarms: { enabled: false, ignorePollAlarmFailure: false, names: [] },
  blueTermination: { action: 'TERMINATE', waitMinutes: 5 },
  ready: { actionOnTimeout: 'CONTINUE_DEPLOYMENT', waitMinutes: 0 },
  ...change,
});

export const hookFunction = (name: string): LambdaFunction => ({
  ...base('aws_lambda_function', name),
  arn: arn('lambda', `function:${name}`),
  name,
  handler: 'index.handler',
  runtime: 'nodejs22.x',
  timeoutSeconds: 60,
  memoryMiB: 128,
  environment: {},
  roleArn: arn('iam', 'role/hook'),
  packageFile: '/none.zip',
  packageDigest: '0',
  logGroupName: `/aws/lambda/${name}`,
});

export const alarm = (name: string): Alarm => ({
  ...base('aws_cloudwatch_metric_alarm', name),
  arn: arn('cloudwatch', `alarm:${name}`),
  name,
  description: '',
  namespace: 'AWS/ApplicationELB',
  metricName: 'HTTPCode_Target_5XX_Count',
  dimensions: {},
  statistic: 'Sum',
  periodSeconds: 60,
  evaluationPeriods: 1,
  datapointsToAlarm: 1,
  threshold: 5,
  comparison: 'GreaterThanOrEqualToThreshold',
  treatMissingData: 'notBreaching',
  actionsEnabled: true,
  alarmActions: [],
  okActions: [],
  insufficientDataActions: [],
});

/** AppSpec of revision `revision`. */
export function appSpec(revision: number, hooks: Readonly<Record<string, string>> = {}): string {
  return JSON.stringify({
    version: 0.0,
    Resources: [
      {
        TargetService: {
          Type: 'AWS::ECS::Service',
          Properties: {
            TaskDefinition: taskDefinition(revision).arn,
            LoadBalancerInfo: { ContainerName: 'threads', ContainerPort: 3000 },
          },
        },
      },
    ],
    Hooks: Object.entries(hooks).map(([event, name]) => ({ [event]: name })),
  });
}

/** A deployment of revision 2 that has not begun. */
export function record(change: Partial<DeploymentRecord> = {}): DeploymentRecord {
  const { autoRollback, alarms, blueTermination, ready, productionListenerArns, testListenerArns } = group();
  return {
    id: 'd-AAAAAAAAA',
    applicationName: 'threadsApp',
    groupName: 'threadsDG',
    configName: 'CodeDeployDefault.ECSAllAtOnce',
    routing: { type: 'AllAtOnce' },
    description: '',
    creator: 'user',
    status: 'Created',
    createdAtMs: 0,
    startedAtMs: null,
    completedAtMs: null,
    appSpec: {
      taskDefinition: taskDefinition(2).arn,
      containerName: 'threads',
      containerPort: 3000,
      platformVersion: null,
      network: null,
      hooks: {},
    },
    revision: { content: appSpec(2), sha256: '' },
    error: null,
    rollback: { rollbackDeploymentId: null, triggeringDeploymentId: null, message: null },
    lifecycleEvents: pendingEvents(),
    clusterName: 'forum',
    serviceName: 'threads',
    serviceArn: SERVICE.arn,
    blue: { targetGroupArn: BLUE.arn, targetGroupName: BLUE.name, taskSetId: 'ecs-svc/1' },
    green: { targetGroupArn: GREEN.arn, targetGroupName: GREEN.name, taskSetId: null },
    readyUntilMs: null,
    blueEndsAtMs: null,
    settings: { autoRollback, alarms, blueTermination, ready, productionListenerArns, testListenerArns },
    before: null,
    shift: { percent: 0, nextAtMs: null },
    continued: false,
    endBlueNow: false,
    stop: null,
    hook: { answer: null, lost: null },
    shares: null,
    resumedAtMs: null,
    ...change,
  };
}
