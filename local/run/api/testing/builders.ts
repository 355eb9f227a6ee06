/** Topology and state for tests of the endpoint: one cluster, one load balancer, one service, two tasks, one instance. */
import type {
  Cluster,
  ListenerRule,
  LoadBalancer,
  ResourceBase,
  Service,
  TargetGroup,
  TaskDefinition,
} from '../../../topology.ts';
import type { InstanceState, ServiceState, TaskState } from '../../contracts.ts';

export const REGION = 'us-east-1';
export const ACCOUNT = '123456789012';
export const START_MS = Date.UTC(2026, 0, 1);

export const arn = (service: string, rest: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;

export function base(type: string, name: string): ResourceBase {
  const lists = { dependsOn: [], ignoreChanges: [], attributes: {}, tags: { Name: name } };
  return { address: `stack/${type}.${name}`, type, stack: 'stack', digest: name, ...lists };
}

export const cluster: Cluster = {
  ...base('aws_ecs_cluster', 'shop'),
  arn: arn('ecs', 'cluster/shop'),
  name: 'shop',
  capacityProviders: ['FARGATE'],
  defaultStrategy: [],
};

export const loadBalancer: LoadBalancer = {
  ...base('aws_lb', 'shop'),
  arn: arn('elasticloadbalancing', 'loadbalancer/app/shop/0123456789abcdef'),
  arnSuffix: 'app/shop/0123456789abcdef',
  name: 'shop',
  dnsName: 'shop-1.us-east-1.elb.amazonaws.com',
  internal: false,
  securityGroupIds: ['sg-1'],
  subnetIds: ['subnet-1', 'subnet-2'],
  idleTimeoutSeconds: 60,
  clientKeepAliveSeconds: 3600,
  xffMode: 'append',
  xffClientPort: false,
  preserveHostHeader: false,
  dropInvalidHeaderFields: false,
  desyncMode: 'defensive',
};

export const targetGroup: TargetGroup = {
  ...base('aws_lb_target_group', 'orders'),
  arn: arn('elasticloadbalancing', 'targetgroup/orders/0123456789abcdef'),
  arnSuffix: 'targetgroup/orders/0123456789abcdef',
  name: 'orders',
  port: 80,
  protocol: 'HTTP',
  targetType: 'instance',
  deregistrationDelaySeconds: 300,
  slowStartSeconds: 0,
  algorithm: 'round_robin',
  stickiness: null,
  healthCheck: {
    path: '/',
    port: 'traffic-port',
    intervalSeconds: 30,
    timeoutSeconds: 5,
    healthyThreshold: 5,
    unhealthyThreshold: 2,
    matcher: '200',
  },
};

export const listener = {
  ...base('aws_lb_listener', 'http'),
  arn: `${loadBalancer.arn.replace(':loadbalancer/', ':listener/')}/aaaa`,
  loadBalancerArn: loadBalancer.arn,
  port: 80,
  protocol: 'HTTP' as const,
  defaultActions: [
    { type: 'fixed-response' as const, statusCode: 404, contentType: 'text/plain', body: '<none> & more' },
  ],
};

export const rule: ListenerRule = {
  ...base('aws_lb_listener_rule', 'orders'),
  arn: `${listener.arn.replace(':listener/', ':listener-rule/')}/bbbb`,
  listenerArn: listener.arn,
  priority: 10,
  conditions: [{ field: 'path-pattern', values: ['/order*'] }],
  actions: [{ type: 'forward', targetGroups: [{ arn: targetGroup.arn, weight: 1 }], stickinessSeconds: null }],
};

export const taskDefinition: TaskDefinition = {
  ...base('aws_ecs_task_definition', 'orders'),
  arn: arn('ecs', 'task-definition/orders:1'),
  family: 'orders',
  revision: 1,
  networkMode: 'bridge',
  requiresCompatibilities: ['EC2'],
  cpuUnits: null,
  memoryMiB: null,
  taskRoleArn: null,
  executionRoleArn: null,
  placementConstraints: [],
  containers: [
    {
      name: 'orders',
      image: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/shop-orders:latest`,
      essential: true,
      cpuUnits: 0,
      memoryMiB: null,
      memoryReservationMiB: 128,
      portMappings: [{ containerPort: 5000, hostPort: 0, protocol: 'tcp', name: null }],
      environment: { A: '1' },
      secrets: [],
      entryPoint: null,
      command: null,
      workingDirectory: null,
      healthCheck: null,
      dependsOn: [],
      stopTimeoutSeconds: 30,
      logConfiguration: {
        driver: 'awslogs',
        group: 'shop',
        region: REGION,
        streamPrefix: 'orders',
        createGroup: false,
      },
    },
  ],
};

const definition: Service = {
  ...base('aws_ecs_service', 'orders'),
  arn: arn('ecs', 'service/shop/orders'),
  name: 'orders',
  clusterArn: cluster.arn,
  clusterName: 'shop',
  taskDefinitionArn: taskDefinition.arn,
  desiredCount: 2,
  launchType: 'EC2',
  capacityProviderStrategy: [],
  schedulingStrategy: 'REPLICA',
  deploymentController: 'ECS',
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  circuitBreaker: { enable: true, rollback: true },
  deploymentAlarms: { enable: false, rollback: false, names: [] },
  healthCheckGracePeriodSeconds: 0,
  loadBalancers: [{ targetGroupArn: targetGroup.arn, containerName: 'orders', containerPort: 5000 }],
  subnetIds: [],
  securityGroupIds: [],
  placementConstraints: [],
  placementStrategies: [],
  waitForSteadyState: true,
  forceNewDeployment: false,
};

export function serviceState(change: Partial<ServiceState> = {}): ServiceState {
  return {
    definition,
    status: 'ACTIVE',
    desiredCount: 2,
    runningCount: 2,
    pendingCount: 0,
    deployments: [
      {
        id: 'ecs-svc/1',
        status: 'PRIMARY',
        taskDefinitionArn: taskDefinition.arn,
        desiredCount: 2,
        runningCount: 2,
        pendingCount: 0,
        failedTasks: 0,
        rolloutState: 'COMPLETED',
        rolloutStateReason: 'ECS deployment ecs-svc/1 completed.',
        createdAtMs: START_MS,
        updatedAtMs: START_MS,
      },
    ],
    taskSets: [],
    events: [{ id: 'e1', createdAtMs: START_MS, message: '(service orders) has reached a steady state.' }],
    steady: true,
    ...change,
  };
}

export function taskState(number: number, change: Partial<TaskState> = {}): TaskState {
  const id = String(number).padStart(32, '0');
  return {
    arn: arn('ecs', `task/shop/${id}`),
    id,
    clusterArn: cluster.arn,
    group: 'service:orders',
    startedBy: 'ecs-svc/1',
    taskDefinitionArn: taskDefinition.arn,
    launchType: 'EC2',
    lastStatus: 'RUNNING',
    desiredStatus: 'RUNNING',
    healthStatus: 'UNKNOWN',
    deploymentId: 'ecs-svc/1',
    instanceId: 'i-1',
    containerInstanceArn: instanceState.containerInstanceArn,
    address: '127.20.0.1',
    zone: 'us-east-1a',
    cpuUnits: 0,
    memoryMiB: 128,
    containers: [
      {
        name: 'orders',
        image: 'shop-orders:latest',
        pid: 1000 + number,
        lastStatus: 'RUNNING',
        exitCode: null,
        reason: null,
        healthStatus: 'UNKNOWN',
        bindings: [{ hostPort: 32768 + number, containerPort: 5000, bindHost: '127.20.0.1', bindPort: 32768 + number }],
        logGroup: 'shop',
        logStream: `orders/orders/${id}`,
      },
    ],
    createdAtMs: START_MS,
    startedAtMs: START_MS + 1000,
    stoppingAtMs: null,
    stoppedAtMs: null,
    stopCode: null,
    stoppedReason: null,
    ...change,
  };
}

export const instanceState: InstanceState = {
  id: 'i-1',
  containerInstanceArn: arn('ecs', 'container-instance/shop/1111'),
  clusterArn: cluster.arn,
  autoScalingGroupName: 'shop-asg',
  address: '127.20.0.1',
  zone: 'us-east-1a',
  instanceType: 't3.small',
  status: 'ACTIVE',
  registered: { cpuUnits: 2048, memoryMiB: 1900 },
  remaining: { cpuUnits: 2048, memoryMiB: 1644 },
  ports: [32769, 32770],
  processes: [],
  runningTasksCount: 2,
  registeredAtMs: START_MS,
  lifecycleState: 'InService',
  protectedFromScaleIn: false,
};
