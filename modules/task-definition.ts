import { EcsTaskDefinition } from '@cdktf/provider-aws/lib/ecs-task-definition/index.js';
import { Construct, type ITerraformDependable } from './cdktf.ts';
import { describeFargateSizes, isFargateSize } from './fargate-sizes.ts';
import type { PolicyStatement } from './policy.ts';
import { PropCheck } from './prop-check.ts';
import type { ImageRepository } from './registry.ts';
import { Role } from './role.ts';
import type { ServiceLogs } from './service-logs.ts';

export interface TaskDefinitionProps {
  /** 1–54 letters, digits, hyphens, underscores. */
  readonly family: string;
  /** @default the family, as in the logistics workshop */
  readonly containerName?: string;
  /** `EC2` runs in bridge mode with a dynamic host port; `FARGATE` in awsvpc mode. */
  readonly launchType: 'EC2' | 'FARGATE';
  readonly repository: ImageRepository;
  readonly imageTag: string;
  readonly containerPort: number;
  /** Soft limit. 6 MiB or more. @default 128, the workshop's */
  readonly memoryReservationMiB?: number;
  /**
   * What the container reserves of an instance, and what its CPU utilization is a percentage of; on Fargate the task has
   * it. 128–10240, 1024 a vCPU. @default none: any number of tasks fit, and their utilization is not known
   */
  readonly cpuUnits?: number;
  /** Fargate only. @default 256 */
  readonly taskCpuUnits?: number;
  /** Fargate only. @default 512 */
  readonly taskMemoryMiB?: number;
  /** Plain settings; PORT is set to the container port. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** Setting → ARN of the parameter that holds it. Read when a task starts. @default none */
  readonly secrets?: Readonly<Record<string, string>>;
  /** What the service's own code may call. @default nothing: the task gets no role */
  readonly taskStatements?: readonly PolicyStatement[];
  /** An execution role that several families share; it gets a policy for this one. @default one of the family's own */
  readonly executionRole?: Role;
  /** A task role that several families share. @default one of the family's own, where its code calls AWS */
  readonly taskRole?: Role;
  readonly logs: ServiceLogs;
  readonly region: string;
  /**
   * Leaves the revisions that Terraform replaces or destroys registered, for services that CodeDeploy moves between them: a
   * roll-back needs the one that still runs. @default false
   */
  readonly keepRevisions?: boolean;
  /** SIGTERM to SIGKILL, 2–120 s. @default 30, above the services' drain of 25 s */
  readonly stopTimeoutSeconds?: number;
}

/** One service's task definition with its execution role and, where its code calls AWS, its task role. */
export class TaskDefinition extends Construct {
  readonly arn: string;
  readonly family: string;
  readonly containerName: string;
  readonly containerPort: number;
  /** What one task reserves; 0 for nothing. */
  readonly cpuUnits: number;

  constructor(scope: Construct, id: string, props: TaskDefinitionProps) {
    super(scope, id);
    validate(scope, id, props);
    const execution = this.#executionRole(props);
    const task = this.#taskRole(props);
    const fargate = props.launchType === 'FARGATE';
    const definition = new EcsTaskDefinition(this, 'definition', {
      family: props.family,
      networkMode: fargate ? 'awsvpc' : 'bridge',
      requiresCompatibilities: [props.launchType],
      cpu: fargate ? String(props.taskCpuUnits ?? 256) : undefined,
      memory: fargate ? String(props.taskMemoryMiB ?? 512) : undefined,
      executionRoleArn: execution.role.arn,
      taskRoleArn: task?.role.arn,
      containerDefinitions: JSON.stringify([containerOf(props)]),
      // A role without its policy cannot pull: tasks that start too early would fail and count against the deployment.
      dependsOn: [execution.policy, task?.policy].filter((policy) => policy !== undefined),
      // The new revision comes first, so a roll-back never meets a deregistered one.
      lifecycle: { createBeforeDestroy: true },
      skipDestroy: props.keepRevisions,
    });
    this.arn = definition.arn;
    this.family = props.family;
    this.containerName = props.containerName ?? props.family;
    this.containerPort = props.containerPort;
    this.cpuUnits = fargate ? (props.taskCpuUnits ?? 256) : (props.cpuUnits ?? 0);
  }

  #executionRole(props: TaskDefinitionProps): GrantedRole {
    const statements = executionStatements(props);
    const shared = props.executionRole;
    if (shared) return { role: shared, policy: shared.allow(props.family, statements) };
    const role = new Role(this, 'execution-role', {
      name: `${props.family}-execution`,
      description: `ECS starts ${props.family}: image, logs, parameters`,
      servicePrincipal: 'ecs-tasks.amazonaws.com',
      statements,
    });
    return { role, policy: role.policy };
  }

  #taskRole(props: TaskDefinitionProps): GrantedRole | undefined {
    const statements = props.taskStatements ?? [];
    const shared = props.taskRole;
    if (shared)
      return { role: shared, policy: statements.length > 0 ? shared.allow(props.family, statements) : undefined };
    if (statements.length === 0) return undefined;
    const role = new Role(this, 'task-role', {
      name: `${props.family}-task`,
      description: `What ${props.family} itself may call`,
      servicePrincipal: 'ecs-tasks.amazonaws.com',
      statements,
    });
    return { role, policy: role.policy };
  }
}

/** A role, and its policy for one family. */
interface GrantedRole {
  readonly role: Role;
  readonly policy: ITerraformDependable | undefined;
}

function containerOf(props: TaskDefinitionProps): Record<string, unknown> {
  const environment = { PORT: String(props.containerPort), ...props.environment };
  return {
    name: props.containerName ?? props.family,
    image: `${props.repository.url}:${props.imageTag}`,
    essential: true,
    ...(props.cpuUnits === undefined ? {} : { cpu: props.cpuUnits }),
    memoryReservation: props.memoryReservationMiB ?? 128,
    portMappings: [
      {
        containerPort: props.containerPort,
        hostPort: props.launchType === 'FARGATE' ? props.containerPort : 0,
        protocol: 'tcp',
      },
    ],
    environment: pairs(environment, 'value'),
    secrets: pairs(props.secrets ?? {}, 'valueFrom'),
    stopTimeout: props.stopTimeoutSeconds ?? 30,
    logConfiguration: {
      logDriver: 'awslogs',
      options: {
        'awslogs-group': props.logs.name,
        'awslogs-region': props.region,
        'awslogs-stream-prefix': 'ecs',
      },
    },
  };
}

/** Sorted by name: the order is no part of the meaning, and ECS gives it back sorted. */
function pairs(record: Readonly<Record<string, string>>, key: 'value' | 'valueFrom'): Record<string, string>[] {
  return Object.entries(record)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, [key]: value }));
}

function executionStatements(props: TaskDefinitionProps): PolicyStatement[] {
  const parameters = [...new Set(Object.values(props.secrets ?? {}))];
  return [
    { actions: ['ecr:GetAuthorizationToken'], anyResourceBecause: 'it supports no resource-level permission' },
    {
      actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      resources: [props.repository.arn],
    },
    { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [`${props.logs.arn}:*`] },
    ...(parameters.length > 0 ? [{ actions: ['ssm:GetParameters'], resources: parameters }] : []),
  ];
}

function validate(scope: Construct, id: string, props: TaskDefinitionProps): void {
  const { taskCpuUnits = 256, taskMemoryMiB = 512, memoryReservationMiB = 128 } = props;
  const fargate = props.launchType === 'FARGATE';
  const twice = Object.keys(props.environment ?? {}).filter((name) => name in (props.secrets ?? {}));
  new PropCheck(scope, id)
    .matches('family', props.family, {
      pattern: /^[\w-]{1,54}$/,
      rule: '1–54 letters, digits, hyphens and underscores (ECS RegisterTaskDefinition; 54 leaves room for the role)',
    })
    .matches('containerName', props.containerName, {
      pattern: /^[\w-]{1,255}$/,
      rule: '1–255 letters, digits, hyphens and underscores (ECS ContainerDefinition)',
    })
    .matches('imageTag', props.imageTag, {
      pattern: /^\w[\w.-]{0,127}$/,
      rule: '1–128 letters, digits, _ . -, starting with none of . - (ECR image tags)',
    })
    .range('containerPort', props.containerPort, { min: 1, max: 65_535 })
    .range('memoryReservationMiB', memoryReservationMiB, { min: 6, max: 122_880, unit: 'MiB' })
    .range('cpuUnits', props.cpuUnits, { min: 128, max: 10_240, unit: 'CPU units' })
    .that(!fargate || props.cpuUnits === undefined, {
      prop: 'cpuUnits',
      value: props.cpuUnits,
      rule: 'only on instances: on Fargate the one container has what the task has',
      fix: 'set taskCpuUnits',
    })
    .range('stopTimeoutSeconds', props.stopTimeoutSeconds, { min: 2, max: 120, unit: 'seconds' })
    .that(!fargate || isFargateSize(taskCpuUnits, taskMemoryMiB), {
      prop: 'taskCpuUnits, taskMemoryMiB',
      value: { taskCpuUnits, taskMemoryMiB },
      rule: `a published Fargate size, CPU units: MiB (ECS fargate-tasks-services): ${describeFargateSizes()}`,
      fix: 'take one of these pairs',
    })
    .that(!fargate || memoryReservationMiB <= taskMemoryMiB, {
      prop: 'memoryReservationMiB',
      value: memoryReservationMiB,
      rule: `at most the task's memory, ${taskMemoryMiB} MiB`,
      fix: 'lower it, or take a larger task',
    })
    .that(twice.length === 0, {
      prop: 'environment, secrets',
      value: twice,
      rule: 'a setting is plain or secret, not both (ECS RegisterTaskDefinition)',
      fix: 'leave it in secrets only',
    })
    .done();
}
