/** CreateDeployment: what CodeDeploy refuses, and the record that a deployment begins as (CD API_CreateDeployment). */
import { createHash } from 'node:crypto';
import type { DeploymentGroup, LambdaFunction, TargetGroup, TaskDefinition } from '../../topology.ts';
import { ApiError, type ServiceState } from '../contracts.ts';
import type { AppSpec, CreateDeploymentInput, TaskSetState } from '../contracts-delivery.ts';
import { isPort, parseAppSpec, renderAppSpec } from './app-spec.ts';
import type { NamedConfig } from './configs.ts';
import { type DeploymentRecord, isOver, pendingEvents } from './deployment.ts';

export interface CreationContext {
  readonly id: string;
  readonly nowMs: number;
  readonly group: DeploymentGroup;
  readonly config: NamedConfig;
  readonly service: ServiceState | undefined;
  readonly taskSets: readonly TaskSetState[];
  readonly targetGroups: readonly TargetGroup[];
  readonly definition: (reference: string) => TaskDefinition | undefined;
  readonly functions: readonly LambdaFunction[];
}

const MAX_ALARMS = 10;
const MAX_DESCRIPTION = 256;

/** "The Deployment Group '…' already has an active Deployment '…'": CodeDeploy runs one at a time in an ECS group. */
export function checkNoneRuns(group: DeploymentGroup, records: readonly DeploymentRecord[]): void {
  const active = records.find(
    (record) => !isOver(record) && record.applicationName === group.applicationName && record.groupName === group.name,
  );
  if (active)
    throw new ApiError(
      'DeploymentLimitExceededException',
      `The Deployment Group '${group.name}' already has an active Deployment '${active.id}'`,
    );
}

export function newDeployment(input: CreateDeploymentInput, context: CreationContext): DeploymentRecord {
  const { group, config } = context;
  checkInput(input);
  checkShift(context);
  const appSpec = readRevision(input, context);
  const { service, blue, green } = pairOf(context);
  return {
    id: context.id,
    applicationName: group.applicationName,
    groupName: group.name,
    configName: config.name,
    routing: config.routing,
    description: input.description ?? '',
    creator: 'user',
    status: 'Created',
    createdAtMs: context.nowMs,
    startedAtMs: null,
    completedAtMs: null,
    appSpec,
    revision: revisionOf(input.content),
    error: null,
    rollback: { rollbackDeploymentId: null, triggeringDeploymentId: null, message: null },
    lifecycleEvents: pendingEvents(),
    clusterName: service.definition.clusterName,
    serviceName: service.definition.name,
    serviceArn: service.definition.arn,
    blue,
    green,
    readyUntilMs: null,
    blueEndsAtMs: null,
    settings: {
      autoRollback: input.autoRollback ?? group.autoRollback,
      alarms: input.alarms ?? group.alarms,
      blueTermination: group.blueTermination,
      ready: group.ready,
      productionListenerArns: group.productionListenerArns,
      testListenerArns: group.testListenerArns,
    },
    before: null,
    shift: { percent: 0, nextAtMs: null },
    continued: false,
    endBlueNow: false,
    stop: null,
    hook: { answer: null, lost: null },
    shares: null,
    resumedAtMs: null,
  };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const revisionOf = (content: string): DeploymentRecord['revision'] => ({ content, sha256: sha256(content) });

function checkInput(input: CreateDeploymentInput): void {
  if ((input.description?.length ?? 0) > MAX_DESCRIPTION)
    throw new ApiError('DescriptionTooLongException', `The description is over ${MAX_DESCRIPTION} characters.`);
  if ((input.alarms?.names.length ?? 0) > MAX_ALARMS)
    throw new ApiError('AlarmsLimitExceededException', `A deployment has at most ${MAX_ALARMS} alarms.`);
  if (input.sha256 !== undefined && input.sha256.toLowerCase() !== sha256(input.content))
    throw new ApiError(
      'InvalidRevisionException',
      `The SHA-256 of the AppSpec content is ${sha256(input.content)}, not ${input.sha256}`,
    );
}

/** Every problem of the AppSpec at once. @throws ApiError InvalidRevisionException */
/** A network load balancer's traffic moves at once or not at all (CD deployment-configurations). */
function checkShift({ config, group, targetGroups }: CreationContext): void {
  if (config.routing.type === 'AllAtOnce') return;
  if (targetGroups.some(({ name, network }) => network && group.targetGroupNames.includes(name)))
    throw new ApiError(
      'InvalidTrafficRoutingConfigurationException',
      `${config.name} shifts traffic in steps: with a network load balancer only AllAtOnce does`,
    );
}

function readRevision(input: CreateDeploymentInput, context: CreationContext): AppSpec {
  const { spec, problems: own } = parseAppSpec(input.content);
  if (spec === null) throw invalid(own);
  const problems = [...own];
  const definition = context.definition(spec.taskDefinition);
  if (definition) problems.push(...containerProblems(spec, definition));
  else if (spec.taskDefinition !== '') problems.push(`TaskDefinition ${spec.taskDefinition} is not registered`);
  for (const [event, name] of Object.entries(spec.hooks))
    if (!context.functions.some((one) => one.name === name || one.arn === name))
      problems.push(`Hooks.${event}: there is no function ${name}`);
  if (problems.length > 0 || !definition) throw invalid(problems);
  // A family alone, or family:revision, becomes the ARN that it stands for now.
  return { ...spec, taskDefinition: definition.arn };
}

function containerProblems(spec: AppSpec, definition: TaskDefinition): readonly string[] {
  const container = definition.containers.find((one) => one.name === spec.containerName);
  const version = `${definition.family}:${definition.revision}`;
  // What is not given, or no port, is a problem that parsing has named.
  if (spec.containerName === '') return [];
  if (!container) {
    const names = definition.containers.map((one) => one.name).join(', ');
    return [`ContainerName ${spec.containerName} is no container of ${version}: it has ${names}`];
  }
  if (!isPort(spec.containerPort) || container.portMappings.some((one) => one.containerPort === spec.containerPort))
    return [];
  const ports = container.portMappings.map((mapping) => mapping.containerPort).join(', ') || 'none';
  return [`ContainerPort ${spec.containerPort} is no port of ${version} ${container.name}: it has ${ports}`];
}

const invalid = (problems: readonly string[]): ApiError =>
  new ApiError('InvalidRevisionException', `The AppSpec file is not valid: ${problems.join('; ')}`);

/** The primary task set's target group is blue's; the other one of the pair is green's (CD deployment-steps-ecs). */
function pairOf({ group, service, taskSets, targetGroups }: CreationContext) {
  if (service?.status !== 'ACTIVE')
    throw new ApiError(
      'InvalidECSServiceException',
      `The ECS service ${group.serviceName} of cluster ${group.clusterName} cannot be found or is not active.`,
    );
  if (service.definition.deploymentController !== 'CODE_DEPLOY')
    throw new ApiError(
      'InvalidECSServiceException',
      "Deployment group's ECS service must be configured for a CODE_DEPLOY deployment controller.",
    );
  const primary = taskSets.find((set) => set.status === 'PRIMARY');
  const pair = group.targetGroupNames.map((name) => targetGroups.find((one) => one.name === name));
  const own = pair.find((one) => one !== undefined && one.arn === primary?.targetGroupArn);
  const other = pair.find((one) => one !== undefined && one !== own);
  if (!primary || !own || !other)
    throw new ApiError(
      'InvalidTargetGroupPairException',
      `The primary task set of ${group.serviceName} must be in one of the target groups ${group.targetGroupNames.join(' and ')}, and both must exist.`,
    );
  return {
    service,
    blue: { targetGroupArn: own.arn, targetGroupName: own.name, taskSetId: primary.id },
    green: { targetGroupArn: other.arn, targetGroupName: other.name, taskSetId: null },
  };
}

export interface RollbackContext {
  readonly id: string;
  readonly nowMs: number;
  /** The deployment that brought blue; null where blue was made with its service. */
  readonly good: DeploymentRecord | null;
  readonly blue: TaskSetState | undefined;
}

/** The deployment that takes another one back. Its sides are those of the other one. */
export function rollbackOf(record: DeploymentRecord, { id, nowMs, good, blue }: RollbackContext): DeploymentRecord {
  const appSpec: AppSpec = good?.appSpec ?? {
    taskDefinition: blue?.taskDefinitionArn ?? record.appSpec.taskDefinition,
    containerName: blue?.containerName ?? record.appSpec.containerName,
    containerPort: blue?.containerPort ?? record.appSpec.containerPort,
    platformVersion: null,
    network: null,
    hooks: {},
  };
  return {
    ...record,
    id,
    creator: 'codeDeployRollback',
    description: '',
    status: 'Created',
    createdAtMs: nowMs,
    startedAtMs: null,
    completedAtMs: null,
    appSpec,
    revision: good?.revision ?? revisionOf(renderAppSpec(appSpec)),
    error: null,
    rollback: {
      rollbackDeploymentId: null,
      triggeringDeploymentId: record.id,
      message: `Deployment ${record.id} is rolled back by this deployment.`,
    },
    lifecycleEvents: pendingEvents().map((event) =>
      event.name === 'AllowTraffic' ? event : { ...event, status: 'Skipped' },
    ),
    readyUntilMs: null,
    blueEndsAtMs: null,
    continued: true,
    endBlueNow: false,
    stop: null,
    hook: { answer: null, lost: null },
    shares: null,
  };
}
